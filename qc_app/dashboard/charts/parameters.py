"""Charts of parameters: the course of one, and what each adds to a prediction."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import altair as alt
import polars as pl

from qc_app.dashboard.charts.axes import NUMBER, themed, time_axis, titled
from qc_app.dashboard.theme import Palette
from qc_app.language import spoken, tr

_NAME_ROOM = 190


def parameter_chart(frame: pl.DataFrame, name: str, unit: str, inks: Palette, height: int = 96) -> dict[str, Any]:
    """Return the small course of one parameter with its newest value marked, as Vega-Lite with its data beside it.

    A page shows many of them that differ in their data alone: what they share is composed and checked once.

    Parameters
    ----------
    frame : polars.DataFrame
        ``t`` (wall milliseconds), ``value``.
    """
    shared = _course(titled(name, unit), inks, height, spoken())
    return {**shared, "datasets": {"course": frame, "newest": frame.tail(1)}}


@lru_cache(maxsize=512)
def _course(label: str, inks: Palette, height: int, _language: str) -> dict[str, Any]:
    """Return what courses of one label share; its axis speaks the language of now."""
    base = alt.Chart(alt.NamedData("course")).encode(
        x=alt.X("t:T", scale=alt.Scale(type="utc"), axis=time_axis(None, ticks=3)),
        y=alt.Y("value:Q", scale=alt.Scale(zero=False), axis=alt.Axis(title=None, tickCount=3, labelExpr=NUMBER)),
    )
    course = base.mark_line(color=inks.soft, strokeWidth=1)
    newest = alt.Chart(alt.NamedData("newest")).mark_point(filled=True, color=inks.ink, size=28, opacity=1)
    last = newest.encode(x="t:T", y="value:Q", tooltip=[alt.Tooltip("value:Q", title=label, format="~g")])
    drawn = themed(alt.layer(course, last).properties(height=height, width="container"), inks)
    return drawn.to_dict()


def parts_chart(frame: pl.DataFrame, title: str, inks: Palette, bar: int = 26) -> alt.LayerChart:
    """Return what each parameter adds to a prediction: bars from zero, grey, in colour where the parameter is unusual.

    Parameters
    ----------
    frame : polars.DataFrame
        ``parameter``, ``part``, ``words`` (the number as text), ``now``, ``usual``, ``sd``, ``unusual``; top to bottom.
    title : str
        Of the axis.
    inks : Palette
    bar : int
        Pixels a row.
    """
    sign = pl.when(pl.col("unusual")).then(pl.lit("▲ ")).otherwise(pl.lit(""))
    drawn = frame.with_columns((sign + pl.col("parameter")).alias("row"))
    order = list(dict.fromkeys(drawn["row"]))
    extent = max(float(drawn["part"].abs().max() or 0.0), 1e-300) * 1.45  # type: ignore[arg-type]  # of floats
    hover = [
        alt.Tooltip("parameter:N", title=tr("parameter")),
        alt.Tooltip("words:N", title=tr("adds")),
        alt.Tooltip("now:N", title=tr("this unit")),
        alt.Tooltip("usual:N", title=tr("usually")),
        alt.Tooltip("sd:Q", title=tr("standard deviations from its middle"), format="+.1f"),
    ]
    room = min(_NAME_ROOM, 16 + 7 * max(map(len, order), default=0))
    named = alt.Axis(title=None, labelLimit=room, minExtent=room, ticks=False, domain=False, labelPadding=8)
    y = alt.Y("row:N", sort=order, axis=named)
    x = alt.X(
        "part:Q", scale=alt.Scale(domain=[-extent, extent]), axis=alt.Axis(title=title, tickCount=5, labelExpr=NUMBER)
    )
    ink = alt.condition("datum.unusual", alt.value(inks.watch), alt.value(inks.faint))
    base = alt.Chart(drawn).encode(y=y, tooltip=hover)
    bars = base.mark_bar(height=bar // 2).encode(x=x, color=ink)
    right = base.transform_filter("datum.part >= 0").mark_text(align="left", dx=5, color=inks.ink)
    left = base.transform_filter("datum.part < 0").mark_text(align="right", dx=-5, color=inks.ink)
    words = [side.encode(x=x, text="words:N") for side in (right, left)]
    zero = alt.Chart(pl.DataFrame({"zero": [0.0]})).mark_rule(color=inks.soft).encode(x="zero:Q")
    return themed(alt.layer(bars, zero, *words).properties(height=alt.Step(bar)), inks)
