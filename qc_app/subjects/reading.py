"""Observations of a subject: results with their subgroups and products, predictions, errors, several columns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from data_connectors.rows.windows import windowed
from data_connectors.schema import Characteristic, Stage
from models import spc
from models.errors import NotEnoughData
from qc_app import framing
from qc_app.plant import Plant
from qc_app.store import Store
from qc_app.subjects.kinds import SUBJECTS, VECTORS, kept_as

MOST_UNITS = 3_000
"""Newest units that a chart of predictions or parameters looks at."""
UNTOLD = "not told"


def gathered(
    store: Store, plant: Plant, place: tuple[str, str], subject: str = "measured", chart: str = ""
) -> framing.Series:
    """Read a subject of a stage and characteristic as a chart takes it, in the order of production.

    Parameters
    ----------
    store : Store
    plant : Plant
    place : (str, str)
        Stage and characteristic; of a continuous stage the parameters are those of its windows.
    subject : str
        One of `SUBJECTS`.
    chart : str
        Of the catalogue; default: the one that suits what is declared.

    Raises
    ------
    PlantError, DefinitionError
        If there is no such stage or characteristic.
    UnknownName
        If there is no such chart.
    NotEnoughData
        If there are no predictions, errors, or columns; of results there may be none.
    """
    of = windowed(plant.stage(place[0]))
    what = of.characteristic(place[1])
    marks = framing.limits_begin_anew(plant, store.journal.events.list(stage=of.id))
    if subject == "measured":
        return _results(store, of, what, chart or framing.chart_of(what), marks)
    seen = _columns(store, of, what, subject)
    if subject not in VECTORS:
        return seen
    causes = store.journal.exclusions.in_force(of.id, kept_as(what, subject))
    out = {n: causes[unit] for n, unit in enumerate(seen.units) if unit in causes}
    breaks = sorted({seen.at_or_after(mark) for mark in marks} - {0, len(seen.units)})
    return replace(seen, data=replace(seen.data, breaks=breaks), excluded=tuple(out), causes=out)


def _results(store: Store, of: Stage, what: Characteristic, chart: str, marks: list[Any]) -> framing.Series:
    told = of.context if of.context in {p.name for p in of.parameters} else ""
    columns = framing.series_columns(what)
    wanted = [*columns, *([told] if told and told not in columns else [])]
    units = store.lake.measurements(of.id, columns=wanted)
    rows = framing.series(what, store.journal.labels.known(of.id, what.name), units)
    short = spc.chart_kind(chart).needs == "parts"
    if short and of.context:
        rows = rows.with_columns(part=_parts(store, of, rows, units, told))
    seen = framing.recorded(chart, rows, store.journal.exclusions.in_force(of.id, what.name), marks)
    if short and not of.context and what.target is not None:
        return replace(seen, data=replace(seen.data, nominals=np.full(len(seen.units), what.target)))
    return seen


def _parts(store: Store, of: Stage, rows: pl.DataFrame, units: pl.DataFrame, told: str) -> pl.Series:
    """What was made, by the stage's context; a unit without one is of the product that nobody told."""
    if told:
        known = units.select("unit_id", told).unique("unit_id", keep="last")
        rows = rows.join(known, on="unit_id", how="left", maintain_order="left")
    found = framing.contexts_of(of, rows, store.journal.events.list(stage=of.id)) or []
    return pl.Series([UNTOLD if part is None else part for part in found], dtype=pl.String)


def _columns(store: Store, of: Stage, what: Characteristic, subject: str) -> framing.Series:
    rows = {
        "predicted": _predicted,
        "error": _errors,
        "characteristics": _characteristics,
        "parameters": _parameters,
    }[subject](store, of, what)
    frame = rows.sort("t_event", "unit_id").tail(MOST_UNITS)
    names = [c for c in frame.columns if c not in {"unit_id", "t_event"}]
    if not frame.height:
        raise NotEnoughData(f"{of.id}: no unit has {SUBJECTS[subject].lower()} yet", 1)
    if not names:
        raise NotEnoughData(f"{of.id}: no parameter varies, so there is nothing to chart together", 1)
    values: Any = frame.select(names).to_numpy().astype(float)
    single = subject not in VECTORS
    hours = framing.hours(frame["t_event"])
    data = spc.Observations(values[:, 0], hours=hours) if single else spc.Observations(values, names=names)
    return framing.Series(data, tuple(frame["unit_id"]), tuple(frame["t_event"]), (), {})


def _predicted(store: Store, of: Stage, what: Characteristic) -> pl.DataFrame:
    frame = store.lake.predictions(of.id, characteristic=what.name)
    return frame.select("unit_id", "t_event", pl.col("mean").alias("predicted")).drop_nulls()


def _errors(store: Store, of: Stage, what: Characteristic) -> pl.DataFrame:
    known = store.journal.labels.known(of.id, what.name).select("unit_id", "value")
    joined = _predicted(store, of, what).join(known, on="unit_id", how="inner")
    return joined.select("unit_id", "t_event", (pl.col("value") - pl.col("predicted")).alias("error"))


def _characteristics(store: Store, of: Stage, what: Characteristic) -> pl.DataFrame:
    del what
    times = store.lake.measurements(of.id, columns=["unit_id", "t_event"]).unique("unit_id", keep="last")
    for one in of.characteristics:
        if one.kind == "continuous":
            known = store.journal.labels.known(of.id, one.name).select("unit_id", pl.col("value").alias(one.name))
            times = times.join(known, on="unit_id", how="inner")
    return times


def _parameters(store: Store, of: Stage, what: Characteristic) -> pl.DataFrame:
    """Parameters that are there and vary; a parameter that is mostly missing would leave no complete row."""
    del what
    wanted = ["unit_id", "t_event", *(p.name for p in of.parameters)]
    rows = store.lake.measurements(of.id, columns=wanted).unique("unit_id", keep="last")
    kept = [p.name for p in of.parameters if p.name in rows.columns and _told(rows[p.name])]
    return rows.select("unit_id", "t_event", *kept)


def _told(column: pl.Series) -> bool:
    x = column.cast(pl.Float64).to_numpy()
    there = x[np.isfinite(x)]
    return len(there) > 0.9 * len(x) and bool(np.ptp(there) > 0)
