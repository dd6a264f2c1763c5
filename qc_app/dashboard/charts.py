"""Every chart, as pure functions from a view to a Vega-Lite specification.

The marks are the same everywhere: measured = filled dot, predicted = open dot with its interval as a band, out of domain
= hollow grey, specification = solid thin line, control limits = dashed, events = thin vertical lines with a word.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from qc_app.dashboard.theme import Palette, vega
from qc_app.views import StageView

_CLOCK = "utcFormat(datum.value, utchours(datum.value) == 0 && utcminutes(datum.value) == 0 ? '%d %b' : '%H:%M')"
_DENSE = 400
_LABEL_ROOM = 60


def units_chart(view: StageView, inks: Palette, zone: str, height: int = 330) -> alt.VConcatChart:
    """Return the stage's picture: predicted and measured units on one time axis, the anomaly score below it.

    Parameters
    ----------
    view : StageView
        Already thinned: the chart draws at most about 3,000 marks.
    inks : Palette
    zone : str
        The plant's zone, named on the axis; times in `view` are its wall clock.
    height : int
        Pixels of the upper part.
    """
    zoom = alt.selection_interval(bind="scales", encodings=["x"], zoom="wheel![event.ctrlKey]", name="zoom")
    layers = [
        _band(view, inks),
        *_control(view, inks),
        *_specification(view, inks),
        *_events(view, inks),
        _predicted(view, inks),
        _measured(view, inks),
    ]
    upper = alt.layer(*layers).add_params(zoom).properties(height=height)
    lower = _anomaly(view, inks, zone).properties(height=56)
    both = alt.vconcat(upper, lower, spacing=6).resolve_scale(x="shared")
    return both.configure(**vega(inks))


def parameter_chart(frame: pl.DataFrame, name: str, unit: str, inks: Palette, height: int = 96) -> alt.LayerChart:
    """Return the small course of one parameter with its newest value marked.

    Parameters
    ----------
    frame : polars.DataFrame
        ``t`` (wall milliseconds), ``value``.
    """
    label = f"{name} ({unit})" if unit else name
    base = alt.Chart(frame).encode(
        x=alt.X("t:T", scale=alt.Scale(type="utc"), axis=_time_axis(None, ticks=3)),
        y=alt.Y("value:Q", scale=alt.Scale(zero=False), axis=alt.Axis(title=None, tickCount=3, format="~g")),
    )
    course = base.mark_line(color=inks.soft, strokeWidth=1)
    newest = alt.Chart(frame.tail(1)).mark_point(filled=True, color=inks.ink, size=28, opacity=1)
    last = newest.encode(x="t:T", y="value:Q", tooltip=[alt.Tooltip("value:Q", title=label, format="~g")])
    return alt.layer(course, last).properties(height=height, width="container").configure(**vega(inks))


def _time_axis(title: str | None, *, labels: bool = True, ticks: int = 8) -> alt.Axis:
    return alt.Axis(title=title, labels=labels, ticks=labels, labelExpr=_CLOCK, tickCount=ticks, grid=False)


def _x(title: str | None = None, *, labels: bool = False) -> alt.X:
    return alt.X("t:T", scale=alt.Scale(type="utc", nice=False), axis=_time_axis(title, labels=labels))


def _y(view: StageView, field: str = "mean") -> alt.Y:
    what = view.characteristic
    title = f"{what.name} ({what.unit})" if what.unit else what.name
    axis = alt.Axis(title=title, format=f".{max(0, view.places - 1)}f", tickCount=6, minExtent=_LABEL_ROOM)
    return alt.Y(f"{field}:Q", scale=alt.Scale(zero=False, nice=False, padding=8), axis=axis)


def _band(view: StageView, inks: Palette) -> alt.Chart:
    area = alt.Chart(view.band).mark_area(color=inks.model, opacity=0.16, interpolate="monotone")
    return area.encode(x=_x(), y=_y(view, "lower"), y2="upper:Q")


def _points(view: StageView, field: str, title: str) -> dict[str, Any]:
    values = [alt.Tooltip(f"{field}:Q", title=title, format=f".{view.places}f")]
    return {
        "x": _x(),
        "y": _y(view, field),
        "tooltip": [alt.Tooltip("unit_id:N", title="unit"), alt.Tooltip("when:N", title="time"), *values],
    }


def _predicted(view: StageView, inks: Palette) -> alt.Chart:
    size = 34 if view.predicted.height < _DENSE else 16
    channels = _points(view, "mean", "predicted")
    form = f".{view.places}f"
    channels["tooltip"] += [
        alt.Tooltip("lower:Q", title="interval from", format=form),
        alt.Tooltip("upper:Q", title="to", format=form),
        alt.Tooltip("anomaly:Q", format=".2f"),
        alt.Tooltip("tier:N", title="answered by"),
        *(
            alt.Tooltip(f"p{n}:Q", title=f"{p.name} ({p.unit})" if p.unit else p.name, format=".4~g")
            for n, p in enumerate(view.stage.parameters)
            if f"p{n}" in view.predicted.columns
        ),
    ]
    stroke = alt.Color(
        "ink:N",
        scale=alt.Scale(domain=["in", "out", "outside"], range=[inks.model, inks.act, inks.faint]),
        legend=None,
    )
    chart = alt.Chart(view.predicted).transform_calculate(
        ink="datum.in_domain === false ? 'outside' : datum.out ? 'out' : 'in'"
    )
    return chart.mark_point(filled=False, size=size, strokeWidth=1.2, opacity=0.9).encode(color=stroke, **channels)


def _measured(view: StageView, inks: Palette) -> alt.Chart:
    ink = alt.condition("datum.out", alt.value(inks.act), alt.value(inks.ink))
    dots = alt.Chart(view.measured).mark_point(filled=True, size=52, opacity=1)
    return dots.encode(fill=ink, color=ink, **_points(view, "value", "measured"))


def _specification(view: StageView, inks: Palette) -> list[alt.Chart]:
    what = view.characteristic
    given = {"upper": what.upper, "target": what.target, "lower": what.lower}
    rows = [
        {"limit": v, "word": f"{name} {v:g}", "faint": name == "target"} for name, v in given.items() if v is not None
    ]
    if not rows:
        return []
    frame = pl.DataFrame(rows)
    lines = frame.filter(~pl.col("faint"))
    rules = alt.Chart(lines).mark_rule(color=inks.soft, strokeWidth=1).encode(y=alt.Y("limit:Q"))
    words = alt.Chart(frame).mark_text(align="right", dy=-6, color=inks.soft, fontSize=11)
    return [rules, words.encode(y="limit:Q", text="word:N", x=alt.value("width"))]


def _control(view: StageView, inks: Palette) -> list[alt.Chart]:
    if not view.limits.height:
        return []
    long = pl.concat(
        view.limits.select("t", "t_end", "chart", pl.col(side).alias("limit"), pl.lit(side).alias("side"))
        for side in ("lower", "center", "upper")
    )
    rule = alt.Chart(long).mark_rule(color=inks.soft, strokeWidth=1, strokeDash=[5, 4], opacity=0.8)
    hover = [alt.Tooltip("chart:N"), alt.Tooltip("side:N", title="control limit"), alt.Tooltip("limit:Q", format="~g")]
    return [rule.encode(x=_x(), x2="t_end:T", y="limit:Q", tooltip=hover)]


def _events(view: StageView, inks: Palette) -> list[alt.Chart]:
    if not view.events.height:
        return []
    base = alt.Chart(view.events).encode(x=_x(), tooltip=[alt.Tooltip("kind:N"), alt.Tooltip("text:N")])
    rule = base.mark_rule(color=inks.info, strokeWidth=1, opacity=0.7)
    word = base.mark_text(align="left", baseline="top", dx=3, color=inks.info, fontSize=11)
    return [rule, word.encode(text="kind:N", y=alt.value(0))]


def _anomaly(view: StageView, inks: Palette, zone: str) -> alt.LayerChart:
    axis = alt.Axis(title="anomaly", tickCount=2, format=".1~f", minExtent=_LABEL_ROOM)
    chart = alt.Chart(view.anomaly).encode(
        x=_x(f"plant time, {zone}", labels=True),
        y=alt.Y("anomaly:Q", scale=alt.Scale(zero=True), axis=axis),
        tooltip=[alt.Tooltip("unit_id:N", title="unit"), alt.Tooltip("anomaly:Q", format=".2f")],
    )
    return alt.layer(chart.mark_bar(color=inks.faint, width=2))
