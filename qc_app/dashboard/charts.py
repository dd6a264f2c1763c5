"""Every chart, as pure functions from a view to a Vega-Lite specification.

The marks are the same everywhere: measured = filled dot, predicted = open dot with its interval as a band,
out of domain = hollow grey, specification = solid thin line, control limits = dashed, events = thin vertical lines
with a word.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt
import polars as pl

from qc_app.dashboard.theme import Palette, vega
from qc_app.language import figures_of, picture_day, spoken, tr
from qc_app.views import StageView

_NARROW = 500
_MIDNIGHT = "utchours(datum.value) == 0 && utcminutes(datum.value) == 0"
_NUMBER = "format(datum.value, '.6~r')"
_DENSE = 400
_LABEL_ROOM = 46
_NAME_ROOM = 190
_STRIP, _BETWEEN, _WORDS = 52, 22, 84


def units_chart(view: StageView, inks: Palette, zone: str, height: int = 410) -> alt.LayerChart:
    """Return the stage's picture: predicted and measured units on one time axis, the anomaly score in a strip below.

    One plot with two vertical scales, so that it takes the page's width and one zoom moves both.

    Parameters
    ----------
    view : StageView
        Already thinned: the chart draws at most about 3,000 marks.
    inks : Palette
    zone : str
        The plant's zone, named on the axis; times in `view` are its wall clock.
    height : int
        Pixels of both parts.
    """
    zoom = alt.selection_interval(bind="scales", encodings=["x"], zoom="wheel![event.ctrlKey]", name="zoom")
    main = _Plot(view, inks, zone)
    layers = [
        main.band(),
        *main.control(),
        *main.specification(),
        *main.events(),
        main.predicted().add_params(zoom),
        main.measured(),
    ]
    both = alt.layer(  # told at once: each method of a finished picture would copy all of its layers again
        alt.layer(*layers),
        main.anomaly(),
        resolve={"scale": {"y": "independent"}},
        height=height,
        padding={"left": 2, "top": 18, "right": _WORDS, "bottom": 4},
    )
    return themed(both, inks)


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
        y=alt.Y("value:Q", scale=alt.Scale(zero=False), axis=alt.Axis(title=None, tickCount=3, labelExpr=_NUMBER)),
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
        "part:Q", scale=alt.Scale(domain=[-extent, extent]), axis=alt.Axis(title=title, tickCount=5, labelExpr=_NUMBER)
    )
    ink = alt.condition("datum.unusual", alt.value(inks.watch), alt.value(inks.faint))
    base = alt.Chart(drawn).encode(y=y, tooltip=hover)
    bars = base.mark_bar(height=bar // 2).encode(x=x, color=ink)
    right = base.transform_filter("datum.part >= 0").mark_text(align="left", dx=5, color=inks.ink)
    left = base.transform_filter("datum.part < 0").mark_text(align="right", dx=-5, color=inks.ink)
    words = [side.encode(x=x, text="words:N") for side in (right, left)]
    zero = alt.Chart(pl.DataFrame({"zero": [0.0]})).mark_rule(color=inks.soft).encode(x="zero:Q")
    return themed(alt.layer(bars, zero, *words).properties(height=alt.Step(bar)), inks)


def learning_curve(curve: pl.DataFrame, unit: str, inks: Palette, height: int = 190) -> alt.LayerChart:
    """Return the typical error over the number of labels: as it is (filled) and as sisters say it would be (open).

    Parameters
    ----------
    curve : polars.DataFrame
        ``labels, error, lower, upper``; the first row is now.
    unit : str
    inks : Palette
    height : int
        Pixels.
    """
    title = titled(tr("typical error"), unit)
    x = alt.X(
        "labels:Q", scale=alt.Scale(nice=False, padding=10), axis=alt.Axis(title=tr("labels"), tickCount=5, grid=False)
    )
    axis = alt.Axis(title=title, tickCount=4, minExtent=_LABEL_ROOM)
    y = alt.Y("error:Q", scale=alt.Scale(zero=True, nice=True), axis=axis)
    names = {"error": tr("typical error"), "lower": tr("from"), "upper": tr("to")}
    hover = [
        alt.Tooltip("labels:Q", title=tr("labels")),
        *(alt.Tooltip(f"{c}:Q", title=name, format=".2~g") for c, name in names.items()),
    ]
    base = alt.Chart(curve).encode(x=x, tooltip=hover)
    band = base.mark_area(color=inks.model, opacity=0.22).encode(y=alt.Y("lower:Q", axis=axis), y2="upper:Q")
    line = base.mark_line(color=inks.model, strokeWidth=1).encode(y=y)
    then = base.mark_point(filled=False, color=inks.model, size=40).encode(y=y)
    now = alt.Chart(curve.head(1)).mark_point(filled=True, color=inks.ink, size=70, opacity=1)
    layers = alt.layer(band, line, then, now.encode(x=x, y=y, tooltip=hover))
    return themed(layers.properties(height=height, width="container"), inks)


def gain_chart(points: pl.DataFrame, inks: Palette, zone: str, height: int = 190) -> alt.LayerChart:
    """Return what adapting gained: dots, their weighted average, its lower control limit and its usual level.

    Parameters
    ----------
    points : polars.DataFrame
        ``t`` (wall milliseconds), ``day, gain, average, lower, centre, out``.
    inks : Palette
    zone : str
    height : int
        Pixels.
    """
    x = alt.X("t:T", scale=alt.Scale(type="utc"), axis=time_axis(tr("plant day, {zone}", zone=zone)))
    axis = alt.Axis(title=tr("gain a label (spreads)"), format=".2~f", tickCount=4)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", axis=axis, scale=alt.Scale(zero=True))

    drawn = points.drop_nulls("average")
    hover = [alt.Tooltip("day:T", title=tr("night of")), alt.Tooltip("gain:Q", title=tr("gain"), format=".2f")]
    more = [
        alt.Tooltip("average:Q", title=tr("average"), format=".2f"),
        alt.Tooltip("lower:Q", title=tr("lower limit"), format=".2f"),
    ]
    dots = alt.Chart(points).mark_point(filled=True, color=inks.faint, size=26, opacity=1)
    course = alt.Chart(drawn).mark_line(color=inks.model, strokeWidth=1.5)
    limit = alt.Chart(drawn).mark_line(color=inks.soft, strokeWidth=1, strokeDash=[5, 4])
    usual = alt.Chart(drawn).mark_line(color=inks.hair, strokeWidth=1)
    low = alt.Chart(drawn.filter(pl.col("out"))).mark_point(filled=True, color=inks.act, size=52, opacity=1)
    layers = [
        usual.encode(x=x, y=y("centre")),
        limit.encode(x=x, y=y("lower")),
        dots.encode(x=x, y=y("gain"), tooltip=hover),
        course.encode(x=x, y=y("average")),
        low.encode(x=x, y=y("average"), tooltip=[*hover, *more]),
    ]
    return themed(alt.layer(*layers).properties(height=height, width="container"), inks)


@dataclass(frozen=True, slots=True)
class _Plot:
    """The layers of the stage's picture: above, the units; in the strip below, the anomaly score."""

    view: StageView
    inks: Palette
    zone: str

    def x(self) -> alt.X:
        axis = time_axis(tr("plant time, {zone}", zone=self.zone))
        return alt.X("t:T", scale=alt.Scale(type="utc", nice=False), axis=axis)

    def y(self, field: str) -> alt.Y:
        what = self.view.characteristic
        title = titled(what.name, what.unit)
        form = f".{max(0, self.view.places - 1)}f"
        axis = alt.Axis(
            title=title,
            titleY=alt.ExprRef(f"(height - {_STRIP + _BETWEEN}) / 2"),
            format=form,
            tickCount=6,
            minExtent=_LABEL_ROOM,
        )
        scale = alt.Scale(zero=False, nice=False, padding=8, range=[alt.ExprRef(f"height - {_STRIP + _BETWEEN}"), 0])
        return alt.Y(f"{field}:Q", scale=scale, axis=axis)

    def band(self) -> Any:
        area = alt.Chart(self.view.band).mark_area(color=self.inks.model, opacity=0.22, interpolate="monotone")
        return area.encode(x=self.x(), y=self.y("lower"), y2="upper:Q", detail="piece:N")

    def predicted(self) -> Any:
        size = 34 if self.view.predicted.height < _DENSE else 16
        kinds = "datum.in_domain === false ? 'outside' : datum.out ? 'out' : 'in'"
        scale = alt.Scale(domain=["in", "out", "outside"], range=[self.inks.model, self.inks.act, self.inks.faint])
        choose = tr("choose it below to see").replace("'", "’")
        dots = alt.Chart(self.view.predicted).transform_calculate(ink=kinds, why=f"datum.because || '{choose}'")
        return dots.mark_point(filled=False, size=size, strokeWidth=1.2, opacity=0.9).encode(
            x=self.x(),
            y=self.y("mean"),
            color=alt.Color("ink:N", scale=scale, legend=None),
            tooltip=[*self.hover("mean", tr("predicted")), *self.hover_more()],
        )

    def measured(self) -> Any:
        ink = alt.condition("datum.out", alt.value(self.inks.act), alt.value(self.inks.ink))
        dots = alt.Chart(self.view.measured).mark_point(filled=True, size=52, opacity=1)
        hover = self.hover("value", tr("measured"))
        return dots.encode(x=self.x(), y=self.y("value"), fill=ink, stroke=ink, tooltip=hover)

    def hover(self, field: str, title: str) -> list[alt.Tooltip]:
        value = alt.Tooltip(f"{field}:Q", title=title, format=f".{self.view.places}f")
        return [alt.Tooltip("unit_id:N", title=tr("unit")), alt.Tooltip("when:N", title=tr("time")), value]

    def hover_more(self) -> list[alt.Tooltip]:
        form = f".{self.view.places}f"
        named = [
            alt.Tooltip(f"p{n}:Q", title=titled(p.name, p.unit), format=".4~g")
            for n, p in enumerate(self.view.stage.parameters)
            if f"p{n}" in self.view.predicted.columns
        ]
        return [
            alt.Tooltip("lower:Q", title=tr("interval from"), format=form),
            alt.Tooltip("upper:Q", title=tr("to"), format=form),
            alt.Tooltip("anomaly:Q", title=tr("anomaly"), format=".2f"),
            alt.Tooltip("tier:N", title=tr("answered by")),
            *(
                [alt.Tooltip("why:N", title=tr("mostly because of"))]
                if "because" in self.view.predicted.columns
                else []
            ),
            *named,
        ]

    def specification(self) -> list[Any]:
        what = self.view.characteristic
        given = {tr("upper"): what.upper, tr("target"): what.target, tr("lower"): what.lower}
        rows = [{"limit": v, "word": f"{name} {figures_of(f'{v:g}')}"} for name, v in given.items() if v is not None]
        if not rows:
            return []
        frame = pl.DataFrame(rows)
        lines = alt.Chart(frame.filter(~pl.col("word").str.starts_with(tr("target"))))
        rules = lines.mark_rule(color=self.inks.soft, strokeWidth=1).encode(y=self.y("limit"))
        words = alt.Chart(frame).mark_text(align="left", dx=6, clip=False, color=self.inks.soft, fontSize=12)
        return [rules, words.encode(y=self.y("limit"), text="word:N", x=alt.value("width"))]

    def control(self) -> list[Any]:
        limits = self.view.limits
        if not limits.height:
            return []
        sides = {"lower": tr("lower limit"), "center": tr("centre line"), "upper": tr("upper limit")}
        long = pl.concat(
            limits.select("t", "t_end", "chart", pl.col(side).alias("limit"), pl.lit(word).alias("side"))
            for side, word in sides.items()
        )
        rule = alt.Chart(long).mark_rule(color=self.inks.soft, strokeWidth=1, strokeDash=[5, 4], opacity=0.8)
        hover = [
            alt.Tooltip("chart:N", title=tr("chart")),
            alt.Tooltip("side:N", title=tr("control limit")),
            alt.Tooltip("limit:Q", title=tr("value"), format="~g"),
        ]
        return [rule.encode(x=self.x(), x2="t_end:T", y=self.y("limit"), tooltip=hover)]

    def events(self) -> list[Any]:
        if not self.view.events.height:
            return []
        hover = [alt.Tooltip("kind:N", title=tr("kind")), alt.Tooltip("text:N", title=tr("text"))]
        base = alt.Chart(self.view.events).encode(x=self.x(), tooltip=hover)
        rule = base.mark_rule(color=self.inks.info, strokeWidth=1, opacity=0.35)
        shown = alt.ExprRef(f"width < {_NARROW} ? 0 : 1")  # on a phone the words would lie on each other: hover instead
        word = base.mark_text(
            align="left", baseline="bottom", dx=-2, clip=False, color=self.inks.info, fontSize=12, opacity=shown
        )
        return [rule, word.encode(text="word:N", y=alt.value(-2))]

    def anomaly(self) -> Any:
        axis = alt.Axis(
            title=tr("anomaly"),
            titleY=alt.ExprRef(f"height - {_STRIP // 2}"),
            tickCount=2,
            format=".1~f",
            orient="left",
            grid=False,
            minExtent=_LABEL_ROOM,
        )
        scale = alt.Scale(zero=True, range=[alt.ExprRef("height"), alt.ExprRef(f"height - {_STRIP}")])
        bars = alt.Chart(self.view.anomaly).mark_bar(color=self.inks.faint, width=1.5)
        hover = [
            alt.Tooltip("unit_id:N", title=tr("unit")),
            alt.Tooltip("anomaly:Q", title=tr("anomaly"), format=".2f"),
        ]
        return bars.encode(x=self.x(), y=alt.Y("anomaly:Q", scale=scale, axis=axis), tooltip=hover)


def time_axis(title: str | None, ticks: int = 8) -> alt.Axis:
    """Return the axis of wall time that every chart has."""
    clock = f"utcFormat(datum.value, {_MIDNIGHT} ? '{picture_day()}' : '%H:%M')"
    return alt.Axis(title=title, labelExpr=clock, tickCount=ticks, grid=False)


def titled(name: str, unit: str) -> str:
    """Return what an axis shows: a name, with its unit if it has one.

    Examples
    --------
    >>> titled("thickness", "mm"), titled("ratio", "")
    ('thickness (mm)', 'ratio')
    """
    return f"{name} ({unit})" if unit else name


def themed(chart: Any, inks: Palette) -> alt.LayerChart:
    """Return the chart, just made, in the theme of the page."""
    chart.config = alt.Config(**vega(inks))  # `configure` would copy every layer for it
    dressed: alt.LayerChart = chart
    return dressed
