"""From observations to each chart: what of them it takes, and what is kept of how it was made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from models.errors import TaskError
from models.spc.catalog.kinds import Asked
from models.spc.control_chart import ControlChart
from models.spc.observations import Observations
from models.spc.result import Chart, ChartLimits
from models.spc.variables import nominal, part_means, z_mr
from models.spc.variables.forecast import Method, forecast_chart
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
    """Make an individuals chart of the errors of a forecast: over the gaps where times are known, else by an EWMA."""
    given: dict[str, Any] = {"limits": asked.limits, "window": asked.window, "rules": asked.rules}
    method: Method = asked.settings["method"]
    if asked.settings["method"] == "auto":
        method = "ewma" if data.hours is None else "gaps"
    made = forecast_chart(data.series, breaks=data.breaks, hours=data.hours, method=method, **given)
    panel = replace(made.chart.individuals, kind="forecast error")
    return _single("forecast", data, (panel,), made.limits, coefficient=made.coefficient)


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
    given: dict[str, Any] = {"limits": asked.limits, "window": asked.window, "rules": asked.rules}
    if data.nominals is not None:
        return nominal(data.series, data.nominals, breaks=data.breaks, **given)
    means = _held(data, asked)
    held = np.array([means.get(str(part), np.nan) for part in data.parts or ()])
    made = nominal(data.series, held, breaks=data.breaks, **given)
    absent = [f"{part}: no value in phase I, so it is not charted" for part in dict.fromkeys(map(str, data.parts or ()))
              if part not in means]  # fmt: skip
    return replace(made, limits=replace(made.limits, basis=tuple(means.items())), notes=tuple(absent[:5]))


def _held(data: Observations, asked: Asked) -> dict[str, float]:
    """The mean of each part: the frozen one, else that of phase I."""
    if asked.limits is not None:
        if not asked.limits.basis:
            raise TaskError("nominal chart: these limits hold no means of parts - give nominals, or freeze them anew")
        return dict(asked.limits.basis)
    return part_means(data.series, data.parts or (), asked.window)


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
