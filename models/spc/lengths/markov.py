"""Run lengths of EWMA and CUSUM charts by Markov chains (Brook & Evans, Biometrika 59 (1972) 539-549)."""

from __future__ import annotations

import numpy as np
from scipy import stats

from models.base import Array
from models.errors import TaskError

STATES = 201


def ewma_run_length(smoothing: float, width: float, shift: float = 0.0, states: int = STATES) -> float:
    """Average run length of a two-sided EWMA chart with asymptotic limits, independent normal values.

    Parameters
    ----------
    smoothing, width : float
        As in `models.spc.ewma`.
    shift : float
        Of the mean, in standard deviations of single values.
    states : int
        Cells between the limits, odd.

    Returns
    -------
    float

    References
    ----------
    Lucas & Saccucci, Technometrics 32 (1990) 1-12, table 3.

    Examples
    --------
    >>> round(ewma_run_length(0.1, 2.814), -1), round(ewma_run_length(0.1, 2.814, 1.0), 1)
    (500.0, 10.3)
    """
    if not 0 < smoothing <= 1 or width <= 0 or states < 3 or states % 2 == 0:
        raise TaskError(f"ewma run length: smoothing {smoothing}, width {width}, states {states} - 0 < smoothing <= 1")
    half = width * np.sqrt(smoothing / (2 - smoothing))
    cell = 2 * half / states
    middle = -half + cell * (np.arange(states) + 0.5)
    edges = np.concatenate([middle - cell / 2, [half]])
    step = (edges[None, :] - (1 - smoothing) * middle[:, None]) / smoothing - shift
    inside = np.diff(stats.norm.cdf(step), axis=1)
    return float(_mean_times(inside)[states // 2])


def _mean_times(inside: Array) -> Array:
    """Mean number of points to the signal from every state."""
    size = len(inside)
    return np.asarray(np.linalg.solve(np.eye(size) - inside, np.ones(size)))


def _cusum_chain(decision: float, allowance: float, shift: float, states: int) -> Array:
    cell = 2 * decision / (2 * states - 1)
    upper = (np.arange(states) + 0.5) * cell
    start = np.arange(states) * cell
    below = stats.norm.cdf(upper[None, :] - start[:, None] + allowance - shift)
    below[:, 1:] = np.diff(below, axis=1)
    return np.asarray(below, dtype=np.float64)


def cusum_run_length(
    decision: float, allowance: float = 0.5, shift: float = 0.0, states: int = STATES, *, headstart: float = 0.0
) -> float:
    """Average run length of a two-sided tabular CUSUM, independent normal values.

    With U and D the run lengths of the two sums, from zero (0) and from the headstart (h):
    (U(h) D(0) + D(h) U(0) - U(0) D(0)) / (U(0) + D(0)); without a headstart 1 / ARL = 1 / U(0) + 1 / D(0).

    Parameters
    ----------
    decision, allowance, shift : float
        In standard deviations.
    states : int
        Cells of the chain.
    headstart : float
        Share of the decision interval at which both sums start.

    References
    ----------
    Hawkins & Olwell, Cumulative Sum Charts and Charting for Quality Improvement (1998), ch. 3; Lucas & Crosier, "Fast
    initial response for CUSUM quality-control schemes", Technometrics 24 (1982) 199-205.

    Examples
    --------
    >>> round(cusum_run_length(5.0)), round(cusum_run_length(5.0, shift=1.0), 1)
    (465, 10.4)
    >>> round(cusum_run_length(5.0, headstart=0.5)), round(cusum_run_length(5.0, shift=1.0, headstart=0.5), 2)
    (430, 6.35)
    """
    if decision <= 0 or allowance < 0 or not 0 <= headstart < 1:
        raise TaskError(
            f"cusum run length: decision {decision}, allowance {allowance}, headstart {headstart} - decision > 0, "
            "allowance >= 0, 0 <= headstart < 1"
        )
    up, down = (_mean_times(_cusum_chain(decision, allowance, s, states)) for s in (shift, -shift))
    place = headstart * decision / (2 * decision / (2 * states - 1))
    started = [float(np.interp(place, np.arange(states), times)) for times in (up, down)]
    zero = float(up[0]), float(down[0])
    return (started[0] * zero[1] + started[1] * zero[0] - zero[0] * zero[1]) / (zero[0] + zero[1])


def cusum_exceeds(decision: float, n: int, allowance: float = 0.5, states: int = 101) -> float:
    """Probability that a one-sided CUSUM of n independent standard normal values, started at zero, passes `decision`.

    Parameters
    ----------
    decision : float
        0 or more.
    n : int
        Number of values.
    allowance : float
    states : int

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
    chain = _cusum_chain(decision, allowance, 0.0, states)
    alive = np.zeros(states)
    alive[0] = 1.0
    for _ in range(n):
        alive = alive @ chain
    return float(np.clip(1 - alive.sum(), 0.0, 1.0))
