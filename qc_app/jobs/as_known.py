"""What was known on a day (promises S8 to S10): the training set, the chart and the score, again and bit for bit."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import polars as pl

from data_connectors.schema import Characteristic, Stage
from models.state import to_bytes
from qc_app import framing
from qc_app.errors import ActionError
from qc_app.jobs.model.answers import Answers
from qc_app.jobs.model.track import score, track
from qc_app.jobs.night import Night
from qc_app.jobs.step import Result
from qc_app.plant import parse
from qc_app.store import Store


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """One stage and characteristic as they were known at a moment.

    Parameters
    ----------
    stage, characteristic : str
    training : polars.DataFrame
        The labelled units: ``unit_id, t_event, value, t_measured, t_known, joined`` and the parameters.
    chart : polars.DataFrame
        ``unit_id, t_event, value, mean, lower, upper``: labels beside what was said before they were known.
    numbers : dict
        ``training`` (digest of the task), ``labels``, and the score of record.
    recorded : dict or None
        The same numbers as that night wrote them down; None where it looked at nothing.
    """

    stage: str
    characteristic: str
    training: pl.DataFrame
    chart: pl.DataFrame
    numbers: dict[str, Any]
    recorded: dict[str, Any] | None

    @property
    def same(self) -> bool | None:
        """Whether all comes out as it was then; None where nothing was written down."""
        return None if self.recorded is None else self.recorded == self.numbers


def remembered(night: Night, stage: Stage, what: Characteristic, result: Result) -> Result:
    """Return a step's result with what the night knew when it took it, so that it can be shown to come out again."""
    return replace(result, numbers={**result.numbers, "known": _numbers(night, stage, what)})


def night_of(store: Store, day: date) -> Night:
    """Return the night of a plant day with the definition and the cut-off of then.

    Raises
    ------
    ActionError
        If no night of that day came as far as its cut-off.
    """
    runs = store.journal.runs.list(job="night ingest", plant_day=day)
    moments = [datetime.fromisoformat(r.numbers["cutoff"]) for r in runs if r.numbers.get("cutoff")]
    if not moments:
        nights = [r.plant_day for r in store.journal.runs.list(job="night ingest")]
        there = f"there are nights from {min(nights)} to {max(nights)}" if nights else "there was no night yet"
        raise ActionError(f"no night of {day} is on record - {there}")
    return at(store, moments[-1], day)


def at(store: Store, moment: datetime, day: date) -> Night:
    """Return a night that knows what was known at a moment, by the definition in force then."""
    history = store.journal.plants.history()
    then = [version for version in history if version.at <= moment] or history[:1]
    if not then:
        raise ActionError("this home has no plant yet - apply one with `qc apply plant.toml`")
    return Night(store, parse(then[-1].definition, where="the journal"), day, moment, Answers(store.registry))


def known(night: Night, stage: Stage, what: Characteristic) -> Known:
    """Return what was known of a stage and characteristic at the night's cut-off.

    Parameters
    ----------
    night : Night
        As `night_of` or `at` gives it.
    stage : Stage
    what : Characteristic
    """
    labels = night.labels(stage, what)
    rows = night.sound(stage).drop("t_event")
    names = [name for name in ("unit_id", *(p.name for p in stage.parameters)) if name in rows.columns]
    picked = labels.select("unit_id", "t_event", "value", "t_measured", "t_known", "joined")
    training = picked.join(rows.select(names), on="unit_id", how="left").sort("t_event", "unit_id")
    said = track(night, stage, what).select("unit_id", "t_event", "value", "mean", "lower", "upper")
    numbers = _numbers(night, stage, what)
    return Known(stage.id, what.name, training, said, numbers, _recorded(night, stage, what))


def _numbers(night: Night, stage: Stage, what: Characteristic) -> dict[str, Any]:
    task = night.task(stage, what)
    digest = hashlib.sha256(to_bytes(framing.freeze(task))).hexdigest()
    return {
        "training": digest,
        "labels": len(task.support_y),
        **score(track(night, stage, what), binary=what.kind == "binary"),
    }


def _recorded(night: Night, stage: Stage, what: Characteristic) -> dict[str, Any] | None:
    runs = night.store.journal.runs.list(job=f"adapt {what.name}", stage=stage.id, plant_day=night.day)
    found = [r.numbers["known"] for r in runs if "known" in r.numbers]
    return dict(found[-1]) if found else None
