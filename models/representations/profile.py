"""Where a stage runs: middle and spread of each parameter in the plant's own units, met by name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.base import Array, Task
from models.learners.parts.scaling import scaling

BENT = 9.0


def profile(task: Task, columns: Sequence[str]) -> Array:
    """Return mean and log standard deviation of the parameters `columns`, shape (2 len(columns),).

    Parameters
    ----------
    task : Task
    columns : sequence of str
        NaN for those that the task lacks; the spread of a constant is NaN.

    Examples
    --------
    >>> profile(Task("s", "y", ["f"], [[1.0], [3.0]], [0.0, 0.0]), ["g", "f"]).tolist()
    [nan, 2.0, nan, 0.0]
    """
    found = np.full((2, len(columns)), np.nan)
    units = np.vstack([task.support_x, task.unlabelled_x])
    if len(units):
        seen = scaling(units)
        place = {name: j for j, name in enumerate(columns)}
        for i, name in enumerate(task.columns):
            if name in place and np.isfinite(units[:, i]).any():
                spread = seen.spread[i]
                found[:, place[name]] = seen.centre[i], np.log(spread) if spread > 0 else np.nan
    return found.ravel()


def apart(known: Array, own: Array) -> Array:
    """Return how far profiles lie apart, shape (n, d): squared differences in natural units, bent towards 9.

    A difference of means counts in standard deviations inside the two stages, one of spreads in logarithms; so stages
    that run at the same place stay near, however alike all others are. NaN where a parameter is known of one only.

    Parameters
    ----------
    known : ndarray, shape (n, 2 d)
    own : ndarray, shape (2 d,)

    Examples
    --------
    >>> apart(np.array([[5.0, 0.0]]), np.array([4.0, 0.0])).round(2).tolist()
    [[1.0]]
    """
    d = known.shape[1] // 2
    spread = np.exp((np.nan_to_num(known[:, d:], nan=-690.0) + np.nan_to_num(own[d:], nan=-690.0)) / 2)
    step = known[:, :d] - own[:d]
    size = np.divide(step, spread, out=np.where(step == 0, 0.0, np.inf), where=spread > 1e-290)
    wide = np.nan_to_num(known[:, d:] - own[d:], nan=0.0)
    square = np.where(np.isnan(step), np.nan, size**2 + wide**2)
    found: Array = np.where(np.isinf(square), BENT, BENT * np.tanh(square / BENT))
    return found
