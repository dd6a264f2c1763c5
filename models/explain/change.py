"""What moved the predicted mean between two windows: the change, divided among the parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.base import Array
from models.errors import TaskError
from models.explain.background import FEWEST, even_choice
from models.explain.walks import ROWS, Value, paired_walks

MOST = 128


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """The change of the predicted mean from one window to another.

    Parameters
    ----------
    before, after : float
        Mean prediction of the units used of each window.
    parts : ndarray, shape (d,)
        What each parameter adds; sums to ``after - before`` to rounding.
    error : ndarray, shape (d,)
        Standard error from sampling orders and partners, on the safe side.
    """

    before: float
    after: float
    parts: Array
    error: Array

    @property
    def total(self) -> float:
        """The whole change."""
        return self.after - self.before


def change(value: Value, before: Array, after: Array, seed: int = 0) -> Change:
    """Divide the change of the predicted mean between two windows among the parameters.

    The Shapley value of exchanging the distribution of one parameter after the other (Budhathoki et al. 2021, with the
    parameters as separate mechanisms). The model and the moment are kept, so only what the units' parameters did
    counts: a moved relation between parameters and quality is not in it.

    Parameters
    ----------
    value : callable
        From units (n, d) to numbers (n,).
    before, after : ndarray, shape (n, d), (m, d)
        Units of the two windows; the same number of each is used, chosen evenly and matched by lot.
    seed : int

    Returns
    -------
    Change

    Examples
    --------
    >>> moved = change(lambda x: 2.0 * x[:, 0] + x[:, 1], np.zeros((9, 3)), np.ones((9, 3)))
    >>> moved.total, moved.parts.tolist()
    (3.0, [2.0, 1.0, 0.0])
    """
    d = before.shape[1]
    most = int(np.clip(ROWS // (2 * (d + 1)), FEWEST, MOST))
    count = min(len(before), len(after), most)
    if not count:
        raise TaskError("change: a window holds no unit - give at least one of each")
    rng = np.random.default_rng(seed)
    start, end = even_choice(before, count), even_choice(after, count)[rng.permutation(count)]
    parts, error = paired_walks(value, start, end, rng)
    return Change(float(value(start).mean()), float(value(end).mean()), parts, error)
