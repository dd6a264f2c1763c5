"""Does the exported model answer as the live one? Measured on real units and on made ones at the edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.base import Adapted, Array, BoolArray, Prediction
from models.export.runner import Runner

BOUND = 1e-3
"""Most by which mean or an end of the interval may differ, as a share of the interval's width."""
ANOMALY_BOUND = 0.02
"""Most by which the anomaly score (0..1) may differ: a rank among equal ones may fall either way."""
NARROW = 1e-3
FAR = 1e3


@dataclass(frozen=True, slots=True)
class Parity:
    """How far an exported model is from the live one.

    Parameters
    ----------
    rows : int
        Units that were compared.
    deviation : float
        Greatest difference of mean, lower or upper, as a share of the live interval's width.
    anomaly : float
        Greatest difference of the anomaly score.
    flags : int
        Units whose domain flag differs.
    """

    rows: int
    deviation: float
    anomaly: float
    flags: int

    def holds(self, bound: float = BOUND) -> bool:
        """Return whether the models answer alike: the deviation within `bound`, every flag the same."""
        return self.deviation <= bound and self.anomaly <= ANOMALY_BOUND and self.flags == 0

    def __str__(self) -> str:
        what = f"{self.deviation:.1e} of the interval's width, anomaly {self.anomaly:.1e}"
        return f"greatest difference on {self.rows} units: {what}, {self.flags} domain flags"


def compare(live: Prediction, said: Prediction) -> Parity:
    """Return how far `said` is from `live`.

    A width below a thousandth of the usual one counts as that: an interval cut off at 0 and 1 may have none.

    Examples
    --------
    >>> none, flag = np.zeros(1), np.ones(1, dtype=bool)
    >>> live = Prediction(np.ones(1), none, 2 * np.ones(1), none, flag)
    >>> compare(live, Prediction(1.01 * np.ones(1), none, 2 * np.ones(1), none, flag)).deviation.__round__(4)
    0.005
    """
    width = live.upper - live.lower
    usual = float(np.median(width)) if len(width) else 1.0
    unit = np.maximum(width, max(NARROW * usual, 1e-300))
    pairs = ((said.mean, live.mean), (said.lower, live.lower), (said.upper, live.upper))
    deviation = max((_greatest(a, b, unit) for a, b in pairs), default=0.0)
    anomaly = _greatest(said.anomaly, live.anomaly, np.ones(len(live)))
    return Parity(len(live), deviation, anomaly, int((said.in_domain != live.in_domain).sum()))


def _greatest(a: Array, b: Array, unit: Array) -> float:
    """Return the greatest difference; equal infinities do not differ, and what is not a number differs from all."""
    with np.errstate(invalid="ignore"):
        apart = np.where(a == b, 0.0, np.abs(a - b) / unit)
    return float(np.nan_to_num(apart, nan=np.inf).max(initial=0.0))


def checked(model: Adapted, runner: Runner, x: Array, t: Array | None, bound: float = BOUND) -> Parity:
    """Compare on the units `x`, shape (n, d), at times `t`, without times, and on made units at the edges.

    Returns
    -------
    Parity
        The worst of all, `rows` together; the comparison ends early where `bound` is not kept.
    """
    units, times = np.vstack([x, edges(x)]), None if t is None else np.concatenate([t, t[:1].repeat(len(edges(x)))])
    found: list[Parity] = []
    for when in (times, None) if times is not None and runner.timed else (times,):
        found.append(compare(model.predict(units, when, runner.level), runner.predict(units, when)))
        if not found[-1].holds(bound):
            break
    return _worst(found)


def _worst(found: Sequence[Parity]) -> Parity:
    return Parity(
        sum(p.rows for p in found),
        max(p.deviation for p in found),
        max(p.anomaly for p in found),
        sum(p.flags for p in found),
    )


def edges(x: Array) -> Array:
    """Return made units: all missing, each parameter missing in turn, and far out on either side.

    Examples
    --------
    >>> edges(np.array([[1.0, 2.0], [3.0, 2.0]])).shape
    (5, 2)
    """
    known: BoolArray = np.isfinite(x)
    filled = np.where(known, x, 0.0)
    middle = filled.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    reach = np.abs(filled - middle).max(axis=0, initial=1.0)
    lacking = np.tile(middle, (x.shape[1], 1))
    np.fill_diagonal(lacking, np.nan)
    return np.vstack([np.full((1, x.shape[1]), np.nan), lacking, [middle + FAR * reach], [middle - FAR * reach]])
