"""One stage and characteristic over a window of time: units, limits, events, numbers, parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from data_connectors.rows.windows import windowed
from data_connectors.schema import Characteristic, Stage
from qc_app.language import clock_pattern
from qc_app.plant import Plant, decimals
from qc_app.records import Alarm, DriftReport
from qc_app.store import Store
from qc_app.views.alarms.page import concerning
from qc_app.views.data.marks import control_limits, event_marks
from qc_app.views.downsampling import bands, thin
from qc_app.views.figures import outside
from qc_app.views.moments import since, wall_ms
from qc_app.views.unit.words import Scale, in_short
from qc_app.views.vocabulary import tiers

#: Marks a layer, together below the chart's 3,000: predicted, measured, band, anomaly, events.
_PREDICTED, _MEASURED, _BAND, _ANOMALY, _EVENTS = 1_000, 500, 400, 400, 60
_PARAMETER_MARKS = 240
_HOVER = 8
LATEST_UNITS = 200


@dataclass(frozen=True, slots=True)
class StageView:
    """What the stage page shows of one characteristic.

    Parameters
    ----------
    stage : Stage
    characteristic : Characteristic
    places : int
        Decimals of its values.
    predicted, measured, band, anomaly : polars.DataFrame
        Ready for the chart: ``t`` is wall time in milliseconds, thinned.
    limits : polars.DataFrame
        Control limits: ``t``, ``t_end``, ``chart``, ``lower``, ``center``, ``upper``, each while it was in force.
    events : polars.DataFrame
        ``t``, ``kind``, ``text``.
    units : polars.DataFrame
        The latest units, predicted beside measured, with the disposition in force.
    values : mapping
        The journal's latest numbers.
    alarms, drift : tuple
    n_units : int
        Predicted units in the window, before thinning.
    level : float or None
        Level of the intervals.
    first, last : datetime or None
        The window as it is drawn.
    predicted_last, read_last : datetime or None
        When the newest unit that is predicted, and that was read at all, was made; None where the window
        holds units.
    """

    stage: Stage
    characteristic: Characteristic
    places: int
    predicted: pl.DataFrame
    measured: pl.DataFrame
    band: pl.DataFrame
    anomaly: pl.DataFrame
    limits: pl.DataFrame
    events: pl.DataFrame
    units: pl.DataFrame
    values: Mapping[str, Any]
    at: datetime | None
    alarms: tuple[Alarm, ...]
    drift: tuple[DriftReport, ...]
    n_units: int
    level: float | None
    first: datetime | None
    last: datetime | None
    predicted_last: datetime | None = None
    read_last: datetime | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing of the window can be drawn."""
        return not self.n_units and not self.measured.height


def stage_view(store: Store, plant: Plant, stage_id: str, characteristic: str, window: str) -> StageView:
    """Read what the stage page shows.

    Raises
    ------
    PlantError, DefinitionError
        If there is no such stage or characteristic.
    """
    stage = windowed(plant.stage(stage_id))
    what = stage.characteristic(characteristic)
    start = since(window, store.clock.now())
    predictions = store.lake.predictions(stage_id, characteristic=characteristic, since=start)
    labels = _labels_in_time(store, plant, stage_id, characteristic, start)
    latest = {x.characteristic: x for x in store.journal.latest.get(stage_id)}.get(characteristic)
    values = tuple(predictions["mean"].drop_nulls().head(500).to_list())
    first, last = _ends(predictions, labels, start, store.clock.now())
    drawn = _hover(store, stage, predictions, plant.zone, what)
    newest = _newest(store, stage_id, characteristic) if not predictions.height and not labels.height else (None, None)
    return StageView(
        stage=stage,
        characteristic=what,
        places=decimals(what, values),
        predicted=thin(drawn.with_columns(tiers()), "t", "mean", _PREDICTED),
        measured=thin(_measured(labels, what, plant.zone), "t", "value", _MEASURED),
        band=bands(drawn, "t", _BAND),
        anomaly=thin(drawn.select("t", "anomaly", "unit_id"), "t", "anomaly", _ANOMALY),
        limits=control_limits(store, (stage_id, characteristic), plant.zone, first, last),
        events=event_marks(store, stage_id, plant.zone, first, _EVENTS),
        units=_units(predictions, labels, what, _disposed(store, stage_id, start)),
        values=latest.values if latest else {},
        at=latest.at if latest else None,
        alarms=tuple(concerning(store.journal.alarms.list(open_only=True, stage=stage_id), stage, characteristic)),
        drift=tuple(d for d in store.journal.drift.newest(stage_id) if d.characteristic in {"", characteristic}),
        n_units=predictions.height,
        level=predictions["level"].max() if predictions.height else None,  # type: ignore[arg-type]
        first=first,
        last=last,
        predicted_last=newest[0],
        read_last=newest[1],
    )


def parameters(store: Store, plant: Plant, stage_id: str, names: list[str], window: str) -> dict[str, pl.DataFrame]:
    """Return each parameter's course in the window: ``t``, ``value``; thinned for a small chart."""
    start = since(window, store.clock.now())
    rows = store.lake.measurements(stage_id, since=start, columns=["t_event", *names])
    if not rows.height:
        return {}
    timed = rows.with_columns(wall_ms("t_event", plant.zone))
    return {
        name: thin(timed.select("t", pl.col(name).alias("value")).drop_nulls(), "t", "value", _PARAMETER_MARKS)
        for name in names
        if name in timed.columns
    }


def by_effect(stage: Stage, drift: tuple[DriftReport, ...]) -> list[str]:
    """Return the stage's parameters, those whose drift has the largest effect first."""
    effect = {d.subject: abs(d.effect) for d in drift if d.drifted}
    return sorted((p.name for p in stage.parameters), key=lambda name: -effect.get(name, -1.0))


def _labels_in_time(
    store: Store, plant: Plant, stage: str, characteristic: str, start: datetime | None
) -> pl.DataFrame:
    """Return the known labels with the event time of their unit; without a unit, the time of measurement."""
    known = store.journal.labels.known(stage, characteristic)
    if not known.height:
        return known.with_columns(pl.lit(None, pl.Datetime("us", "UTC")).alias("t_event"))
    earliest = start - timedelta(days=plant.label_window_days) if start else None
    times = store.lake.measurements(stage, since=earliest, columns=["unit_id", "t_event"])
    joined = known.join(times.unique("unit_id", keep="last"), on="unit_id", how="left")
    timed = joined.with_columns(pl.coalesce("t_event", "t_measured").alias("t_event"))
    return timed if start is None else timed.filter(pl.col("t_event") >= start)


def _when(zone: str) -> pl.Expr:
    return pl.col("t_event").dt.convert_time_zone(zone).dt.strftime(clock_pattern()).alias("when")


def _measured(labels: pl.DataFrame, what: Characteristic, zone: str) -> pl.DataFrame:
    timed = labels.with_columns(wall_ms("t_event", zone), _when(zone), outside("value", what))
    return timed.select("t", "when", "value", "unit_id", "out")


def _hover(store: Store, stage: Stage, predictions: pl.DataFrame, zone: str, what: Characteristic) -> pl.DataFrame:
    """Return the predictions with wall time, kind, first parameters as ``p0``, ``p1``, ..., and why."""
    names = [p.name for p in stage.parameters[:_HOVER]]
    timed = predictions.with_columns(wall_ms("t_event", zone), _when(zone), outside("mean", what))
    if not predictions.height:
        return timed.with_columns(pl.lit(None, pl.Float64).alias(f"p{n}") for n in range(len(names)))
    rows = store.lake.measurements(stage.id, since=_first(predictions), columns=["unit_id", *names])
    there = [pl.col(n) if n in rows.columns else pl.lit(None, pl.Float64).alias(n) for n in names]
    few = rows.select("unit_id", *(e.alias(f"p{n}") for n, e in enumerate(there))).unique("unit_id", keep="last")
    told = _in_short(store, stage, predictions, what)
    return timed.join(few, on="unit_id", how="left").join(told, on="unit_id", how="left")


def _in_short(store: Store, stage: Stage, predictions: pl.DataFrame, what: Characteristic) -> pl.DataFrame:
    """Return the largest contributions of the units that are explained: ``unit_id``, ``because``."""
    scale = Scale(what, decimals(what, tuple(predictions["mean"].drop_nulls().head(500).to_list())))
    rows = [(e.unit_id, in_short(e.content, scale)) for e in store.journal.explanations.list(stage.id, what.name)]
    return pl.DataFrame(rows, schema={"unit_id": pl.String, "because": pl.String}, orient="row")


def _first(frame: pl.DataFrame) -> datetime | None:
    first = frame["t_event"].min()
    return first if isinstance(first, datetime) else None


def _ends(
    predictions: pl.DataFrame, labels: pl.DataFrame, start: datetime | None, now: datetime
) -> tuple[datetime | None, datetime | None]:
    times = [t for t in (_first(predictions), _first(labels)) if t is not None]
    first = start or min(times, default=None)
    return first, now


def _newest(store: Store, stage: str, characteristic: str) -> tuple[datetime | None, datetime | None]:
    """Return when the newest predicted unit and the newest read one were made."""
    said = store.lake.predictions(stage, characteristic=characteristic, last=1)
    return _first(said), _first(store.lake.measurements(stage, last=1, columns=["t_event"]))


def _disposed(store: Store, stage: str, start: datetime | None) -> pl.DataFrame:
    """Return what is in force for units made since `start`: ``unit_id, disposition``."""
    found = store.journal.dispositions.in_force(stage, since=start)
    rows = [(unit, one.verdict) for unit, one in found.items()]
    return pl.DataFrame(rows, schema={"unit_id": pl.String, "disposition": pl.String}, orient="row")


def _units(
    predictions: pl.DataFrame, labels: pl.DataFrame, what: Characteristic, disposed: pl.DataFrame
) -> pl.DataFrame:
    known = labels.select("unit_id", pl.col("value").alias("measured"))
    newest = predictions.sort("t_event", descending=True).head(LATEST_UNITS)
    joined = newest.join(known, on="unit_id", how="left").join(disposed, on="unit_id", how="left")
    told = joined.with_columns(outside("mean", what))
    columns = ("unit_id", "t_event", "mean", "lower", "upper", "measured", "anomaly", "in_domain", "tier", "out")
    return told.select(*columns, "disposition", "model_id")
