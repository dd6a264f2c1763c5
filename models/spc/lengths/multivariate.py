"""Run lengths of multivariate charts; a shift is the length of the mean's move under the inverse covariance."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from scipy import optimize, special, stats

from models.base import Array, BoolArray
from models.errors import TaskError
from models.spc.lengths.length import RunLength
from models.spc.lengths.markov import ewma_run_length
from models.spc.lengths.simulated import Step, simulated

RINGS = 60
NODES = (32, 24)
STATES = 151
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

    In control the length of z is a Markov chain on rings; after a shift, an integral equation in z along the shift and
    the length of the rest.

    References
    ----------
    Prabhu & Runger, "Designing a multivariate EWMA control chart", Journal of Quality Technology 29 (1997) 8-15;
    Runger & Prabhu, Journal of the American Statistical Association 91 (1996) 1701-1706.

    Examples
    --------
    >>> round(mewma_run_length(0.1, 8.64, 2).value), round(mewma_run_length(0.1, 8.64, 2, 1.0).value, 1)
    (200, 10.1)
    """
    if not 0 < smoothing <= 1 or limit <= 0 or p < 1:
        raise TaskError(f"MEWMA run length: smoothing {smoothing}, limit {limit}, {p} variables - 0 < smoothing <= 1")
    if p == 1:
        value = ewma_run_length(smoothing, limit**0.5, shift)
        return RunLength(value, 0.0, "markov chain", BEYOND, shift)
    reach = float(np.sqrt(limit * smoothing / (2 - smoothing)))
    if shift == 0:
        value = _mean_time(_rings(smoothing, reach, p), 0)
        return RunLength(value, 0.0, "markov chain", BEYOND, shift)
    return RunLength(_shifted(smoothing, reach, p, shift), 0.0, "integral equation", BEYOND, shift)


def _rings(smoothing: float, reach: float, p: int) -> Array:
    """Transitions of the length of z between rings of equal width, the innermost of half."""
    width = 2 * reach / (2 * RINGS + 1)
    start = ((1 - smoothing) * width * np.arange(RINGS + 1) / smoothing) ** 2
    edges = ((np.arange(RINGS + 1) + 0.5) * width / smoothing) ** 2
    below = special.chndtr(edges[None, :], p, start[:, None])
    return np.diff(below, axis=1, prepend=0.0)


def _shifted(smoothing: float, reach: float, p: int, shift: float) -> float:
    """Solve L(z) = 1 + integral of L over the disc by Gauss-Legendre quadrature in polar coordinates.

    A point of the disc is z along the shift and the length of the rest: normal, and noncentral chi with p - 1 degrees
    of freedom.
    """
    (t, weight_t), (g, weight_g) = np.polynomial.legendre.leggauss(NODES[0]), np.polynomial.legendre.leggauss(NODES[1])
    radius, angle = reach * (t + 1) / 2, np.pi * (g + 1) / 2
    mass = np.outer(weight_t * radius * reach / 2, weight_g * np.pi / 2).ravel()
    along, rest = (np.outer(radius, turn(angle)).ravel() for turn in (np.cos, np.sin))
    start = np.append(along, 0.0), np.append(rest, 0.0)
    moved = stats.norm.pdf((along[None, :] - (1 - smoothing) * start[0][:, None]) / smoothing - shift)
    length = _chi_density(rest[None, :] / smoothing, (1 - smoothing) * start[1][:, None] / smoothing, p - 1)
    kernel = moved * length * mass / smoothing**2
    size = len(mass)
    times = np.linalg.solve(np.eye(size) - kernel[:-1], np.ones(size))
    return float(1 + kernel[-1] @ times)


def _chi_density(y: Array, center: Array, df: int) -> Array:
    """Density of the length of a normal vector of `df` dimensions whose mean has length `center`."""
    order, s = df / 2 - 1, np.maximum(center, 1e-8)
    density: Array = y * np.exp(-((y - s) ** 2) / 2) * (y / s) ** order * special.ive(order, s * y)
    return density


def _mean_time(inside: Array, start: int) -> float:
    size = len(inside)
    return float(np.linalg.solve(np.eye(size) - inside, np.ones(size))[start])


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
    """Return the run length of Crosier's multivariate CUSUM: a Markov chain in control, simulated after a shift.

    In control the length Y of the vector is a chain by itself: (Y + x)'s length squared is noncentral chi-square.

    References
    ----------
    Crosier, Technometrics 30 (1988) 291-303.

    Examples
    --------
    >>> round(mcusum_run_length(0.5, 5.5, 2).value)
    201
    """
    if allowance <= 0 or limit <= 0 or p < 1:
        raise TaskError(f"MCUSUM run length: allowance {allowance}, limit {limit}, {p} variables - all above 0")
    if shift == 0:
        return RunLength(_mean_time(_lengths(allowance, limit, p), 0), 0.0, "markov chain", BEYOND, 0.0)
    value, error = simulated(_crosier(allowance, limit, p, shift), seed)
    return RunLength(value, error, "simulation", BEYOND, shift)


def _lengths(allowance: float, limit: float, p: int) -> Array:
    width = 2 * limit / (2 * STATES - 1)
    start, edges = np.arange(STATES) * width, (np.arange(STATES) + 0.5) * width
    below = special.chndtr((edges[None, :] + allowance) ** 2, p, start[:, None] ** 2)
    return np.diff(below, axis=1, prepend=0.0)


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
    low = 0.01
    while length(high) < wanted:
        low, high = high, 1.4 * high
    return float(optimize.brentq(lambda h: np.log(length(h) / wanted), low, high, xtol=1e-4))
