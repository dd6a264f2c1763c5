"""The run length of any chart of the catalogue, in and out of control."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from scipy import stats

from models.base import Array, BoolArray
from models.errors import NotEnoughData, TaskError
from models.spc.control_chart import ControlChart
from models.spc.lengths.chain import Cells, discrete_cells, mean_run, normal_cells
from models.spc.lengths.length import RunLength
from models.spc.lengths.multivariate import mcusum_run_length, mewma_run_length, t2_run_length
from models.spc.lengths.rules import run_length
from models.spc.lengths.simulated import simulated
from models.spc.lengths.weighted import cusum_run_length, ewma_run_length
from models.spc.rules import rules_named
from models.spc.variables.constants import c4, d2, range_cdf, range_limits, sd_limits

BEYOND = ("beyond",)


def chart_run_length(chart: ControlChart, shift: float = 0.0, *, seed: int = 0) -> RunLength:
    """Return the mean number of points until this chart signals, for independent values and limits taken as known.

    Mean and spread of a subgroup are independent and counted together. Moving ranges are not: the run length of
    individuals is that of the main panel (`individuals_run_length` has both).

    Parameters
    ----------
    chart : ControlChart
    shift : float
        Of the mean, in standard deviations of a single value (of a point, for charts of counts; by the inverse
        covariance, for several variables).
    seed : int
        Of a simulation, where nothing exact is known.

    Returns
    -------
    RunLength

    Raises
    ------
    NotEnoughData
        If the chart has no spread, so that any change signals.
    TaskError
        If the shift is no number.

    Examples
    --------
    >>> from models.spc import Observations, make_chart
    >>> chart = make_chart("imr", Observations([10, 11, 10, 12, 11, 10]), rules=["nelson1"])
    >>> round(chart_run_length(chart).value, 1), round(chart_run_length(chart, 1.0).value, 1)
    (370.4, 43.9)
    """
    if not np.isfinite(shift):
        raise TaskError(f"run length: shift {shift} - give a number of standard deviations")
    if not chart.limits.sigma > 0:
        raise NotEnoughData("run length: the chart's points do not vary - collect values that do", 2)
    return _LENGTHS[chart.name](chart, float(shift), seed)


def _shewhart(chart: ControlChart, shift: float, seed: int) -> RunLength:
    return run_length(chart.main.rules, shift, seed=seed)


def _subgroups(chart: ControlChart, shift: float, seed: int) -> RunLength:
    size, names = int(chart.settings["size"]), chart.main.rules
    rules = rules_named(names)
    if size < 2 or not all(rule.zonal for rule in rules):
        return run_length(names, shift * size**0.5, seed=seed)
    cells = normal_cells(shift * size**0.5)
    quiet = Cells(cells.z, cells.weight * (1 - spread_false_alarm(size, chart.name == "xbar_r")))
    return RunLength(mean_run(rules, quiet), 0.0, "markov chain", (*names, chart.panels[1].kind), shift)


@lru_cache(maxsize=64)
def spread_false_alarm(size: int, ranges: bool) -> float:
    """Return the chance that the range, or s, of a stable subgroup is beyond its limits.

    Examples
    --------
    >>> round(spread_false_alarm(5, True), 4), round(spread_false_alarm(5, False), 4)
    (0.0046, 0.0039)
    """
    if ranges:
        low, high = (factor * d2(size) for factor in range_limits(size))
        return 1 - range_cdf(high, size) + range_cdf(low, size)
    low, high = (factor * c4(size) for factor in sd_limits(size))
    df = size - 1
    return float(stats.chi2.sf(df * high**2, df) + stats.chi2.cdf(df * low**2, df))


def _counts(chart: ControlChart, shift: float, seed: int) -> RunLength:
    size, rate, names = chart.settings["size"], chart.settings["rate"], chart.main.rules
    rules, expected = rules_named(names), size * rate
    shares = chart.name in {"p", "np"}
    spread = (expected * (1 - rate)) ** 0.5 if shares else expected**0.5
    if not all(rule.zonal for rule in rules) or not spread > 0:
        return run_length(names, shift, seed=seed)
    moved = max(1e-9, expected + shift * spread)
    law = stats.binom(round(size), min(moved / size, 1.0)) if shares else stats.poisson(moved)
    found = np.arange(int(law.ppf(1e-12)), int(law.isf(1e-12)) + 1)
    cells = discrete_cells(np.round((found - expected) / spread, 12), law.pmf(found))
    return RunLength(mean_run(rules, cells), 0.0, "markov chain", names, shift)


def _ewma(chart: ControlChart, shift: float, seed: int) -> RunLength:
    del seed
    value = ewma_run_length(chart.settings["smoothing"], chart.settings["width"], shift)
    return RunLength(value, 0.0, "integral equation", BEYOND, shift)


def _cusum(chart: ControlChart, shift: float, seed: int) -> RunLength:
    del seed
    s = chart.settings
    value = cusum_run_length(s["decision"], s["allowance"], shift, headstart=s["headstart"])
    return RunLength(value, 0.0, "integral equation", BEYOND, shift)


def _moving_average(chart: ControlChart, shift: float, seed: int) -> RunLength:
    value, error = moving_average_run_length(int(chart.settings["span"]), shift, seed)
    return RunLength(value, error, "simulation", BEYOND, shift)


@lru_cache(maxsize=64)
def moving_average_run_length(span: int, shift: float = 0.0, seed: int = 0) -> tuple[float, float]:
    """Return run length and standard error of a moving average chart, simulated; limits of a full mean throughout.

    Examples
    --------
    >>> value, error = moving_average_run_length(1, 2.0)
    >>> abs(value - 6.3) < 4 * error
    True
    """
    reach = 3 / span**0.5

    def step(state: Array, rng: np.random.Generator) -> tuple[Array, BoolArray]:
        moved = np.concatenate([state[:, 1:], rng.normal(shift, 1.0, (len(state), 1))], axis=1)
        signals: BoolArray = np.abs(moved.mean(axis=1)) > reach
        return moved, signals

    return simulated(step, seed, width=span)


def _t2(chart: ControlChart, shift: float, seed: int) -> RunLength:
    del seed
    s = chart.settings
    limit = float(stats.chi2.isf(s["alpha"], s["p"]))
    return t2_run_length(limit, int(s["p"]), shift, int(s["size"]))


def _mewma(chart: ControlChart, shift: float, seed: int) -> RunLength:
    del seed
    return mewma_run_length(chart.settings["smoothing"], chart.settings["limit"], int(chart.settings["p"]), shift)


def _mcusum(chart: ControlChart, shift: float, seed: int) -> RunLength:
    s = chart.settings
    return mcusum_run_length(s["allowance"], s["limit"], int(s["p"]), shift, seed)


def _pca(chart: ControlChart, shift: float, seed: int) -> RunLength:
    """A shift within the plane of the components: T2 sees it, SPE adds its false alarms."""
    del seed
    s = chart.settings
    quiet = 1 - s["alpha"] if s["components"] < s["p"] else 1.0
    length = t2_run_length(float(stats.chi2.isf(s["alpha"], s["components"])), int(s["components"]), shift)
    return RunLength(1 / (1 - quiet * (1 - 1 / length.value)), 0.0, "closed form", ("T2", "SPE"), shift)


_LENGTHS: dict[str, Callable[[ControlChart, float, int], RunLength]] = {
    **dict.fromkeys(("imr", "forecast", "nominal", "z_mr", "laney_p", "laney_u"), _shewhart),
    **dict.fromkeys(("xbar_r", "xbar_s"), _subgroups),
    **dict.fromkeys(("p", "np", "c", "u"), _counts),
    "ewma": _ewma,
    "cusum": _cusum,
    "moving_average": _moving_average,
    "t2": _t2,
    "mewma": _mewma,
    "mcusum": _mcusum,
    "pca": _pca,
}


def individuals_run_length(shift: float = 0.0, *, points: int = 600) -> RunLength:
    """Return the run length of individuals and moving ranges together (3 sigma and D4), by an integral equation.

    L(x) = 1 + integral of L(u) phi(u - shift) over |u| <= 3 and |u - x| <= R: the next point must stay within its
    limits and near the last one.

    References
    ----------
    Crowder, "Computation of ARL for combined individual measurement and moving range charts", Journal of Quality
    Technology 19 (1987) 98-102.

    Examples
    --------
    >>> round(individuals_run_length().value, 1), round(individuals_run_length(1.0).value, 1)
    (105.2, 37.5)
    """
    if not np.isfinite(shift):
        raise TaskError(f"run length of individuals: shift {shift} - give a number of standard deviations")
    width = 6.0 / points
    u = -3 + width * (np.arange(points) + 0.5)
    reach = d2(2) * range_limits(2)[1]
    near = np.clip((reach - np.abs(u[:, None] - u[None, :])) / width + 0.5, 0.0, 1.0)
    mass = np.diff(stats.norm.cdf(np.linspace(-3, 3, points + 1) - shift))
    after = np.linalg.solve(np.eye(points) - near * mass, np.ones(points))
    return RunLength(float(1 + mass @ after), 0.0, "integral equation", ("3 sigma", "moving range"), shift)
