"""What people asked for: taken one after the other, done by the same jobs as the night, answered in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from qc_app.clock import plant_day
from qc_app.errors import ActionError
from qc_app.jobs.labels.choose import choose
from qc_app.jobs.labels.foresee import foresee
from qc_app.jobs.learner.retune import JOB as RETUNE
from qc_app.jobs.learner.retune import retune
from qc_app.jobs.learner.train import due, train
from qc_app.jobs.model.adapt import adapt
from qc_app.jobs.model.answers import Answers
from qc_app.jobs.model.causes import causes
from qc_app.jobs.model.explain import explain_unit
from qc_app.jobs.model.judge import judge
from qc_app.jobs.model.predict import predict
from qc_app.jobs.night import Night
from qc_app.jobs.nightly import nightly
from qc_app.jobs.refresh import refresh
from qc_app.jobs.report import report
from qc_app.jobs.sources.backfill import Stretch, backfilled
from qc_app.jobs.sources.mending import mended
from qc_app.jobs.sources.replay import replayed
from qc_app.jobs.step import Key, Permit, Result, always, step
from qc_app.plant import Plant
from qc_app.records import Request, RequestState, Run
from qc_app.store import Store

JOB = "request"


def serve(store: Store, plant: Plant, permit: Permit = always) -> int:
    """Do every open request, and return how many there were.

    Parameters
    ----------
    store : Store
    plant : Plant
    permit : callable
        Raises if another scheduler leads now.
    """
    served = 0
    while (request := store.journal.requests.take(store.clock.now())) is not None:
        run = _done(store, plant, request, permit)
        trouble = run.status == "failed" or run.numbers.get("failed") or run.numbers.get("failed_sources")
        state: RequestState = "failed" if trouble else "done"
        if request.id is not None:
            store.journal.requests.finish(request.id, state, run.sentence, store.clock.now())
        served += 1
    return served


def _done(store: Store, plant: Plant, request: Request, permit: Permit) -> Run:
    day = plant_day(store.clock.now(), plant.zone, plant.day_starts)
    key = Key(f"{JOB} {request.action}", request.stage, day)
    return step(store, key, lambda: _work(store, plant, request, permit), permit=permit, repeat=True)


def _work(store: Store, plant: Plant, request: Request, permit: Permit) -> Result:
    doing: dict[str, Callable[[], Result]] = {
        "ingest": lambda: _of(refresh(store, plant, permit=permit)),
        "night": lambda: _night(store, plant, permit),
        "train": lambda: train(now(store, plant, permit), f"asked for by {request.author}"),
        "retune": lambda: retuned(now(store, plant, permit), f"asked for by {request.author}"),
        "adapt": lambda: renewed(now(store, plant, permit), request.stage),
        "causes": lambda: _causes(now(store, plant, permit), request),
        "explain": lambda: _explained(now(store, plant, permit), request),
        "mend_column": lambda: mended(store, plant, int(request.arguments.get("proposal", 0)), permit),
        "backfill": lambda: backfilled(store, plant, Stretch.of(request.arguments), permit),
        "replay_quarantine": lambda: replayed(store, plant, list(request.arguments.get("ids", [])), permit),
    }
    if request.action not in doing:
        raise ActionError(f"request {request.id} asks for {request.action!r} - known are {', '.join(sorted(doing))}")
    return doing[request.action]()


def retuned(night: Night, reason: str) -> Result:
    """Search other settings now; the search is on record as one of the night's would be."""
    return _of(step(night.store, Key(RETUNE, "", night.day), lambda: retune(night, reason), repeat=True))


def _of(run: Run) -> Result:
    if run.status == "failed":
        raise ActionError(run.sentence)
    return Result(run.sentence, run.numbers)


def _night(store: Store, plant: Plant, permit: Permit) -> Result:
    """Run the night; one that was done before is said to be so, for there is one a plant day."""
    began = store.clock.now()
    run = nightly(store, plant, permit=permit)
    if run.started >= began:
        return _of(run)
    return Result(f"nothing was done: the night of {run.plant_day} ran already ({run.sentence})")


def _explained(night: Night, request: Request) -> Result:
    stage = night.plant.as_read(request.stage)
    what = stage.characteristic(str(request.arguments.get("characteristic")))
    found = explain_unit(night, stage, what, str(request.arguments.get("unit")))
    night.permit()
    night.store.journal.explanations.put([found])
    return Result(f"{what.name} of unit {found.unit_id} explained", {"explained": 1})


def _causes(night: Night, request: Request) -> Result:
    """Rank causes; the answer is in the numbers of the run, where the page reads it."""
    stage = night.plant.stage(request.stage)
    what = stage.characteristic(str(request.arguments.get("characteristic")))
    unit = str(request.arguments.get("unit", ""))
    found = causes(night, stage, what, unit)
    top = next((p for p in found.parameters if p.stage), None)
    first = f"; the most from further up: {top.name} of {top.stage}" if top else ""
    return Result(f"{what.name}: {found.about}{first}", {"causes": asdict(found) | {"unit": unit}})


def now(store: Store, plant: Plant, permit: Permit = always) -> Night:
    """Return a Night that knows all that is known at this moment, for work out of turn."""
    moment = store.clock.now()
    day = plant_day(moment, plant.zone, plant.day_starts)
    return Night(store, plant, day, moment, Answers(store.registry), permit)


def _first_prior(night: Night) -> list[str]:
    """Train a prior where the plant has none and there are labels; say so."""
    reason = "" if night.store.journal.models.pointers("", "").champion else due(night)
    if not reason:
        return []
    return [_of(step(night.store, Key("train", "", night.day), lambda: train(night, reason), repeat=True)).sentence]


def renewed(night: Night, stage_id: str) -> Result:
    """Adapt, judge and predict one stage now; the plant's first prior does not wait for a night."""
    stage = night.plant.as_read(stage_id)
    words = _first_prior(night)
    for what in stage.characteristics:
        words.append(adapt(night, stage, what).sentence)
        if night.store.journal.models.pointers(stage.id, what.name).challenger:
            words.append(judge(night, stage, what).sentence)
        words.append(predict(night, stage, what).sentence)
        choose(night, stage, what)
        foresee(night, stage, what)
    report(night, stage)
    return Result("; ".join(words))
