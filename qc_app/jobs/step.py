"""One step of a job: recorded as a Run; its failure stays its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from data_connectors.errors import ConnectorError
from models.errors import ModelsError
from qc_app.errors import AlreadyRunning, QcError
from qc_app.jobs.monitoring.alarms import Condition, hush, ring
from qc_app.jobs.underway import UNLIMITED, underway
from qc_app.logs import about
from qc_app.records import Numbers, Run, RunStatus
from qc_app.store import Store

log = logging.getLogger(__name__)

FAILED = "step_failed"
_LONGEST = 500
ORPHANED = "the program ended before the step did; it is done again"
#: A step whose program ended so often on one plant day (no memory, a crash in native code) is not begun again.
LOST = 3
FORCED = "ended_by_force"


@dataclass(frozen=True, slots=True)
class Result:
    """What a step has to say: a sentence for the morning, numbers, and whether there was anything to do."""

    sentence: str
    numbers: Numbers = field(default_factory=dict)
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """Which step: at most one success for each job, stage and plant day."""

    job: str
    stage: str
    day: date


Work = Callable[[], Result]
Permit = Callable[[], None]


def always() -> None:
    """Permit everything: for commands that a person starts."""


def step(
    store: Store,
    key: Key,
    work: Work,
    *,
    permit: Permit = always,
    repeat: bool = False,
    quiet: bool = False,
    limit_s: float = UNLIMITED,
) -> Run:
    """Do one step, unless it is already done, and record how it ended.

    Parameters
    ----------
    store : Store
    key : Key
    work : callable
        Does the step and returns its `Result`. It must be safe to repeat.
    permit : callable
        Raises if this process may not write any more; asked before anything happens.
    repeat : bool
        Whether the step may succeed several times in a plant day.
    quiet : bool
        Record it only if it fails: for what runs every few minutes for every source.
    limit_s : float
        How long it may take before the watchdog ends it. A step with a limit that was ended on this plant day, or whose
        program ended three times, is not begun again: the others shall have their night.

    Returns
    -------
    Run
        As recorded; of an earlier run if the step was done before. A failure is a Run with status ``failed`` and an
        alarm, never an exception.

    Raises
    ------
    AlreadyRunning
        If `permit` says that another scheduler leads now.
    StoreError
        If the journal itself cannot be written.
    """
    permit()
    started = store.clock.now()
    if quiet:
        status, result = _tried(key, work)
        begun = Run(key.job, key.stage, key.day, status, started, started, result.sentence, result.numbers)
        if status != "failed":
            _alarm(store, key, status, result.sentence)
            return begun
        return _ended(store, store.journal.runs.start_repeat(key.job, key.stage, key.day, started), status, result)
    given_up = _given_up(store, key) if limit_s < UNLIMITED else None
    if given_up is not None:
        return given_up
    begin = store.journal.runs.start_repeat if repeat else store.journal.runs.start
    run = begin(key.job, key.stage, key.day, started)
    if run is None:
        return _earlier(store, key)
    with underway(f"{key.job}{f' of stage {key.stage!r}' if key.stage else ''}", limit_s, run):
        status, result = _tried(key, work)
    return _ended(store, run, status, result)


def ended_by_force(store: Store, run: Run, sentence: str) -> Run:
    """Mark a step that hangs as failed, with its alarm; it is not begun again on its plant day.

    Raises
    ------
    StoreError
        If the journal cannot be written, or the step ended by itself in the meantime.
    """
    return _ended(store, run, "failed", Result(sentence, {FORCED: True}))


def _given_up(store: Store, key: Key) -> Run | None:
    """Return the failed run after which a step is not begun again; None where it may be."""
    found = store.journal.runs.list(job=key.job, stage=key.stage, plant_day=key.day)
    failed = [run for run in found if run.status == "failed"]
    forced = [run for run in failed if run.numbers.get(FORCED)]
    lost = [run for run in failed if run.sentence == ORPHANED]
    if forced or any(run.status == "done" for run in found):
        return forced[-1] if forced else None
    if len(lost) < LOST:
        return None
    words = f"{key.job} is not begun again today: the program ended {len(lost)} times while it ran (memory, a crash)"
    _alarm(store, key, "failed", words)
    return Run(key.job, key.stage, key.day, "failed", lost[-1].started, lost[-1].ended, words)


def _ended(store: Store, run: Run, status: RunStatus, result: Result) -> Run:
    _alarm(store, Key(run.job, run.stage, run.plant_day), status, result.sentence)
    return store.journal.runs.finish(run, status, result.sentence, dict(result.numbers), store.clock.now())


def _tried(key: Key, work: Work) -> tuple[RunStatus, Result]:
    try:
        with about(run=key.job, stage=key.stage or "plant"):
            result = work()
    except AlreadyRunning:
        raise
    except Exception as error:
        log.exception("%s of stage %r failed", key.job, key.stage)
        return "failed", Result(explained(key, error))
    return ("skipped" if result.skipped else "done"), result


def explained(key: Key, error: BaseException) -> str:
    """Say what failed, where and why, in one sentence; our own errors need no class name to be understood.

    Examples
    --------
    >>> explained(Key("adapt y", "rolling-2", date(2026, 1, 1)), ValueError("no rows"))
    "adapt y of stage 'rolling-2' failed: no rows (ValueError)"
    """
    where = f" of stage {key.stage!r}" if key.stage else ""
    kind = "" if isinstance(error, ConnectorError | QcError | ModelsError) else f" ({type(error).__name__})"
    notes = "".join(f"; {note}" for note in getattr(error, "__notes__", ()))
    return f"{key.job}{where} failed: {str(error)[:_LONGEST] or 'no message'}{kind}{notes}"


def _earlier(store: Store, key: Key) -> Run:
    found = store.journal.runs.list(job=key.job, stage=key.stage, plant_day=key.day)
    kept = [run for run in found if run.status in {"done", "running"}]
    if kept:
        return kept[-1]
    return Run(key.job, key.stage, key.day, "skipped", store.clock.now(), sentence="done in the meantime by another")


def _alarm(store: Store, key: Key, status: RunStatus, sentence: str) -> None:
    now = store.clock.now()
    if status == "failed":
        ring(store, key.stage, Condition(FAILED, key.job, "medium", sentence), now)
    else:
        hush(store, FAILED, key.stage, key.job, now)
