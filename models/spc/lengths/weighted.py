"""Run lengths of EWMA and CUSUM charts: integral equations, solved at Gauss-Legendre nodes.

L(z) = 1 + the integral of L(y) k(y | z) over the values y at which nothing signals, k being the density of the next
one. Kernels are normal, so that a node for each standard deviation gives ten digits (Crowder, Technometrics 29 (1987)
401-407; Vance, Journal of Quality Technology 18 (1986) 189-193).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import stats

from models.base import Array
from models.errors import TaskError

ROOT = float(np.sqrt(2 * np.pi))
LEAST_NODES, MOST_NODES, EACH = 64, 4000, 2
"""Nodes at the least and at the most, and for each standard deviation of a step that lies between the limits."""
FAR = 38.0
"""A shift, in standard deviations, beyond which the first point signals for certain: nothing is added by more."""
NEVER = 1e15
"""A run length from which on a double cannot tell it from none at all."""
SETTLED = 1e-7
"""Share of their way that limits which widen may still be from their last place."""


def enough(reach: float) -> int:
    """Return how many nodes there are to be between bounds that lie `reach` standard deviations of a step apart.

    Raises
    ------
    TaskError
        If that is more than 4,000: no chart in use remembers for so long.

    Examples
    --------
    >>> enough(1.0), enough(60.0)
    (64, 120)
    """
    if not EACH * reach <= MOST_NODES:
        raise TaskError(
            f"run length: limits lie {reach:.3g} steps of the chart apart, at most {MOST_NODES // EACH} - use a larger "
            "smoothing, narrower limits"
        )
    return max(LEAST_NODES, int(np.ceil(EACH * reach)))


def legendre(low: float, high: float, n: int) -> tuple[Array, Array]:
    """Return `n` nodes between two bounds, and their weights.

    Examples
    --------
    >>> nodes, weights = legendre(0.0, 2.0, 8)
    >>> round(float(weights @ nodes**3), 9)
    4.0
    """
    place, weight = _unit(n)
    half = (high - low) / 2
    return low + half * (place + 1), half * weight


@lru_cache(maxsize=64)
def _unit(n: int) -> tuple[Array, Array]:
    place, weight = np.polynomial.legendre.leggauss(n)
    return np.asarray(place), np.asarray(weight)


def mean_times(kernel: Array) -> Array:
    """Return the mean number of points to the signal: kernel is (n, n), or (n + 1, n) with a start that is no node.

    Infinite from 1e15 on, where rounding leaves nothing of it.

    Examples
    --------
    >>> mean_times(np.array([[0.5]]))
    array([2.])
    """
    size = kernel.shape[1]
    try:
        times = np.linalg.solve(np.eye(size) - kernel[:size], np.ones(size))
    except np.linalg.LinAlgError:  # it leaves so rarely that a double does not see it
        return np.full(len(kernel), np.inf)
    found = np.asarray(1 + kernel @ times)
    return np.where((found >= 1) & (found < NEVER), found, np.inf)


def ewma_run_length(smoothing: float, width: float, shift: float = 0.0, *, widening: bool = False) -> float:
    """Average run length of a two-sided EWMA chart of independent normal values.

    Parameters
    ----------
    smoothing, width : float
        As in `models.spc.ewma`.
    shift : float
        Of the mean, from the first value on, in standard deviations of single values.
    widening : bool
        Whether limits start narrow and widen, as they are drawn: the length from a start. Without it they are the
        asymptotic ones throughout, as published tables have them.

    Returns
    -------
    float

    Raises
    ------
    TaskError
        If smoothing is not in (0, 1] or the width not above 0.

    References
    ----------
    Crowder 1987; Lucas & Saccucci, Technometrics 32 (1990) 1-12, table 3; with limits that widen, Knoth, Sequential
    Analysis 22 (2003) 241-255.

    Examples
    --------
    >>> round(ewma_run_length(0.1, 2.814), -1), round(ewma_run_length(0.1, 2.814, 1.0), 1)
    (500.0, 10.3)
    >>> round(ewma_run_length(0.05, 3.0, 1.0, widening=True), 1)
    9.2
    """
    if not (0 < smoothing <= 1 and 0 < width < np.inf and np.isfinite(shift)):
        raise TaskError(
            f"ewma run length: smoothing {smoothing}, width {width}, shift {shift} - use 0 < smoothing <= 1, width > 0"
        )
    shift = float(np.clip(shift, -FAR, FAR))
    half = float(width * np.sqrt(smoothing / (2 - smoothing)))
    nodes, weights = legendre(-half, half, enough(2 * half / smoothing))
    starts = np.append(nodes, 0.0)
    times = mean_times(_ewma_kernel(nodes, weights, starts, smoothing, shift))
    return float(_widened(nodes, weights, times, smoothing, shift) if widening else times[-1])


def _ewma_kernel(nodes: Array, weights: Array, starts: Array, smoothing: float, shift: float) -> Array:
    step = (nodes[None, :] - (1 - smoothing) * starts[:, None]) / smoothing - shift
    return np.exp(-(step**2) / 2) * (weights / (smoothing * ROOT))


def _widened(nodes: Array, weights: Array, times: Array, smoothing: float, shift: float) -> float:
    """Walk back from where the limits have settled to the first point: L of a point from L of the one after it."""
    last = int(np.ceil(np.log(SETTLED) / (2 * np.log1p(-smoothing)))) if smoothing < 1 else 1
    share = np.sqrt(1 - (1 - smoothing) ** (2.0 * np.arange(last + 1)))
    after = times[:-1]
    for k in range(last, 0, -1):
        kernel = _ewma_kernel(share[k] * nodes, share[k] * weights, share[k - 1] * nodes, smoothing, shift)
        after = 1 + kernel @ after
    return float(after[0])


def _cusum_kernel(decision: float, allowance: float, shift: float, starts: Array) -> Array:
    """From every node, zero and further starts to every node, and to zero: all that lies below it."""
    nodes, weights = legendre(0.0, decision, enough(decision))
    begin = np.concatenate([nodes, [0.0], starts])
    step = nodes[None, :] - begin[:, None] + allowance - shift
    to_zero = stats.norm.cdf(allowance - shift - begin)
    return np.column_stack([np.exp(-(step**2) / 2) * (weights / ROOT), to_zero])


def _cusum_times(decision: float, allowance: float, shift: float, start: float) -> tuple[float, float]:
    """Mean run length of one sum from zero and from a start."""
    kernel = _cusum_kernel(decision, allowance, shift, np.array([start]))
    zero, started = mean_times(kernel)[-2:]
    return float(zero), float(started)


def cusum_run_length(decision: float, allowance: float = 0.5, shift: float = 0.0, *, headstart: float = 0.0) -> float:
    """Average run length of a two-sided tabular CUSUM, independent normal values.

    With U and D the run lengths of the two sums, from zero (0) and from the headstart (h):
    (U(h) D(0) + D(h) U(0) - U(0) D(0)) / (U(0) + D(0)); without a headstart 1 / ARL = 1 / U(0) + 1 / D(0).

    Parameters
    ----------
    decision, allowance, shift : float
        In standard deviations.
    headstart : float
        Share of the decision interval at which both sums start.

    Returns
    -------
    float

    Raises
    ------
    TaskError
        If a setting is out of range.

    References
    ----------
    Vance 1986; Hawkins & Olwell, Cumulative Sum Charts and Charting for Quality Improvement (1998), ch. 3; Lucas &
    Crosier, "Fast initial response for CUSUM quality-control schemes", Technometrics 24 (1982) 199-205.

    Examples
    --------
    >>> round(cusum_run_length(5.0)), round(cusum_run_length(5.0, shift=1.0), 1)
    (465, 10.4)
    >>> round(cusum_run_length(5.0, headstart=0.5)), round(cusum_run_length(5.0, shift=1.0, headstart=0.5), 2)
    (430, 6.35)
    """
    if not (0 < decision < np.inf and 0 <= allowance <= FAR and 0 <= headstart < 1 and np.isfinite(shift)):
        raise TaskError(
            f"cusum run length: decision {decision}, allowance {allowance}, headstart {headstart}, shift {shift} - "
            f"use decision > 0, allowance from 0 to {FAR:g}, 0 <= headstart < 1"
        )
    most = FAR + decision + allowance
    moved = float(np.clip(shift, -most, most))
    up, down = (_cusum_times(decision, allowance, s, headstart * decision) for s in (moved, -moved))
    return _two_sided(*up, *down)


def _two_sided(up: float, up_started: float, down: float, down_started: float) -> float:
    """Join two sums of which one is zero when the other signals; in shares, for one of them may never signal."""
    both = 1 / (1 / up + 1 / down) if min(up, down) < np.inf else np.inf
    shares = [started / zero if zero < np.inf else 1.0 for started, zero in ((up_started, up), (down_started, down))]
    return both * (sum(shares) - 1)


def cusum_exceeds(decision: float, n: int, allowance: float = 0.5) -> float:
    """Probability that a one-sided CUSUM of n independent standard normal values, started at zero, passes `decision`.

    Parameters
    ----------
    decision : float
        0 or more.
    n : int
        Number of values.
    allowance : float

    Returns
    -------
    float
        The p-value of the largest CUSUM seen.

    Examples
    --------
    >>> cusum_exceeds(5.0, 1) < 1e-6 < cusum_exceeds(5.0, 100) < 0.15
    True
    """
    if decision <= 0:
        return 1.0
    kernel = _cusum_kernel(decision, allowance, 0.0, np.empty(0))
    alive = np.zeros(len(kernel))
    alive[-1] = 1.0
    for _ in range(n):
        alive = alive @ kernel
    return float(np.clip(1 - alive.sum(), 0.0, 1.0))
