"""Charts of learning: the error over the number of labels, and what adapting gained night by night."""

from __future__ import annotations

import altair as alt
import polars as pl

from qc_app.dashboard.charts.axes import LABEL_ROOM, themed, time_axis, titled
from qc_app.dashboard.theme import Palette
from qc_app.language import tr


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
    axis = alt.Axis(title=title, tickCount=4, minExtent=LABEL_ROOM)
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
    axis = alt.Axis(title=tr("gain (spreads)"), format=".2~f", tickCount=4)

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
