"""The night: ingest, train when due, then stage by stage monitor, adapt, judge, predict, report."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from data_connectors.schema import Characteristic, Stage
from models.words import counted
from qc_app.clock import plant_day
from qc_app.jobs.as_known import remembered
from qc_app.jobs.faultpoint import reached
from qc_app.jobs.labels.choose import choose
from qc_app.jobs.labels.foresee import foresee
from qc_app.jobs.learner import retune as retuning
from qc_app.jobs.learner.gain import JOB as GAIN
from qc_app.jobs.learner.gain import gain
from qc_app.jobs.learner.train import due, train
from qc_app.jobs.learner.watch import JOB as WATCH
from qc_app.jobs.learner.watch import watch
from qc_app.jobs.model.adapt import adapt
from qc_app.jobs.model.answers import Answers
from qc_app.jobs.model.explain import explain
from qc_app.jobs.model.judge import judge
from qc_app.jobs.model.predict import predict
from qc_app.jobs.monitoring.alarms import hush
from qc_app.jobs.monitoring.losses import JOB as LOSSES
from qc_app.jobs.monitoring.losses import losses
from qc_app.jobs.monitoring.monitor import monitor
from qc_app.jobs.monitoring.perform import JOB as PERFORM
from qc_app.jobs.monitoring.perform import perform
from qc_app.jobs.night import Night
from qc_app.jobs.report import report
from qc_app.jobs.retrying import patiently
from qc_app.jobs.sources.ingest import ingest, unread
from qc_app.jobs.step import Key, Permit, Result, always, step
from qc_app.jobs.underway import underway
from qc_app.jobs.upkeep import upkeep
from qc_app.plant import Plant
from qc_app.records import Run
from qc_app.store import Store

log = logging.getLogger(__name__)

JOB = "night"
OF_ALL = 4
"""A step for all stages together may take so many times as long as one for a single stage."""
When = Literal["due", "never", "now"]
Told = Callable[[str, int, int], None]


def nightly(
    store: Store,
    plant: Plant,
    *,
    day: date | None = None,
    stages: Sequence[Stage] | None = None,
    training: When = "due",
    permit: Permit = always,
    told: Told | None = None,
    answers: Answers | None = None,
    leave_out: Collection[str] = (),
) -> Run:
    """Run the night of one plant day; what of it is already done is not done again.

    Parameters
    ----------
    store : Store
    plant : Plant
    day : date, optional
        Default: the present plant day.
    stages : sequence of Stage, optional
        Default: all. The others are left as they are.
    training : {"due", "never", "now"}
        Whether the prior is trained first.
    permit : callable
        Raises if another scheduler leads now.
    told : callable, optional
        Hears what is done, how many stages are done, and of how many.
    answers : Answers, optional
        Models kept from an earlier night, to save loading them again.
    leave_out : collection of str
        First words of steps that are not done: a proof of monitoring needs no explanations.

    Returns
    -------
    Run
        ``done`` even where single steps failed: those have runs and alarms of their own.
    """
    today = day or plant_day(store.clock.now(), plant.zone, plant.day_starts)
    work = _Work(
        store=store,
        plant=plant,
        day=today,
        stages=tuple(plant.as_read(s.id) for s in (plant.stages if stages is None else stages)),
        training=training,
        permit=permit,
        told=told,
        answers=answers or Answers(store.registry),
        leave_out=frozenset(leave_out),
    )
    done = step(store, Key(JOB, "", today), work, permit=permit)
    if done.status == "done":
        hush(store, "night_missed", "", "", store.clock.now())
    return done


@dataclass(slots=True)
class _Work:
    """The steps of one night, in order."""

    store: Store
    plant: Plant
    day: date
    stages: Sequence[Stage]
    training: When
    permit: Permit
    told: Told | None
    answers: Answers
    leave_out: frozenset[str] = frozenset()
    runs: list[Run] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)

    def __call__(self) -> Result:
        self._say("ingest", 0)
        ingested = self._do("night ingest", "", self._ingest)
        self.unread = dict(ingested.numbers.get("failed_sources", {}))
        moment = ingested.numbers.get("cutoff")
        cutoff = datetime.fromisoformat(moment) if moment else self.store.clock.now()
        night = Night(self.store, self.plant, self.day, cutoff, self.answers, self.permit)
        self._train(night)
        active = [stage for stage in self.stages if not self._asleep(night, stage)]
        for i, stage in enumerate(active):
            self._say(stage.id, i)
            with underway(f"stage {stage.id!r}", 60.0 * self.plant.stage_within_min):
                self._stage(night, stage)
        self._do(WATCH, "", lambda: watch(night))
        self._do(LOSSES, "", lambda: losses(night))
        self._retune(night)
        reached("before_report")
        self._say("upkeep", len(active))
        self._do("upkeep", "", lambda: upkeep(night, active))
        return self._summary(len(active))

    def _ingest(self) -> Result:
        sources = [s for s in self.plant.sources if s.stage in {stage.id for stage in self.stages}]
        run = ingest(self.store, self.plant, sources=sources, permit=self.permit)
        reached("after_ingest")
        cutoff = self.store.moment()
        return Result(run.sentence, dict(run.numbers) | {"cutoff": cutoff.isoformat()})

    def _train(self, night: Night) -> None:
        reason = "asked for" if self.training == "now" else due(night) if self.training == "due" else ""
        if reason:
            self._say("train", 0)
            self._do("train", "", lambda: train(night, reason))

    def _retune(self, night: Night) -> None:
        reason = retuning.due(night) if self.training == "due" else ""
        if reason:
            self._say("retune", 0)
            self._do(retuning.JOB, "", lambda: retuning.retune(night, reason))

    def _stage(self, night: Night, stage: Stage) -> None:
        self._do("monitor", stage.id, lambda: monitor(night, stage))
        self._do(GAIN, stage.id, lambda: gain(night, stage))
        for what in stage.characteristics:
            self._do(f"adapt {what.name}", stage.id, lambda what=what: _adapted(night, stage, what))  # type: ignore[misc]
            if night.store.journal.models.pointers(stage.id, what.name).challenger:
                self._do(f"judge {what.name}", stage.id, lambda what=what: judge(night, stage, what))  # type: ignore[misc]
            self._do(f"predict {what.name}", stage.id, lambda what=what: predict(night, stage, what))  # type: ignore[misc]
            self._do(f"choose {what.name}", stage.id, lambda what=what: choose(night, stage, what))  # type: ignore[misc]
            self._do(f"foresee {what.name}", stage.id, lambda what=what: foresee(night, stage, what))  # type: ignore[misc]
        self._do(PERFORM, stage.id, lambda: perform(night, stage))
        self._do("report", stage.id, lambda: report(night, stage))
        for what in stage.characteristics:
            self._do(f"explain {what.name}", stage.id, lambda what=what: explain(night, stage, what))  # type: ignore[misc]

    def _asleep(self, night: Night, stage: Stage) -> bool:
        """Whether nothing came to the stage since its last report, and nothing falls due by time alone."""
        last = night.store.journal.runs.list(job="report", stage=stage.id, last=1)
        if not last or last[0].status != "done" or last[0].numbers.get("seen") != night.seen(stage):
            return False
        wake = last[0].numbers.get("wake")
        pointers = [night.store.journal.models.pointers(stage.id, what.name) for what in stage.characteristics]
        return (wake is None or night.cutoff.isoformat() <= wake) and not any(p.challenger for p in pointers)

    def _do(self, job: str, stage: str, work: Callable[[], Result]) -> Run:
        if job.split(" ", maxsplit=1)[0] in self.leave_out:
            return Run(job, stage, self.day, "skipped", self.store.clock.now(), sentence="left out")
        limit_s = 60.0 * self.plant.step_within_min * (1 if stage else OF_ALL)
        key, patient = Key(job, stage, self.day), lambda: patiently(work)
        run = step(self.store, key, patient, permit=self.permit, limit_s=limit_s)
        log.info("%s%s: %s", job, f" {stage}" if stage else "", run.sentence)
        self.runs.append(run)
        return run

    def _say(self, what: str, done: int) -> None:
        if self.told is not None:
            self.told(what, done, len(self.stages))

    def _summary(self, active: int) -> Result:
        failed = [run for run in self.runs if run.status == "failed"]
        promoted = sum(run.numbers.get("verdict") == "promoted" for run in self.runs if run.stage)
        predicted = sum(int(run.numbers.get("predicted", 0)) for run in self.runs)
        words = (
            f"{active} of {counted(len(self.stages), 'stage')} had news; {counted(promoted, 'model')} promoted,"
            f" {counted(predicted, 'unit')} predicted"
        )
        if failed:
            words += f"; {counted(len(failed), 'step')} failed, first: {failed[0].sentence}"
        if self.unread:
            words += f"; {unread(self.unread)}"
        numbers = {"stages": active, "promoted": promoted, "predicted": predicted, "failed": len(failed),
                   "failed_sources": self.unread}  # fmt: skip
        return Result(words, numbers)


def _adapted(night: Night, stage: Stage, what: Characteristic) -> Result:
    return remembered(night, stage, what, adapt(night, stage, what))
