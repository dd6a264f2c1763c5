"""What the decision of the night looks at, gathered from the journal."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from data_connectors.schema import Characteristic, Stage
from qc_app import framing
from qc_app.clock import plant_day
from qc_app.jobs.learner.train import NEW_STAGE_LABELS
from qc_app.jobs.model.decide import Evidence
from qc_app.jobs.night import Night
from qc_app.records import ModelVersion

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def gather(night: Night, stage: Stage, what: Characteristic) -> Evidence:
    """Return everything tonight's decision may depend on.

    Parameters
    ----------
    night : Night
    stage : Stage
    what : Characteristic

    Returns
    -------
    Evidence
    """
    models = night.store.journal.models
    pointers = models.pointers(stage.id, what.name)
    versions = models.list(stage=stage.id, characteristic=what.name)
    attempts = [v for v in versions if v.status != "challenger" or v.id == pointers.challenger]  # or it was cut short
    last = max(attempts, key=lambda version: version.cutoff, default=None)
    labels = night.labels(stage, what)
    since = last.cutoff if last else NEVER
    prior = models.pointers("", "").champion
    champion = models.get(pointers.champion) if pointers.champion else None
    return Evidence(
        has_prior=prior is not None,
        champion=pointers.champion,
        challenger=pointers.challenger,
        labels=labels.height,
        new_labels=labels.filter(pl.col("t_known") > since).height,
        champion_labels=champion.n_labels if champion else 0,
        nights_waiting=_waiting(night, attempts, pointers.challenger),
        awaiting=_awaiting(night, stage, what, pointers.challenger),
        drift=_drift(night, stage, what, since),
        mark=_mark(night, stage, labels, since),
        sisters=prior is not None and _has_sisters(models.get(prior), stage, what),
        newer_prior=prior is not None and (last is None or last.numbers.get("prior") != prior),
    )


def _has_sisters(prior: ModelVersion, stage: Stage, what: Characteristic) -> bool:
    """Whether another stage of the family taught the prior something."""
    known = prior.numbers.get("families", {}).get(framing.family_name(stage, what), {})
    return any(labels >= NEW_STAGE_LABELS for name, labels in known.items() if name != stage.id)


def _waiting(night: Night, attempts: list[ModelVersion], challenger: str | None) -> int:
    built = [version.cutoff for version in attempts if version.id == challenger]
    if not built:
        return 0
    return (night.day - plant_day(built[0], night.plant.zone, night.plant.day_starts)).days


def _mark(night: Night, stage: Stage, labels: pl.DataFrame, since: datetime) -> str:
    """Return the newest event that asks for an adaptation, if its first labels came since the last attempt."""
    kinds = {mark.kind for mark in night.plant.marks if mark.adapt}
    events = night.store.journal.events.list(stage=stage.id) if kinds else []
    told = [e for e in events if e.kind in kinds and e.at <= night.cutoff]
    if not told:
        return ""
    after = labels.filter(pl.col("t_event") >= told[-1].at)
    known = after.filter(pl.col("t_known") <= since)
    return f"{told[-1].kind.replace('_', ' ')}: {told[-1].text}" if after.height and known.is_empty() else ""


def _awaiting(night: Night, stage: Stage, what: Characteristic, challenger: str | None) -> bool:
    newest = night.store.journal.decisions.list(stage=stage.id, characteristic=what.name, last=1)
    return bool(newest) and newest[0].verdict == "awaiting" and newest[0].challenger == challenger


def _drift(night: Night, stage: Stage, what: Characteristic, since: datetime) -> str:
    for report in night.store.journal.drift.newest(stage.id):
        if report.matters and report.at > since and report.characteristic in {"", what.name}:
            return report.sentence
    return ""
