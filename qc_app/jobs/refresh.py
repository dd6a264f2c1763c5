"""Between the nights: read the sources, and let the stages with news have their predictions and newest numbers."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import replace

from data_connectors.schema import Characteristic, Source, Stage
from qc_app.clock import plant_day
from qc_app.jobs.labels.choose import choose, worn
from qc_app.jobs.labels.foresee import foresee
from qc_app.jobs.model.answers import Answers
from qc_app.jobs.model.explain import explain
from qc_app.jobs.model.predict import predict
from qc_app.jobs.night import Night
from qc_app.jobs.report import report
from qc_app.jobs.sources.ingest import Told, ingest
from qc_app.jobs.step import Key, Permit, Result, always, step
from qc_app.plant import Plant
from qc_app.records import Run
from qc_app.store import Store

log = logging.getLogger(__name__)

JOB = "refresh"
#: Explanations a stage and characteristic between nights: a plant that is off must still be read in time.
AT_ONCE = 3


def refresh(
    store: Store, plant: Plant, *, answers: Answers | None = None, permit: Permit = always, told: Told | None = None
) -> Run:
    """Read every source, then predict what is new with the models that answer now; nothing is adapted.

    Parameters
    ----------
    store : Store
    plant : Plant
    answers : Answers, optional
        Models kept from an earlier call, to save loading them again.
    permit : callable
        Raises if another scheduler leads now.
    told : callable, optional
        Hears each source before it is read.

    Returns
    -------
    Run
        Of the ingest, its sentence and numbers with what was predicted.
    """
    run = ingest(store, plant, permit=permit, told=told)
    predicted, failed = follow(store, plant, run.numbers.get("fed", ()), answers=answers, permit=permit)
    words = f"{run.sentence}; {predicted} predictions" if predicted else run.sentence
    if failed:
        words += f"; {failed[0]}"
    return replace(run, sentence=words, numbers={**run.numbers, "predicted": predicted, "failed": len(failed)})


def follow(
    store: Store, plant: Plant, fed: Collection[str], *, answers: Answers | None = None, permit: Permit = always
) -> tuple[int, list[str]]:
    """Predict and report the stages that were fed.

    Parameters
    ----------
    store : Store
    plant : Plant
    fed : collection of str
        Ids of the stages with new units or labels.
    answers : Answers, optional
    permit : callable

    Returns
    -------
    predicted : int
        Predictions made, a unit and characteristic each.
    failed : list of str
        A sentence for each stage that failed; it has an alarm, the others went on.
    """
    moment = store.clock.now()
    day = plant_day(moment, plant.zone, plant.day_starts)
    night = Night(store, plant, day, moment, answers or Answers(store.registry), permit)
    read = [plant.as_read(stage.id) for stage in plant.stages if stage.id in fed]
    runs = [
        step(store, Key(JOB, stage.id, day), lambda stage=stage: _follow(night, stage), permit=permit, quiet=True)  # type: ignore[misc]
        for stage in read
        if stage.characteristics
    ]
    for run in runs:
        log.info("%s %s: %s", run.job, run.stage, run.sentence)
    for stage in read:
        for what in stage.characteristics:
            _explain(night, stage, what)
    return sum(int(r.numbers.get("predicted", 0)) for r in runs), [r.sentence for r in runs if r.status == "failed"]


def _explain(night: Night, stage: Stage, what: Characteristic) -> None:
    """Explain what matters of the new units; if that fails, predictions and report stand all the same."""
    key = Key(f"explain {what.name}", stage.id, night.day)
    step(night.store, key, lambda: explain(night, stage, what, latest=0, most=AT_ONCE), permit=night.permit, quiet=True)


def feeds(plant: Plant, names: Collection[str]) -> set[str]:
    """Return the stages that these sources feed."""
    sources: tuple[Source, ...] = plant.sources
    return {source.stage for source in sources if source.name in names}


def _follow(night: Night, stage: Stage) -> Result:
    made = [predict(night, stage, what) for what in stage.characteristics]
    for what in stage.characteristics:
        if worn(night, stage, what):
            choose(night, stage, what)
            foresee(night, stage, what)
    told = report(night, stage)
    return Result(told.sentence, {"predicted": sum(int(m.numbers["predicted"]) for m in made)})
