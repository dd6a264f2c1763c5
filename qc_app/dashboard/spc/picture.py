"""The pictures of the SPC page, as pure functions from a view to a Vega-Lite specification."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from qc_app.dashboard.charts import NUMBER
from qc_app.dashboard.theme import Palette, vega
from qc_app.language import tr
from qc_app.views.spc import PanelView, SpcPage, StudyView

_ROOM = 46
_HEIGHT, _SECOND = 260, 120
_PADDING = {"left": 2, "top": 4, "right": 40, "bottom": 4}


def title_of(view: SpcPage, number: int) -> str:
    """Return the title of a panel's axis, with the unit where the panel is in it."""
    kind = view.panels[number].kind
    unit = view.characteristic.unit
    single = view.subject in {"measured", "predicted", "error"} and view.characteristic.kind == "continuous"
    scaled = single and view.chart not in {"z_mr", "c", "u", "laney_u"}
    if view.chart == "imr" and number == 0:
        kind = {"predicted": tr("prediction"), "error": tr("result less prediction")}.get(
            view.subject, view.characteristic.name
        )
    return f"{kind} ({unit})" if scaled and unit else kind


def legend(view: SpcPage) -> list[tuple[str, str, str]]:
    """Return ink, symbol and words of every mark."""
    point = ("model", "○", tr("predicted")) if view.subject == "predicted" else ("ink", "●", tr("point"))
    limits, centre = ("soft", "- -", tr("control limits of the time")), ("soft", "—", tr("centre"))
    marks = [point, ("act", "◆", tr("signals")), limits, centre]
    return [*marks, ("faint", "✕", tr("left out with a cause"))] if view.panels[0].left_out.height else marks


def panel(view: PanelView, title: str, inks: Palette, *, predicted: bool = False, main: bool = True) -> alt.LayerChart:
    """Return one panel: points in order, limits as steps, signals as filled diamonds.

    Parameters
    ----------
    view : PanelView
    title : str
        Of the vertical axis.
    inks : Palette
    predicted : bool
        Open dots: predictions never have the mark of a measurement.
    main : bool
        The upper, taller panel, which names the times.
    """
    values = view.ticks["n"].to_list()
    words = view.ticks["word"].to_list()
    label = f"{words!r}[indexof({values!r}, datum.value)]"
    axis = alt.Axis(
        title=None,
        values=values,
        labelExpr=label,
        grid=False,
        labels=main,
        ticks=main,
        labelOverlap="greedy",
        labelSeparation=8,
    )
    x = alt.X("n:Q", axis=axis, scale=alt.Scale(nice=False, padding=10))
    named = alt.Axis(title=title, tickCount=5 if main else 3, minExtent=_ROOM, labelExpr=NUMBER)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", axis=named, scale=alt.Scale(zero=False, padding=8))

    hover = [alt.Tooltip("unit_id:N", title=tr("unit")), alt.Tooltip("when:N", title=tr("time"))]
    names = {"point": tr("point"), "lower": tr("lower"), "center": tr("centre"), "upper": tr("upper")}
    number = [alt.Tooltip(f"{c}:Q", title=word, format=".5~g") for c, word in names.items()]
    base = alt.Chart(view.points)
    lines = [
        base.mark_line(color=inks.soft, strokeWidth=1, interpolate="step", strokeDash=dash).encode(x=x, y=y(side))
        for side, dash in (("upper", [5, 4]), ("center", [1, 0]), ("lower", [5, 4]))
        if side == "center" or view.points[side].drop_nulls().abs().max()  # a limit at zero can never be passed
    ]
    course = base.mark_line(color=inks.faint, strokeWidth=1).encode(x=x, y=y("point"))
    ink = inks.model if predicted else inks.ink
    size = 30 if view.points.height < 200 else 14
    dots = base.transform_filter("datum.why === ''").mark_point(filled=not predicted, size=size, color=ink, opacity=1)
    signals = base.transform_filter("datum.why !== ''").mark_point(
        filled=True, shape="diamond", size=80, color=inks.act, opacity=1
    )
    layers = [*lines, course, dots.encode(x=x, y=y("point"), tooltip=[*hover, *number])]
    layers.append(
        signals.encode(x=x, y=y("point"), tooltip=[*hover, alt.Tooltip("why:N", title=tr("signals")), *number])
    )
    if view.left_out.height:
        gone = alt.Chart(view.left_out).mark_point(shape="cross", angle=45, size=60, color=inks.faint, opacity=1)
        layers.append(gone.encode(x=x, y=y("point"), tooltip=[*hover, alt.Tooltip("why:N", title=tr("left out"))]))
    return _themed(
        alt.layer(*layers).properties(height=_HEIGHT if main else _SECOND, width="container", padding=_PADDING), inks
    )


def contributions(parts: pl.DataFrame, inks: Palette, bar: int = 24) -> alt.LayerChart:
    """Return what each variable adds, the largest first."""
    order = parts["parameter"].to_list()
    room = min(150, 16 + 7 * max(map(len, order), default=0))
    named = alt.Axis(title=None, labelLimit=room, minExtent=room, ticks=False, domain=False)
    y = alt.Y("parameter:N", sort=order, axis=named)
    x = alt.X("part:Q", axis=alt.Axis(title=None, tickCount=4))
    part = alt.Tooltip("part:Q", title=tr("part"), format=".3~g")
    hover = [alt.Tooltip("parameter:N", title=tr("parameter")), part]
    bars = alt.Chart(parts).mark_bar(height=bar // 2, color=inks.soft).encode(x=x, y=y, tooltip=hover)
    zero = alt.Chart(pl.DataFrame({"zero": [0.0]})).mark_rule(color=inks.soft).encode(x="zero:Q")
    return _themed(alt.layer(bars, zero).properties(height=alt.Step(bar), width="container"), inks)


def histogram(
    view: StudyView, limits: tuple[float | None, float | None, float | None], title: str, inks: Palette
) -> Any:
    """Return the histogram with what distributions of both spreads would have, and the specification."""
    axis = alt.Axis(title=title, tickCount=5, grid=False)
    x = alt.X("left:Q", bin="binned", axis=axis, scale=alt.Scale(zero=False, padding=8))
    y = alt.Y("count:Q", axis=alt.Axis(title=tr("results"), tickCount=4, minExtent=_ROOM))
    bars = alt.Chart(view.bars).mark_bar(color=inks.faint, opacity=0.6, binSpacing=0)
    shape = alt.Chart(view.curves).encode(x=alt.X("x:Q"), y=y)
    overall = shape.transform_filter("datum.spread === 'overall'").mark_line(color=inks.ink, strokeWidth=1.5)
    within = shape.transform_filter("datum.spread === 'within'").mark_line(
        color=inks.ink, strokeWidth=1, strokeDash=[2, 3]
    )
    layers = [
        bars.encode(x=x, x2="right:Q", y=y, tooltip=[alt.Tooltip("count:Q", title=tr("results"))]),
        overall,
        within,
    ]
    given = [
        (v, name) for v, name in zip(limits, (tr("lower"), tr("target"), tr("upper")), strict=True) if v is not None
    ]
    if given:
        lines = alt.Chart(pl.DataFrame(given, schema=["limit", "word"], orient="row"))
        hover = [alt.Tooltip("word:N", title=tr("specification")), alt.Tooltip("limit:Q", title=tr("value"))]
        layers.append(lines.mark_rule(color=inks.info, strokeWidth=1).encode(x="limit:Q", tooltip=hover))
        words = lines.mark_text(align="left", baseline="bottom", dx=3, dy=-2, color=inks.info, fontSize=12)
        layers.append(words.encode(x="limit:Q", y=alt.value(0), text="word:N"))
    return _themed(alt.layer(*layers).properties(height=190, width="container", padding={"top": 18, "right": 36}), inks)


def probability(view: StudyView, title: str, inks: Palette) -> Any:
    """Return the probability plot: results over what the distribution would have at their rank, with its band."""
    axis = alt.Axis(title=tr("expected at this rank"), tickCount=5, grid=False)
    x = alt.X("expected:Q", axis=axis, scale=alt.Scale(zero=False, padding=8))
    base = alt.Chart(view.plot).encode(x=x)
    y = alt.Axis(title=title, tickCount=4, minExtent=_ROOM)
    scale = alt.Scale(zero=False)
    band = base.mark_area(color=inks.faint, opacity=0.3).encode(y=alt.Y("lower:Q", axis=y, scale=scale), y2="upper:Q")
    line = base.mark_line(color=inks.soft, strokeWidth=1).encode(y=alt.Y("expected:Q", axis=y, scale=scale))
    dots = base.mark_point(filled=True, size=18, color=inks.ink, opacity=1)
    shown = dots.encode(
        y=alt.Y("value:Q", axis=y, scale=scale), tooltip=[alt.Tooltip("value:Q", title=tr("value"), format=".5~g")]
    )
    return _themed(alt.layer(band, line, shown).properties(height=190, width="container"), inks)


def _themed(chart: Any, inks: Palette) -> alt.LayerChart:
    themed: alt.LayerChart = chart.configure(**vega(inks))
    return themed
