"""Name -> control chart: everything that a page or a command can offer, made in one way."""

from __future__ import annotations

import difflib
import numbers
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from models.errors import TaskError, UnknownName
from models.spc.attributes import c_chart, laney_p, laney_u, np_chart, p_chart, u_chart
from models.spc.catalog import adapters
from models.spc.catalog.kinds import Asked, ChartKind, Needs
from models.spc.control_chart import ControlChart
from models.spc.multivariate import mcusum, mewma, pca, t2
from models.spc.observations import Observations
from models.spc.reference import Reference
from models.spc.result import ChartLimits
from models.spc.rules import DEFAULT
from models.spc.variables import xbar_r, xbar_s


def chart_names(needs: Needs | None = None) -> tuple[str, ...]:
    """Return the names of all charts, or of those for one kind of data.

    Examples
    --------
    >>> chart_names("subgroups"), chart_names()[0]
    (('xbar_r', 'xbar_s'), 'imr')
    """
    return tuple(k.name for k in CHARTS.values() if needs in (None, k.needs))


def chart_kind(name: str) -> ChartKind:
    """Return a chart's entry.

    Raises
    ------
    UnknownName
        If there is none of that name; names the nearest.

    Examples
    --------
    >>> chart_kind("ewna")
    Traceback (most recent call last):
    models.errors.UnknownName: no chart 'ewna' - did you mean 'ewma'?
    """
    if name not in CHARTS:
        near = difflib.get_close_matches(name, CHARTS, n=1, cutoff=0.0)
        raise UnknownName(f"no chart {name!r} - did you mean {near[0]!r}?")
    return CHARTS[name]


def make_chart(
    name: str,
    data: Observations,
    *,
    limits: ChartLimits | Reference | None = None,
    window: slice | None = None,
    rules: Iterable[str] = DEFAULT,
    **settings: Any,
) -> ControlChart:
    """Make a chart by name.

    Parameters
    ----------
    name : str
        One of `chart_names()`.
    data : Observations
        In the order of production.
    limits : ChartLimits or Reference, optional
        What an earlier chart of that name had as `frozen`; without it limits are estimated.
    window : slice, optional
        Points of the chart (subgroups, where there are any) that limits are estimated from; all by default.
    rules : iterable of str
        Run rules; charts whose points depend on each other (`ChartKind.run_rules` is False) use their limits alone.
    **settings
        Of that chart, as in its `ChartKind.settings`.

    Returns
    -------
    ControlChart

    Raises
    ------
    UnknownName
        If there is no such chart, rule or setting.
    TaskError
        If the data contradict themselves or are not what the chart needs, or a setting is not of its kind.
    NotEnoughData
        If limits have to be estimated from too few points.

    Examples
    --------
    >>> chart = make_chart("imr", Observations([10, 11, 10, 12, 11, 10, 25]), window=slice(0, 6))
    >>> [(s.index, s.rule) for s in chart.main.signals]
    [(6, 'nelson1')]
    """
    kind = chart_kind(name)
    _require(kind, data)
    unknown = sorted(set(settings) - set(kind.settings))
    if unknown:
        known = ", ".join(kind.settings) or "none"
        raise UnknownName(f"chart {name!r} has no setting {unknown[0]!r} (it has: {known})")
    _require_numbers(kind, settings)
    if limits is not None and isinstance(limits, Reference) != (kind.freezes == "reference"):
        raise TaskError(f"chart {name!r}: these limits were frozen by another kind of chart - freeze them anew")
    known_limits = limits if isinstance(limits, ChartLimits) else None
    reference = limits if isinstance(limits, Reference) else None
    asked = Asked(known_limits, reference, window, tuple(rules), {**kind.settings, **settings})
    return kind.make(data, asked)


def _require_numbers(kind: ChartKind, settings: Mapping[str, Any]) -> None:
    """Raise TaskError unless every setting is a number, but for those that are words."""
    for name, value in settings.items():
        words = isinstance(kind.settings[name], str)
        number = isinstance(value, numbers.Real) and not isinstance(value, bool)
        if (words and not isinstance(value, str)) or not (words or number or value is None):
            raise TaskError(f"chart {kind.name!r}: setting {name} {value!r} - give a {'word' if words else 'number'}")


def _require(kind: ChartKind, data: Observations) -> None:
    wrong = {
        "subgroups": data.groups is None,
        "parts": data.parts is None and data.nominals is None,
        "counts": kind.name != "c" and data.sizes is None and data.groups is None,
    }.get(kind.needs, False)
    if wrong:
        asks = {"subgroups": "groups", "parts": "parts or nominals", "counts": "sizes or groups"}[kind.needs]
        raise TaskError(f"chart {kind.name!r} needs {asks} in its observations - give them, or choose another chart")


_ALL = (
    ChartKind(
        "imr",
        "Individuals and moving range",
        "values",
        "single values, large changes",
        adapters.individuals,
        scale="value",
    ),
    ChartKind(
        "ewma",
        "EWMA",
        "values",
        "single values, small lasting changes; robust where values are not normal",
        adapters.weighted_average,
        {"smoothing": 0.1, "width": 2.814},
        run_rules=False,
        scale="value",
    ),
    ChartKind(
        "forecast",
        "Errors of a forecast",
        "values",
        "single values that resemble their neighbours",
        adapters.forecast_errors,
        {"method": "auto"},
    ),
    ChartKind(
        "cusum",
        "CUSUM",
        "values",
        "single values, small lasting changes; says when they began",
        adapters.cumulative,
        {"target": None, "allowance": 0.5, "decision": 5.0, "headstart": 0.0},
        run_rules=False,
        scale="value",
    ),
    ChartKind(
        "moving_average",
        "Moving average",
        "values",
        "single values, changes of middle size, plain to read",
        adapters.averaged,
        {"span": 5},
        run_rules=False,
        scale="value",
    ),
    ChartKind(
        "nominal",
        "Deviation from nominal",
        "parts",
        "short runs of products that vary alike",
        adapters.from_nominal,
    ),
    ChartKind(
        "z_mr",
        "Z and moving range",
        "parts",
        "short runs of products that vary differently",
        adapters.standardized_parts,
        freezes="reference",
    ),
    ChartKind(
        "xbar_r",
        "Mean and range",
        "subgroups",
        "subgroups of 2 to 9 values",
        adapters.by_subgroup(xbar_r),
        scale="subgroup",
    ),
    ChartKind(
        "xbar_s",
        "Mean and s",
        "subgroups",
        "subgroups of 10 values or more, or of changing size",
        adapters.by_subgroup(xbar_s),
        scale="subgroup",
    ),
    ChartKind(
        "p",
        "Share nonconforming (p)",
        "counts",
        "nonconforming units among those inspected",
        adapters.by_tally(p_chart),
        scale="share",
    ),
    ChartKind(
        "np",
        "Number nonconforming (np)",
        "counts",
        "the same, in units; for equal samples",
        adapters.by_tally(np_chart),
        scale="share",
    ),
    ChartKind("laney_p", "Laney p'", "counts", "shares that vary more than chance allows", adapters.by_tally(laney_p)),
    ChartKind("c", "Nonconformities (c)", "counts", "nonconformities on equal areas", adapters.by_tally(c_chart)),
    ChartKind(
        "u",
        "Nonconformities per unit (u)",
        "counts",
        "nonconformities on areas that differ",
        adapters.by_tally(u_chart),
    ),
    ChartKind("laney_u", "Laney u'", "counts", "rates that vary more than chance allows", adapters.by_tally(laney_u)),
    ChartKind(
        "t2",
        "Hotelling T2",
        "vectors",
        "several variables, large changes",
        adapters.of_vectors(t2),
        {"alpha": 0.0027},
        run_rules=False,
        freezes="reference",
        phases_differ=True,
    ),
    ChartKind(
        "mewma",
        "Multivariate EWMA",
        "vectors",
        "several variables, small lasting changes",
        adapters.of_vectors(mewma),
        {"smoothing": 0.1, "limit": None, "run_length": 200.0},
        run_rules=False,
        freezes="reference",
    ),
    ChartKind(
        "mcusum",
        "Multivariate CUSUM",
        "vectors",
        "several variables, small lasting changes of a known size",
        adapters.of_vectors(mcusum),
        {"allowance": 0.5, "limit": None, "run_length": 200.0},
        run_rules=False,
        freezes="reference",
    ),
    ChartKind(
        "pca",
        "Principal components, T2 and SPE",
        "vectors",
        "many variables that move together",
        adapters.of_vectors(pca),
        {"share": 0.8, "alpha": 0.0027},
        run_rules=False,
        freezes="reference",
    ),
)
CHARTS: Mapping[str, ChartKind] = MappingProxyType({kind.name: kind for kind in _ALL})
