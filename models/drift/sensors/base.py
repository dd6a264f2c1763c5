"""What a failed sensor is called, and one column of both windows as every look at it reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.base import Array

FaultKind = Literal[
    "missing", "flat line", "stuck", "unit jump", "spikes", "noise loss", "noise gain", "clock skew"
]  # fmt: skip
MIN_ROWS = 20
SHORTEST_FLAT = 10
"""Values from which on a stretch can be judged."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One failed sensor.

    Parameters
    ----------
    column : str
        The parameter; empty for the clock of the stage.
    kind : FaultKind
    start, rows : int
        Where in the current window it begins, and how many rows it touches.
    statistic, threshold : float
        Missing: share of rows; flat line and stuck: equal values in a row; noise: of the noisier over that of the
        quieter window; spikes: their number; unit jump: distance from the reference in its standard deviations; clock
        skew: seconds.
    sentence : str
    """

    column: str
    kind: FaultKind
    start: int
    rows: int
    statistic: float
    threshold: float
    sentence: str


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One parameter in both windows, in the order of production; NaN is missing.

    Parameters
    ----------
    name : str
    reference, current : ndarray, shape (n,), (m,)
    low, high : float
        Physically possible range; -inf and inf where nothing is declared.
    """

    name: str
    reference: Array
    current: Array
    low: float = -np.inf
    high: float = np.inf


def noise(x: Array) -> float:
    """Return short-term noise: how far values lie from the middle of their neighbours; NaN for few.

    Mean absolute second difference over sqrt(3), so that white noise gives what its first differences would; a ramp
    has none. The largest tenth (steps) is left out.

    Examples
    --------
    >>> noise(np.arange(20.0)), round(noise(np.tile([0.0, 1.0], 10)), 3)
    (0.0, 1.155)
    """
    bends = np.sort(np.abs(np.diff(x, n=2))) / np.sqrt(3)
    bends = bends[np.isfinite(bends)]
    if len(bends) < SHORTEST_FLAT - 2:
        return float("nan")
    return float(bends[: int(np.ceil(0.9 * len(bends)))].mean())


def stretches(x: Array, length: int) -> tuple[Array, ...]:
    """Return overlapping stretches of `x`, as long as another window of `length`, but a third of `x` at most."""
    size = max(min(length, len(x) // 3), SHORTEST_FLAT)
    return tuple(x[s : s + size] for s in range(0, len(x) - size + 1, max(size // 2, 1)))
