"""How a learner that combines others divides its belief among them."""

from __future__ import annotations

import numpy as np

from models.state import State


def member_names(state: State) -> tuple[str, ...]:
    """Return the names of the learners that a learner combines, in its order; empty for one that combines none.

    Examples
    --------
    >>> from models import make_learner
    >>> member_names(make_learner(members=("ridge", "stage_mean")).state())
    ('ridge', 'stage_mean')
    """
    members = state.meta.get("members")
    return tuple(str(meta["learner"]) for meta in members) if isinstance(members, list) else ()


def member_shares(state: State) -> dict[str, float]:
    """Return how much each member is believed: the mean of its weights over families, numbers of labels and horizons.

    Parameters
    ----------
    state : State
        Of a meta-trained learner.

    Returns
    -------
    dict of str to float
        They sum to 1; empty where nothing is combined or nothing was learned yet.
    """
    names = member_names(state)
    tables = [
        array for name, array in state.arrays.items() if name.startswith("beliefs/") and name.endswith("/weights")
    ]
    rows = [table.reshape(-1, len(names)) for table in tables if names and table.shape[-1] == len(names)]
    if not rows:
        return {}
    mean = np.vstack(rows).mean(axis=0)
    return {name: float(v) for name, v in zip(names, mean / max(float(mean.sum()), 1e-12), strict=True)}
