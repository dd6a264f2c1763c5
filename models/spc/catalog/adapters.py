"""From observations to each chart: what of them it takes, and what is kept of how it was made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from models.spc.catalog.kinds import Asked
from models.spc.control_chart import ControlChart
from models.spc.observations import Observations
from models.spc.result import Chart, ChartLimits
from models.spc.variables import nominal, part_means, z_mr
from models.spc.variables.forecast import forecast_chart
from models.spc.variables.individuals import estimate_limits, imr
from models.spc.weighted import cusum, ewma, moving_average


def _single(
    name: str, data: Observations, panels: tuple[Chart, ...], limits: ChartLimits, **settings: float
) -> ControlChart:
    return ControlChart(name, panels, limits, np.arange(len(data.series)), settings)


def individuals(data: Observations, asked: Asked) -> ControlChart:
    """Make an individuals chart with its moving ranges."""
    pair = imr(data.series, limits=asked.limits, window=asked.window, rules=asked.rules, breaks=data.breaks)
    return _single("imr", data, (pair.individuals, pair.moving_range), pair.limits)


def forecast_errors(data: Observations, asked: Asked) -> ControlChart:
    """Make an individuals chart of the errors of a forecast."""
    made = forecast_chart(data.series, window=asked.window, rules=asked.rules, breaks=data.breaks, **asked.settings)
    return _single("forecast", data, (made.chart.individuals,), made.chart.limits, coefficient=made.coefficient)


def weighted_average(data: Observations, asked: Asked) -> ControlChart:
    """Make an EWMA chart; what is frozen is centre and sigma of single values."""
    base = asked.limits or estimate_limits(data.series[asked.window or slice(None)])
    chart = ewma(data.series, limits=base, breaks=data.breaks, **asked.settings)
    return _single("ewma", data, (chart,), base, **asked.settings)


def cumulative(data: Observations, asked: Asked) -> ControlChart:
    """Make a tabular CUSUM."""
    return cusum(data.series, limits=asked.limits, window=asked.window, breaks=data.breaks, **asked.settings)


def averaged(data: Observations, asked: Asked) -> ControlChart:
    """Make a moving average chart."""
    return moving_average(data.series, limits=asked.limits, window=asked.window, breaks=data.breaks, **asked.settings)


def from_nominal(data: Observations, asked: Asked) -> ControlChart:
    """Make a chart of deviations from nominal; without nominals, from the mean of each part."""
    held = part_means(data.series, data.parts or ()) if data.nominals is None else data.nominals
    given: dict[str, Any] = {"limits": asked.limits, "window": asked.window, "rules": asked.rules}
    return nominal(data.series, held, breaks=data.breaks, **given)


def standardized_parts(data: Observations, asked: Asked) -> ControlChart:
    """Make a Z-MR chart."""
    parts = ["part"] * len(data.series) if data.parts is None else data.parts
    given: dict[str, Any] = {"limits": asked.reference, "window": asked.window, "rules": asked.rules}
    return z_mr(data.series, parts, breaks=data.breaks, **given)


def of_vectors(make: Callable[..., ControlChart]) -> Callable[[Observations, Asked], ControlChart]:
    """Make a multivariate chart."""

    def made(data: Observations, asked: Asked) -> ControlChart:
        return make(data, reference=asked.reference, window=asked.window, **asked.settings)

    return made


def by_subgroup(make: Callable[..., ControlChart]) -> Callable[[Observations, Asked], ControlChart]:
    """Make a chart of subgroups."""

    def made(data: Observations, asked: Asked) -> ControlChart:
        given: dict[str, Any] = {"limits": asked.limits, "window": asked.window, "rules": asked.rules}
        return make(data.subgroups, breaks=data.group_breaks, **given)

    return made


def by_tally(make: Callable[..., ControlChart]) -> Callable[[Observations, Asked], ControlChart]:
    """Make a chart of counts; without sizes and groups each count stands for one equal area."""

    def made(data: Observations, asked: Asked) -> ControlChart:
        bare = data.sizes is None and data.groups is None
        counts, sizes = (data.series, np.ones(len(data.series))) if bare else data.tallies
        given: dict[str, Any] = {"limits": asked.limits, "window": asked.window, "rules": asked.rules}
        return replace(make(counts, sizes, breaks=data.group_breaks, **given), positions=data.positions)

    return made
