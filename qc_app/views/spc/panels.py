"""The panels of a chart, ready to draw: thinned, signals in words, times of the axis, what is left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from models import spc
from qc_app import framing
from qc_app.language import clock_pattern
from qc_app.views.spc.words import spc_words

MARKS = 900
"""Marks of a panel's points; two panels stay below 3,000 together with limits and signals."""
_TIME = pl.Datetime("us", "UTC")


@dataclass(frozen=True, slots=True, eq=False)
class PanelView:
    """One panel, ready to draw.

    Parameters
    ----------
    kind : str
        What is plotted.
    points : polars.DataFrame
        ``n`` (number of the point), ``when``, ``unit_id``, ``point``, ``lower``, ``center``, ``upper``, ``why`` (what
        it signals, empty if nothing).
    left_out : polars.DataFrame
        ``n``, ``when``, ``unit_id``, ``point``, ``why`` (the cause): visible, and in nothing that is computed.
    ticks : polars.DataFrame
        ``n``, ``word``: where the axis says which time it is.
    """

    kind: str
    points: pl.DataFrame
    left_out: pl.DataFrame
    ticks: pl.DataFrame


def panel_view(chart: spc.ControlChart, number: int, seen: framing.Series, zone: str) -> PanelView:
    """Return one panel of a chart, ready to draw.

    Parameters
    ----------
    chart : ControlChart
    number : int
        Which of its panels; the first also shows what is left out.
    seen : framing.Series
        What was charted.
    zone : str
        In which times are told.
    """
    panel, at = chart.panels[number], chart.positions.tolist()
    why = dict.fromkeys(range(len(panel.points)), "")
    for signal in panel.signals:
        why[signal.index] = f"{why[signal.index]}; {spc_words(signal.sentence)}".removeprefix("; ")
    frame = pl.DataFrame(
        {"n": np.arange(1, len(at) + 1), "t": [seen.times[i] for i in at], "unit_id": [seen.units[i] for i in at]}
        | {"point": panel.points, "lower": panel.lower, "center": panel.center_line, "upper": panel.upper}
        | {"why": list(why.values())},
        schema_overrides={"t": pl.Datetime("us", "UTC"), "n": pl.Int64},
    ).with_columns(_when(zone), pl.col("point", "lower", "center", "upper").fill_nan(None))
    return PanelView(
        spc_words(panel.kind),
        _thinned(frame),
        _left_out(chart.name, seen, zone) if number == 0 else _NONE,
        _ticks(frame),
    )


_NONE = pl.DataFrame(
    schema={"n": pl.Int64, "when": pl.String, "unit_id": pl.String, "point": pl.Float64, "why": pl.String}
)


def _when(zone: str) -> pl.Expr:
    return pl.col("t").dt.convert_time_zone(zone).dt.strftime(clock_pattern()).alias("when")


def _thinned(frame: pl.DataFrame) -> pl.DataFrame:
    """Of many points those that signal and, of each stretch, the lowest and the highest."""
    if frame.height <= MARKS:
        return frame
    stretch = (pl.col("n") * (MARKS // 3) // frame.height).alias("_s")
    ends = frame.with_columns(stretch).filter(pl.col("point").is_not_null())
    low, high = pl.col("point") == pl.col("point").min().over("_s"), pl.col("point") == pl.col("point").max().over("_s")
    return ends.filter(low | high | (pl.col("why") != "")).drop("_s").head(2 * MARKS)


def _left_out(chart: str, seen: framing.Series, zone: str) -> pl.DataFrame:
    """Single results that are left out, where they would stand; of others only the table tells."""
    if spc.chart_kind(chart).scale != "value" or not seen.causes:
        return _NONE
    rows = [(i + 1, seen.times[i], seen.units[i], float(seen.values[i]), cause) for i, cause in seen.causes.items()]
    schema = {"n": pl.Int64(), "t": _TIME, "unit_id": pl.String(), "point": pl.Float64(), "why": pl.String()}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(_when(zone)).select(_NONE.columns)


def _ticks(frame: pl.DataFrame, count: int = 7) -> pl.DataFrame:
    """The numbers at which the axis tells the time: the day, and the hour where days would repeat."""
    step = max(1, frame.height // count)
    rows = frame.gather_every(step).select("n", "when")
    days = rows["when"].str.split(" ").list.first()
    short = days.str.replace(r"^\d{4}.|.\d{4}$", "")
    clock = short + " " + rows["when"].str.split(" ").list.last()
    return rows.select("n", (short if days.n_unique() == days.len() else clock).alias("word"))
