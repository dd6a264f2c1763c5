"""The stage's picture: predicted and measured units on one time axis, the anomaly score below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt
import polars as pl

from qc_app.dashboard.charts.axes import LABEL_ROOM, themed, time_axis, titled, written
from qc_app.dashboard.theme import Palette
from qc_app.language import tr
from qc_app.views import StageView, declared

_NARROW = 500
_DENSE = 400
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
        form = written(self.view.places)
        axis = alt.Axis(
            title=title,
            titleY=alt.ExprRef(f"(height - {_STRIP + _BETWEEN}) / 2"),
            format=form,
            labelExpr="datum.value == 0 ? '0' : datum.label" if form.endswith("e") else alt.Undefined,
            tickCount=6,
            minExtent=LABEL_ROOM,
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
        rows = [{"limit": v, "word": f"{name} {declared(v)}"} for name, v in given.items() if v is not None]
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
            minExtent=LABEL_ROOM,
        )
        scale = alt.Scale(zero=True, range=[alt.ExprRef("height"), alt.ExprRef(f"height - {_STRIP}")])
        bars = alt.Chart(self.view.anomaly).mark_bar(color=self.inks.faint, width=1.5)
        hover = [
            alt.Tooltip("unit_id:N", title=tr("unit")),
            alt.Tooltip("anomaly:Q", title=tr("anomaly"), format=".2f"),
        ]
        return bars.encode(x=self.x(), y=alt.Y("anomaly:Q", scale=scale, axis=axis), tooltip=hover)
