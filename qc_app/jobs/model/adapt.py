"""Build a challenger: the newest prior, adapted to the labels of one stage, put aside for trial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from data_connectors.schema import Characteristic, Stage
from models.base import Task
from models.giveaway import warnings_of
from models.state import to_bytes
from qc_app import framing
from qc_app.jobs.faultpoint import reached
from qc_app.jobs.model.answers import STATE
from qc_app.jobs.model.decide import Evidence, decide
from qc_app.jobs.model.evidence import gather
from qc_app.jobs.model.libraries import libraries
from qc_app.jobs.model.likeness import likeness
from qc_app.jobs.model.standing import YOUNG_FACTOR
from qc_app.jobs.night import Night
from qc_app.jobs.step import Result
from qc_app.plant import Gate
from qc_app.records import Decision, ModelVersion
from qc_app.store import CHOSEN

HELD_AT_MOST = 64
PLENTY_FACTOR = 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model as it will be registered."""

    state: bytes
    manifest: dict[str, Any]
    n_labels: int
    sentences: tuple[str, ...]
    nearest: list[dict[str, Any]]


def adapt(night: Night, stage: Stage, what: Characteristic) -> Result:
    """Decide for one stage and characteristic, and build a challenger if that is the decision.

    Parameters
    ----------
    night : Night
    stage : Stage
    what : Characteristic

    Returns
    -------
    Result
        The decision with its reason.
    """
    seen = gather(night, stage, what)
    plan = decide(seen, night.plant.gate)
    if plan.drop and seen.challenger:
        _give_up(night, stage, what, seen.challenger, plan.reason)
    if plan.choice != "adapt":
        return Result(f"{plan.choice}: {plan.reason}", {"choice": plan.choice})
    candidate = _fitted(night, stage, what, seen)
    reached("after_fit")
    model_id = night.store.registry.put({STATE: candidate.state}, candidate.manifest)
    reached("after_save")
    known = _known(night, stage, what, model_id)
    if known is not None and known.status in {"rejected", "quarantined", "champion"}:
        return Result(f"keep: the same model is already {known.status}", {"choice": "keep", "model": model_id})
    if known is None:
        night.store.journal.models.add(_version(night, model_id, candidate, plan.reason))
    reached("after_register")
    night.store.journal.models.challenge(stage.id, what.name, model_id)
    reached("after_challenge")
    words = f"adapt: {plan.reason}; challenger {model_id} stands on {candidate.n_labels} labels"
    return Result(words, {"choice": "adapt", "model": model_id, "labels": candidate.n_labels})


def hold_out(pool: Sequence[str], seen: Evidence, gate: Gate) -> frozenset[str]:
    """Choose by lot which labelled units a challenger may not learn from, so that it can be judged at once.

    Nothing where challengers predict in the shadow first: they are judged on units that come later. Otherwise every
    second lot of the units the champion never saw, the newest first. While the champion is young, labels are
    worth more in the model than beside it: nothing is held out unless labels are plenty.

    Parameters
    ----------
    pool : sequence of str
        Units with labels that the champion never saw and the queue did not choose, the newest knowledge last.
    seen : Evidence
    gate : Gate

    Returns
    -------
    frozenset of str

    Examples
    --------
    >>> known = Evidence(True, "m1", None, labels=30, new_labels=4, champion_labels=26)
    >>> sorted(hold_out(["a", "b", "c", "d"], known, Gate()))
    ['b', 'd']
    >>> hold_out(["a", "b", "c", "d"], Evidence(True, None, None, 4, 4), Gate())
    frozenset()
    """
    if gate.shadow_nights and seen.champion:
        return frozenset()
    young = seen.champion_labels < YOUNG_FACTOR * gate.min_rows
    if young and len(pool) < PLENTY_FACTOR * gate.min_rows:
        return frozenset()
    most = HELD_AT_MOST if seen.champion else 2 * gate.min_rows
    newest = list(reversed(pool))
    groups = framing.lots(newest)
    lots = newest if groups is None else list(groups)
    chosen = set(list(dict.fromkeys(lots))[::2])
    return frozenset([unit for unit, lot in zip(newest, lots, strict=True) if lot in chosen][:most])


def _fitted(night: Night, stage: Stage, what: Characteristic, seen: Evidence) -> Candidate:
    models = night.store.journal.models
    prior = models.get(models.pointers("", "").champion or "")
    labels = night.labels(stage, what)
    old = night.answers.seen(seen.champion)
    fair = labels.filter(pl.col("picked") != CHOSEN)  # what the queue chose teaches, and never judges
    held = hold_out([u for u in fair["unit_id"] if u not in old], seen, night.plant.gate)
    learned = labels.filter(~pl.col("unit_id").is_in(list(held)))
    task = framing.task(stage, what.name, night.sound(stage), learned, gauge_sd=night.gauge_sd(stage, what))
    adapted = night.answers.prior(prior.id).adapt(task)
    support = learned.sort("t_event", "unit_id").tail(framing.SUPPORT_CAP)["unit_id"].to_list()
    manifest = {
        "what": "stage model",
        "stage": stage.id,
        "characteristic": what.name,
        "prior": prior.id,
        "parent": seen.champion or "",
        "columns": list(task.columns),
        "parameter_units": {p.name: p.unit for p in stage.parameters},
        "characteristic_unit": what.unit,
        "learner": prior.learner,
        "settings": {},
        "seed": prior.seed,
        "lake_version": night.store.lake.version(stage.id),
        "cutoff": night.cutoff.isoformat(),
        "support_units": support,
        "held_units": sorted(held),
        "libraries": libraries(),
    }
    frozen, near = to_bytes(framing.freeze(task)), likeness(night, prior.id, task)
    sentences = (*_given_away(task), *adapted.sentences())
    return Candidate(frozen, manifest, len(task.support_y), sentences, near)


def _given_away(task: Task) -> list[str]:
    """Say which parameters look as if they were known after the result only."""
    x = np.vstack([task.support_x, task.unlabelled_x])
    y = np.concatenate([task.support_y, np.full(len(task.unlabelled_x), np.nan)])
    return warnings_of(task.columns, x, y, task.characteristic)


def _version(night: Night, model_id: str, candidate: Candidate, reason: str) -> ModelVersion:
    manifest = candidate.manifest
    return ModelVersion(
        id=model_id,
        stage=manifest["stage"],
        characteristic=manifest["characteristic"],
        learner=manifest["learner"],
        created=night.cutoff,
        parent=manifest["parent"],
        cutoff=night.cutoff,
        lake_version=manifest["lake_version"],
        n_labels=candidate.n_labels,
        seed=manifest["seed"],
        status="challenger",
        numbers={
            "prior": manifest["prior"],
            "held_out": len(manifest["held_units"]),
            "sentences": list(candidate.sentences)[:20],
            "nearest": candidate.nearest,
        },
        sentence=reason,
    )


def _known(night: Night, stage: Stage, what: Characteristic, model_id: str) -> ModelVersion | None:
    versions = night.store.journal.models.list(stage=stage.id, characteristic=what.name)
    return next((version for version in versions if version.id == model_id), None)


def _give_up(night: Night, stage: Stage, what: Characteristic, challenger: str, reason: str) -> None:
    decision = Decision(
        stage=stage.id,
        characteristic=what.name,
        plant_day=night.day,
        at=night.cutoff,
        verdict="kept",
        rule="patience",
        sentence=reason,
        champion=night.store.journal.models.pointers(stage.id, what.name).champion,
        challenger=challenger,
    )
    night.store.journal.models.reject(stage.id, what.name, challenger, decision)
