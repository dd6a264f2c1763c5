"""Learning curves of the plant's families, taken when a prior is trained: what its stages showed with few labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from models import Learner
from models.base import Task
from models.labels import FEWEST_SISTERS, SIZES, learn_curves

EPISODES = 200
_SEED = 0


def family_curves(learner: Learner, tasks: Sequence[Task]) -> dict[str, Any]:
    """Return how the error falls with labels in each family, for those of which enough stages can show it.

    Parameters
    ----------
    learner : Learner
        Trained on `tasks`.
    tasks : sequence of Task
        All labels as support.

    Returns
    -------
    dict
        Family and curves as JSON; the `EPISODES` are shared between the families.
    """
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        if task.kind == "continuous":
            groups.setdefault(str(task.family), []).append(task)
    told = {name: sisters for name, sisters in groups.items() if len(sisters) > FEWEST_SISTERS}
    episodes = max(EPISODES // max(len(told), 1), (FEWEST_SISTERS + 1) * len(SIZES))
    rng = np.random.default_rng(_SEED)
    return {name: learn_curves(learner, sisters, rng, episodes=episodes).to_json() for name, sisters in told.items()}
