"""The morning's picture of one stage: charts, alarms, and the newest numbers for the overview."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from data_connectors.schema import Characteristic, Stage
from models.spc import Capability
from qc_app.clock import plant_day
from qc_app.jobs.model.track import Score, score, track
from qc_app.jobs.model.verdict import RULES
from qc_app.jobs.monitoring import conditions as look
from qc_app.jobs.monitoring.alarms import Condition, settle
from qc_app.jobs.monitoring.charts import Charted, charted
from qc_app.jobs.night import Night
from qc_app.jobs.step import Result
from qc_app.plant import Plant, Span, holiday_spans
from qc_app.records import Alarm, Latest, ModelVersion

NEWEST = 200
PAST = 2000
SPARK = 60
KINDS = ("predicted_out_of_spec", "measured_out_of_spec", "control_rule", "anomaly", "model_off", "model_stale")
PLANT_KINDS = ("stale_source", "late_labels", "gauge_overdue")
_CAME = ("unit_id", "t_event", "t_known")
_STATES = {"high": "act", "medium": "watch", "low": "ok"}


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """All that is known of one stage and characteristic this morning."""

    units: pl.DataFrame
    labels: pl.DataFrame
    predictions: pl.DataFrame
    chart: Charted
    tracked: pl.DataFrame
    score: Score
    model: ModelVersion | None


def report(night: Night, stage: Stage) -> Result:
    """Look at every characteristic, settle its alarms, write the numbers that the overview reads.

    Parameters
    ----------
    night : Night
    stage : Stage

    Returns
    -------
    Result
    """
    pictures = {what: _picture(night, stage, what) for what in stage.characteristics}
    found = [c for what, picture in pictures.items() for c in _conditions(night, what, picture)]
    settle(night.store, stage.id, (*KINDS, *PLANT_KINDS), [*found, *_of_sources(night, stage, pictures)], night.cutoff)
    alarms = [
        a for a in night.store.journal.alarms.list(stage=stage.id) if a.state in {"unacknowledged", "acknowledged"}
    ]
    values = {what.name: _values(night, stage, what, picture) | _state(what, picture, alarms)
              for what, picture in pictures.items()}  # fmt: skip
    night.store.journal.latest.put([Latest(stage.id, name, night.cutoff, found) for name, found in values.items()])
    words = "; ".join(f"{name}: {v['state']}, {v['state_sentence']}" for name, v in values.items())
    numbers = {"alarms": len(alarms), "seen": night.seen(stage), "wake": _wake(night, stage, pictures)}
    return Result(words or "no characteristic to report on", numbers)


def _picture(night: Night, stage: Stage, what: Characteristic) -> Picture:
    pointers = night.store.journal.models.pointers(stage.id, what.name)
    labels = night.labels(stage, what).sort("t_event", "unit_id")
    tracked = track(night, stage, what)
    return Picture(
        units=night.rows(stage).select("unit_id", "t_event"),
        labels=labels,
        predictions=night.store.lake.predictions(stage.id, characteristic=what.name, last=PAST),
        chart=charted(night, stage, what, labels),
        tracked=tracked,
        score=score(tracked, binary=what.kind == "binary"),
        model=night.store.journal.models.get(pointers.champion) if pointers.champion else None,
    )


def _conditions(night: Night, what: Characteristic, picture: Picture) -> list[Condition]:
    found = [
        look.predicted_out(picture.predictions, what),
        look.measured_out(picture.labels, what),
        look.abnormal_units(picture.predictions, what),
        look.model_off(picture.tracked, what),
    ]
    if picture.chart.signal:
        found.append(Condition("control_rule", what.name, "medium", f"{what.name}: {picture.chart.signal}"))
    if picture.model is not None:
        model, plant = picture.model, night.plant
        nights = (night.day - plant_day(_confirmed(night, model), plant.zone, plant.day_starts)).days
        new = picture.labels.filter(pl.col("t_known") > model.cutoff).height
        found.append(look.stale_model(nights, new, plant.gate.min_new_labels, what))
    return [c for c in found if c is not None]


def _confirmed(night: Night, model: ModelVersion) -> datetime:
    """Return when a model was last known to be the best there is: a challenger that was turned away confirms it."""
    told = night.store.journal.decisions.list(stage=model.stage, characteristic=model.characteristic, last=20)
    kept = [d.at for d in told if d.verdict == "kept" and d.champion == model.id and d.rule in RULES]
    return max([model.cutoff, *kept])


def _of_sources(night: Night, stage: Stage, pictures: dict[Characteristic, Picture]) -> list[Condition]:
    now, quiet = night.cutoff, _quiet_from(night, stage)
    found = [look.silent(night.rows(stage)["t_event"].tail(NEWEST), quiet, now, night.plant.zone)]
    found += [_late(night, stage, what, p) for what, p in pictures.items()]
    found += [look.gauge_overdue(what, _gauge_due(night, stage, what), now) for what in pictures]
    return [c for c in found if c is not None]


def _late(night: Night, stage: Stage, what: Characteristic, picture: Picture) -> Condition | None:
    """Results that do not come, or come long after their units."""
    silent = look.overdue(what, _late_from(night, picture), _since_last(picture), night.cutoff)
    if silent is not None:
        return silent
    read, left_out = night.rows(stage).select("unit_id", "t_ingest"), night.late(stage, what)
    came = pl.concat([picture.labels.select(_CAME), left_out.select(_CAME)]).join(read, on="unit_id")
    return look.slow_results(came, night.plant.label_window_days, what, left_out.height)


def _wake(night: Night, stage: Stage, pictures: dict[Characteristic, Picture]) -> str | None:
    """Return the next moment at which something is late although nothing comes."""
    moments = [_quiet_from(night, stage), *(_late_from(night, p) for p in pictures.values() if _since_last(p))]
    moments += [_gauge_due(night, stage, what) for what in pictures]
    return min((m.isoformat() for m in moments if m is not None and m > night.cutoff), default=None)


def _quiet_from(night: Night, stage: Stage) -> datetime | None:
    lateness = max((s.lateness_s for s in night.plant.sources_of(stage.id)), default=0.0)
    return look.silent_from(night.rows(stage)["t_event"].tail(NEWEST), lateness, _rests(night.plant))


def _late_from(night: Night, picture: Picture) -> datetime | None:
    return look.overdue_from(picture.labels["t_known"], night.plant.label_window_days, _rests(night.plant))


def _rests(plant: Plant) -> tuple[Span, ...]:
    return holiday_spans(plant.calendar, plant.zone, plant.day_starts)


def _gauge_due(night: Night, stage: Stage, what: Characteristic) -> datetime | None:
    """When the gauge is due: the newest study that says so."""
    told = [s.due for s in night.store.journal.gauges.history(stage.id, what.name, night.cutoff) if s.due is not None]
    return told[-1] if told else None


def _since_last(picture: Picture) -> int:
    last = picture.labels["t_event"].max()
    return picture.units.filter(pl.col("t_event") > last).height if last is not None else 0


def _values(night: Night, stage: Stage, what: Characteristic, picture: Picture) -> dict[str, Any]:
    newest = night.store.journal.drift.newest(stage.id)
    mattering = [r.sentence for r in newest if r.characteristic == what.name and r.matters]
    tested = any(r.characteristic == what.name for r in newest)
    said, model = picture.predictions.tail(NEWEST), picture.model
    course, results = _course(said, picture.labels, what)
    return {
        "units": picture.units.height,
        "last_unit_at": _iso(picture.units["t_event"].max()),
        "labels": picture.labels.height,
        "last_label_at": _iso(picture.labels["t_known"].max()),
        "labels_owed": _owed(picture),
        "share_out": _share_out(said, what),
        **_worth(picture.chart.capability),
        "stable": picture.chart.stable,
        "drift": "drift" if mattering else ("none" if tested else "unknown"),
        "drift_sentence": mattering[0] if mattering else "",
        "model_id": model.id if model else None,
        "model_at": _iso(model.cutoff) if model else None,
        "tier": said["tier"][-1] if said.height else "none",
        "n_labels": model.n_labels if model else picture.labels.height,
        "spark": course,
        "results": results,
        "spark_low": what.lower,
        "spark_high": what.upper,
        **picture.score,
    }


def _worth(found: Capability | None) -> dict[str, Any]:
    """Return the index that may be told of a process: Cpk of a stable one, else Ppk."""
    name, index = found.told if found else ("", None)
    if index is None:
        return dict.fromkeys(("index", "index_value", "index_lower", "index_upper"))
    return {"index": name, "index_value": index.value, "index_lower": index.lower, "index_upper": index.upper}


def _course(
    said: pl.DataFrame, labels: pl.DataFrame, what: Characteristic
) -> tuple[list[float], list[tuple[int, float]]]:
    """Return the newest predictions, and of what was measured on them how many units ago and the value.

    The course reaches back to the fifth newest result where that is farther, so that what an alarm speaks of is seen.
    """
    finite = said.filter(pl.col("mean").is_finite())
    back = finite.with_columns(back=pl.int_range(finite.height - 1, -1, -1, dtype=pl.Int64))
    met = back.join(labels.select("unit_id", "value"), on="unit_id").sort("back")
    farthest = met["back"].head(look.NEWEST_LABELS).max()
    length = max(SPARK, farthest + 1) if isinstance(farthest, int) else SPARK
    means = finite["mean"].tail(length).to_list()
    if what.kind == "binary":
        return means, []
    return means, met.filter(pl.col("back") < length).select("back", "value").rows()


def _owed(picture: Picture) -> int:
    """Results that are expected of the units since the last labelled one, at the stage's own rate."""
    before = picture.units.height - _since_last(picture)
    return round(_since_last(picture) * picture.labels.height / before) if before else 0


def _share_out(said: pl.DataFrame, what: Characteristic) -> float | None:
    limited = what.kind == "binary" or what.lower is not None or what.upper is not None
    return int(look.outside(said["mean"], what).sum()) / said.height if limited and said.height else None


def _state(what: Characteristic, picture: Picture, alarms: list[Alarm]) -> dict[str, str]:
    mine = [a for a in alarms if a.subject in {what.name, ""} or a.kind in {"bad_data", "step_failed"}]
    if picture.units.is_empty():
        return {"state": "unknown", "state_sentence": "no unit has come yet"}
    worst = min(mine, key=lambda a: ("high", "medium", "low").index(a.priority), default=None)
    if worst is not None and worst.priority != "low":
        return {"state": _STATES[worst.priority], "state_sentence": worst.sentence}
    if picture.predictions.is_empty():
        return {"state": "unknown", "state_sentence": "no prediction yet: no model and no label"}
    if picture.predictions["tier"][-1] != "champion":
        tier = picture.predictions["tier"][-1]
        return {"state": "watch", "state_sentence": f"no champion answers, predictions come from the {tier} tier"}
    if picture.labels.is_empty():
        return {"state": "unknown", "state_sentence": "no result has come yet: other stages alone stand behind this"}
    return {"state": "ok", "state_sentence": worst.sentence if worst else "nothing abnormal"}


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment is not None else None
