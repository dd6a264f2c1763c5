"""A stage's units as a set of sets: every parameter is a token of its values, whoever it is and wherever it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from models.base import Array, Task
from models.learners.parts.scaling import bend, scaling

CHANNELS = 6
MOST_PARAMETERS = 24

Common = Mapping[str, tuple[float, float]]
"""Parameter name -> mean and standard deviation over all stages; names not in it are strangers."""


def common_scale(tasks: Sequence[Task]) -> dict[str, tuple[float, float]]:
    """Return mean and standard deviation of every parameter over the stages that have it, each stage counted once.

    Examples
    --------
    >>> common_scale([Task("a", "y", ["f"], [[1.0], [3.0]], [0.0, 0.0])])
    {'f': (2.0, 1.0)}
    """
    moments: dict[str, list[tuple[float, float]]] = {}
    for task in tasks:
        seen = scaling(np.vstack([task.support_x, task.unlabelled_x]))
        for name, centre, spread in zip(task.columns, seen.centre, seen.spread, strict=True):
            moments.setdefault(name, []).append((float(centre), float(spread)))
    found = {}
    for name, pairs in moments.items():
        centre, spread = np.array(pairs).T
        sd = float(np.sqrt(np.mean(spread**2) + np.var(centre)))
        found[name] = (float(centre.mean()), sd)
    return found


def tokens(task: Task, rows: int, common: Common, rng: np.random.Generator) -> Array:
    """Return what is seen of a stage: channels for up to `rows` units and 24 parameters, drawn at random.

    Parameters
    ----------
    task : Task
        With at least one unit and one parameter.
    rows : int
        Labelled units are drawn first, half of `rows` at least where there are so many.
    common : mapping
        Of `common_scale`.
    rng : Generator

    Returns
    -------
    ndarray, shape (units, parameters, 6)
        For each value: on the stage's scale, on the common scale, missing, label on the stage's scale, label known,
        label times value.
    """
    n, m = len(task.support_y), len(task.unlabelled_x)
    own = rng.permutation(n)[: rows if not m else max(rows // 2, rows - m)]
    other = rng.permutation(m)[: rows - len(own)]
    x = np.vstack([task.support_x[own], task.unlabelled_x[other]])
    some = np.sort(rng.permutation(x.shape[1])[:MOST_PARAMETERS])
    stage = scaling(np.vstack([task.support_x, task.unlabelled_x])[:, some])
    x = x[:, some]
    centre = np.array([common.get(task.columns[j], (np.nan, 0.0)) for j in some])
    inverse = np.divide(1.0, centre[:, 1], out=np.zeros(len(some)), where=centre[:, 1] > 0)
    z = stage.apply(x)
    label, known = np.zeros(len(x)), np.zeros(len(x))
    y = task.support_y
    sd = float(y.std()) if n > 1 else 0.0
    label[: len(own)] = bend((y[own] - y.mean()) / sd) if sd > 0 else 0.0
    known[: len(own)] = 1.0
    wide = np.broadcast_to
    parts = (
        z,
        bend(np.nan_to_num((x - centre[:, 0]) * inverse, nan=0.0)),
        np.isnan(x).astype(np.float64),
        wide(label[:, None], z.shape),
        wide(known[:, None], z.shape),
        z * label[:, None],
    )
    return np.stack(parts, axis=2)
