"""Charts of change: two distributions on one axis, and error over time with its bands."""

from __future__ import annotations

import altair as alt
import polars as pl

from qc_app.dashboard.charts.axes import LABEL_ROOM, NUMBER, themed, time_axis, titled
from qc_app.dashboard.theme import Palette
from qc_app.language import tr


def distributions_chart(
    bins: pl.DataFrame, medians: tuple[float, float] | None, unit: str, inks: Palette, height: int = 150
) -> alt.LayerChart:
    """Return both distributions of one value: before as a grey area, now as a line, each with its median.

    Parameters
    ----------
    bins : polars.DataFrame
        ``low, high, before, now``: shares of units.
    medians : (before, now) or None
    unit : str
    inks : Palette
    height : int
        Pixels.
    """
    x_axis = alt.Axis(title=unit or None, tickCount=5, labelExpr=NUMBER, grid=False)
    x = alt.X("low:Q", scale=alt.Scale(zero=False, nice=False), axis=x_axis)
    share = alt.Axis(title=tr("share of units"), format=".0%", tickCount=3, minExtent=LABEL_ROOM)
    hover = [
        alt.Tooltip("low:Q", title=tr("from"), format=".4~g"),
        alt.Tooltip("high:Q", title=tr("to"), format=".4~g"),
        alt.Tooltip("before:Q", title=tr("before"), format=".1%"),
        alt.Tooltip("now:Q", title=tr("now"), format=".1%"),
    ]
    before = alt.Chart(bins).mark_bar(color=inks.faint, opacity=0.45, binSpacing=0)
    stepped = _outline(bins)
    now = alt.Chart(stepped).mark_line(color=inks.ink, strokeWidth=1.5, strokeJoin="miter")
    layers = [
        before.encode(x=x, x2="high:Q", y=alt.Y("before:Q", axis=share), y2=alt.datum(0), tooltip=hover),
        now.encode(x=alt.X("at:Q"), y=alt.Y("now:Q"), order="place:Q"),
    ]
    if medians is not None:
        layers += _medians(medians, inks)
    return themed(alt.layer(*layers).properties(height=height, width="container"), inks)


def _outline(bins: pl.DataFrame) -> pl.DataFrame:
    """Return the outline of the present shares: up, along, down, bin by bin."""
    points = [(edge, row["now"]) for row in bins.iter_rows(named=True) for edge in (row["low"], row["high"])]
    ends = [(points[0][0], 0.0), *points, (points[-1][0], 0.0)] if points else []
    rows = [(at, now, place) for place, (at, now) in enumerate(ends)]
    return pl.DataFrame(rows, schema={"at": pl.Float64, "now": pl.Float64, "place": pl.Int64}, orient="row")


def _medians(medians: tuple[float, float], inks: Palette) -> list[alt.Chart]:
    words = [tr("median before"), tr("median now")]
    frame = pl.DataFrame({"at": medians, "word": words})
    ticks = alt.Chart(frame).mark_rule(strokeWidth=1.5, strokeDash=[3, 3])
    ink = alt.Color("word:N", scale=alt.Scale(domain=words, range=[inks.soft, inks.ink]), legend=None)
    return [
        ticks.encode(
            x="at:Q",
            color=ink,
            tooltip=[alt.Tooltip("word:N", title=tr("kind")), alt.Tooltip("at:Q", title=tr("value"), format=".5~g")],
        )
    ]


def performance_chart(series: pl.DataFrame, unit: str, inks: Palette, zone: str, height: int = 230) -> alt.LayerChart:
    """Return error over time: realised as filled dots with bands, estimated as open dots in theirs, baseline thin.

    Parameters
    ----------
    series : polars.DataFrame
        As in `PerformanceView.series`.
    unit : str
        Of the error.
    inks : Palette
    zone : str
        The plant's zone.
    height : int
        Pixels.
    """
    x = alt.X("middle:T", scale=alt.Scale(type="utc"), axis=time_axis(tr("plant time, {zone}", zone=zone)))
    axis = alt.Axis(title=titled(tr("mean error"), unit), tickCount=5, minExtent=LABEL_ROOM)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", axis=axis, scale=alt.Scale(zero=True))

    guessed, came = series.drop_nulls("estimated"), series.drop_nulls("realised")
    about = [alt.Tooltip("labels:Q", title=tr("labels")), alt.Tooltip("units:Q", title=tr("units"))]
    band = alt.Chart(guessed.drop_nulls("estimated_lower")).mark_area(color=inks.model, opacity=0.18)
    dots = alt.Chart(guessed).mark_point(filled=False, color=inks.model, size=36, strokeWidth=1.3)
    line = alt.Chart(guessed).mark_line(color=inks.model, strokeWidth=1)
    bars = alt.Chart(came.drop_nulls("realised_lower")).mark_rule(color=inks.soft, strokeWidth=1.2)
    points = alt.Chart(came).mark_point(filled=True, color=inks.ink, size=52, opacity=1)
    naive = alt.Chart(series.drop_nulls("naive")).mark_line(color=inks.faint, strokeWidth=1.2, strokeDash=[2, 3])
    layers = [
        band.encode(x=x, y=y("estimated_lower"), y2="estimated_upper:Q"),
        line.encode(x=x, y=y("estimated")),
        dots.encode(
            x=x, y=y("estimated"), tooltip=[alt.Tooltip("estimated:Q", title=tr("estimated"), format=".3~g"), *about]
        ),
        naive.encode(x=x, y=y("naive")),
        bars.encode(x=x, y=y("realised_lower"), y2="realised_upper:Q"),
        points.encode(
            x=x, y=y("realised"), tooltip=[alt.Tooltip("realised:Q", title=tr("realised"), format=".3~g"), *about]
        ),
    ]
    return themed(alt.layer(*layers).properties(height=height, width="container"), inks)
