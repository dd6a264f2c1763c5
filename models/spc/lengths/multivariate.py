"""Run lengths of multivariate charts; a shift is the length of the mean's move under the inverse covariance."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from scipy import optimize, special, stats

from models.base import Array, BoolArray
from models.errors import TaskError
from models.spc.lengths.length import RunLength
from models.spc.lengths.simulated import Step, simulated
from models.spc.lengths.weighted import EACH, FAR, enough, ewma_run_length, legendre, mean_times

NODES = (20, 24)
"""Nodes along the radius and over the half circle, at the least."""
MOST_NODES = 2000
"""More, and the equation costs more memory than its last digit is worth: then charts are simulated."""
SPACING = (0.9, 0.6)
"""Of the usual nodes: a node for .9 and 1.3 standard deviations of a step, where they lie farthest apart."""
MOST_VARIABLES, LONGEST = 100, 1e8
NEAR = 1e-4
"""A length that stands for zero in the density of a length; what is left out is its square."""
BEYOND = ("beyond",)


def t2_run_length(limit: float, p: int, shift: float = 0.0, size: int = 1) -> RunLength:
    """Return the run length of T2 with a known reference: 1 / P(noncentral chi-square > limit).

    Parameters
    ----------
    limit : float
    p : int
        Variables.
    shift : float
        Of the mean.
    size : int
        Subgroup size.

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control, 11.3.

    Examples
    --------
    >>> round(t2_run_length(10.597, 2).value)
    200
    """
    chance = 1 - float(special.chndtr(limit, p, size * shift**2))
    return RunLength(1 / max(chance, 1e-300), 0.0, "closed form", BEYOND, shift)


@lru_cache(maxsize=256)
def mewma_run_length(smoothing: float, limit: float, p: int, shift: float = 0.0) -> RunLength:
    """Return the run length of a multivariate EWMA with asymptotic covariance.

    An integral equation: in the length of z in control; in z along the shift and the length of the rest after one.
    Where smoothing is so little that the second has more than 2,000 nodes, charts are simulated.

    Raises
    ------
    TaskError
        If a setting is out of range.

    References
    ----------
    Rigdon, Journal of Statistical Computation and Simulation 52 (1995) 351-365 (in control) and Statistics &
    Probability Letters 24 (1995) 365-373 (after a shift); Knoth, Journal of Quality Technology 49 (2017) 78-89.

    Examples
    --------
    >>> round(mewma_run_length(0.1, 8.64, 2).value, -1), round(mewma_run_length(0.1, 8.64, 2, 1.0).value, 1)
    (200.0, 10.1)
    """
    if not (0 < smoothing <= 1 and 0 < limit < np.inf and 1 <= p <= MOST_VARIABLES and np.isfinite(shift)):
        raise TaskError(
            f"MEWMA run length: smoothing {smoothing}, limit {limit}, {p} variables, shift {shift} - use 0 < smoothing "
            f"<= 1, limit > 0, 1 to {MOST_VARIABLES} variables"
        )
    shift = float(np.clip(shift, -FAR, FAR))
    reach = float(np.sqrt(limit * smoothing / (2 - smoothing)))
    if p == 1:
        return RunLength(ewma_run_length(smoothing, limit**0.5, shift), 0.0, "integral equation", BEYOND, shift)
    if shift == 0:
        return RunLength(_stable(smoothing, reach, p), 0.0, "integral equation", BEYOND, shift)
    if _nodes(reach / smoothing)[0] * _nodes(reach / smoothing)[1] <= MOST_NODES:
        return RunLength(_shifted(smoothing, reach, p, abs(shift)), 0.0, "integral equation", BEYOND, shift)
    return RunLength(*simulated(_averaged(smoothing, reach, p, shift)), "simulation", BEYOND, shift)


def _nodes(reach: float) -> tuple[int, int]:
    """Nodes along the radius and over the half circle of a disc so many standard deviations of a step wide."""
    along, around = reach * EACH * SPACING[0], np.pi * reach * EACH * SPACING[1]
    return max(NODES[0], int(np.ceil(along))), max(NODES[1], int(np.ceil(around)))


def _stable(smoothing: float, reach: float, p: int) -> float:
    """Solve L(r) = 1 + integral of L over the lengths of z up to the limit."""
    nodes, weights = legendre(0.0, reach, enough(reach / smoothing))
    starts = np.append(nodes, 0.0)
    density = _chi_density(nodes[None, :] / smoothing, (1 - smoothing) * starts[:, None] / smoothing, p)
    return float(mean_times(density / smoothing * weights)[-1])


def _shifted(smoothing: float, reach: float, p: int, shift: float) -> float:
    """Solve L(z) = 1 + integral of L over the disc by Gauss-Legendre quadrature in polar coordinates.

    A point of the disc is z along the shift and the length of the rest: normal, and noncentral chi with p - 1 degrees
    of freedom.
    """
    m, n = _nodes(reach / smoothing)
    (radius, along_radius), (angle, over_circle) = legendre(0.0, reach, m), legendre(0.0, np.pi, n)
    mass = np.outer(along_radius * radius, over_circle).ravel()
    along, rest = (np.outer(radius, turn(angle)).ravel() for turn in (np.cos, np.sin))
    start = np.append(along, 0.0), np.append(rest, 0.0)
    moved = stats.norm.pdf((along[None, :] - (1 - smoothing) * start[0][:, None]) / smoothing - shift)
    length = _chi_density(rest[None, :] / smoothing, (1 - smoothing) * start[1][:, None] / smoothing, p - 1)
    return float(mean_times(moved * length * mass / smoothing**2)[-1])


def _chi_density(y: Array, center: Array, df: int) -> Array:
    """Density of the length of a normal vector of `df` dimensions whose mean has length `center`."""
    order, s = df / 2 - 1, np.maximum(center, NEAR)
    density: Array = y * np.exp(-((y - s) ** 2) / 2) * (y / s) ** order * special.ive(order, s * y)
    return density


@lru_cache(maxsize=256)
def mewma_limit(smoothing: float, p: int, run_length: float = 200.0) -> float:
    """Return the limit H at which a stable process signals every `run_length` points.

    Examples
    --------
    >>> round(mewma_limit(0.1, 2), 1)
    8.6
    """
    return _limit(lambda h: mewma_run_length(smoothing, h, p).value, run_length, float(p))


@lru_cache(maxsize=256)
def mcusum_run_length(allowance: float, limit: float, p: int, shift: float = 0.0, seed: int = 0) -> RunLength:
    """Return the run length of Crosier's multivariate CUSUM: an integral equation in control, simulated after a shift.

    In control the length Y of the vector goes by itself: the length of (Y + x) is noncentral chi.

    References
    ----------
    Crosier, Technometrics 30 (1988) 291-303.

    Examples
    --------
    >>> round(mcusum_run_length(0.5, 5.5, 2).value)
    201
    """
    if not (0 < allowance < FAR and 0 < limit < np.inf and 1 <= p <= MOST_VARIABLES and np.isfinite(shift)):
        raise TaskError(
            f"MCUSUM run length: allowance {allowance}, limit {limit}, {p} variables, shift {shift} - use an allowance "
            f"from 0 to {FAR:g}, limit > 0, 1 to {MOST_VARIABLES} variables"
        )
    shift = float(np.clip(shift, -FAR, FAR))
    if shift == 0:
        return RunLength(_unmoved(allowance, limit, p), 0.0, "integral equation", BEYOND, 0.0)
    value, error = simulated(_crosier(allowance, limit, p, shift), seed)
    return RunLength(value, error, "simulation", BEYOND, shift)


def _unmoved(allowance: float, limit: float, p: int) -> float:
    """Solve L(Y) = 1 + P(shrunk to zero) L(0) + integral of L over the lengths up to the limit."""
    nodes, weights = legendre(0.0, limit, enough(limit))
    starts = np.append(nodes, 0.0)
    moved = _chi_density(nodes[None, :] + allowance, starts[:, None], p) * weights
    to_zero = special.chndtr(allowance**2, p, starts**2)
    return float(mean_times(np.column_stack([moved, to_zero]))[-1])


def _averaged(smoothing: float, reach: float, p: int, shift: float) -> Step:
    """One step of z along the shift and the length of the rest, for many charts at once."""

    def step(state: Array, rng: np.random.Generator) -> tuple[Array, BoolArray]:
        n = len(state)
        along = (1 - smoothing) * state[:, 0] + smoothing * rng.normal(shift, 1.0, n)
        rest = ((1 - smoothing) * state[:, 1] + smoothing * rng.normal(size=n)) ** 2
        if p > 2:
            rest = rest + smoothing**2 * rng.chisquare(p - 2, n)
        signals: BoolArray = along**2 + rest > reach**2
        return np.stack([along, np.sqrt(rest)], axis=1), signals

    return step


def _crosier(allowance: float, limit: float, p: int, shift: float) -> Step:
    """One step of the part along the shift and the length of the rest, for many charts at once."""

    def step(state: Array, rng: np.random.Generator) -> tuple[Array, BoolArray]:
        n = len(state)
        along = state[:, 0] + rng.normal(shift, 1.0, n)
        rest = np.zeros(n) if p == 1 else (state[:, 1] + rng.normal(size=n)) ** 2
        if p > 2:
            rest = rest + rng.chisquare(p - 2, n)
        length = np.sqrt(along**2 + rest)
        shrunk = np.clip(1 - allowance / length, 0.0, None)
        signals: BoolArray = length * shrunk > limit
        return np.stack([along * shrunk, np.sqrt(rest) * shrunk], axis=1), signals

    return step


@lru_cache(maxsize=256)
def mcusum_limit(allowance: float, p: int, run_length: float = 200.0) -> float:
    """Return the limit h at which a stable process signals every `run_length` points.

    Examples
    --------
    >>> round(mcusum_limit(0.5, 2), 1)
    5.5
    """
    return _limit(lambda h: mcusum_run_length(allowance, h, p).value, run_length, float(p))


def _limit(length: Callable[[float], float], wanted: float, high: float) -> float:
    """The limit with the wanted run length, which grows with it."""
    if not 1 < wanted <= LONGEST:
        raise TaskError(f"limit of a multivariate chart: run length {wanted} - use more than 1, at most {LONGEST:g}")
    low = 1e-9
    while length(high) < wanted:
        low, high = high, 1.4 * high
    return float(optimize.brentq(lambda h: np.log(length(h) / wanted), low, high, xtol=1e-4))
