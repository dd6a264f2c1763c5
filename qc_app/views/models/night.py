"""What ran last night: for each stage what was expected, what was done, and why not, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from data_connectors.schema import Stage
from qc_app.language import between, dated, ntr, tr
from qc_app.plant import Plant
from qc_app.plant.nights import newest_night, night_moment, report_due
from qc_app.records import Run
from qc_app.store import Store
from qc_app.views.models.words import job_word
from qc_app.views.moments import local
from qc_app.views.recorded import recorded
from qc_app.views.scheduling import silence
from qc_app.views.vocabulary import status_word

WHOLE = "plant"
_OF_PLANT = ("night ingest", "watch", "upkeep")
_BETWEEN_NIGHTS = ("ingest", "requests")  # run all day and say nothing about a night
_SCHEMA: dict[str, Any] = {
    "state": pl.String,
    "stage": pl.String,
    "line": pl.String,
    "expected": pl.Int64,
    "done": pl.Int64,
    "failed": pl.Int64,
    "seconds": pl.Float64,
    "cause": pl.String,
}
_RANK = {"failed": 0, "missing": 1, "running": 2, "done": 3, "quiet": 4}


@dataclass(frozen=True, slots=True)
class NightAccount:
    """The newest night, held against what should have run.

    Parameters
    ----------
    day : date or None
        Its plant day; None: none was due yet.
    due, report_by, next_due : datetime or None
    ended : datetime or None
        None: it still runs, or never ran.
    status : str
        ``done``, ``running``, ``failed``, ``missing`` (it did not run) or ``none`` (none was due yet).
    brief, short, sentence : str
        How it went; the same with why it did not run; the same with its day and the next one.
    rows : polars.DataFrame
        One row a stage, and one for the plant as a whole: what failed first.
    """

    day: date | None
    due: datetime | None
    report_by: datetime | None
    next_due: datetime
    ended: datetime | None
    status: str
    brief: str
    short: str
    sentence: str
    rows: pl.DataFrame

    @property
    def troubled(self) -> bool:
        """Tell whether somebody should look: it did not run, it failed, or a stage in it did."""
        return self.status in {"missing", "failed"} or bool((self.rows["state"] == "failed").any())


@dataclass(frozen=True, slots=True)
class NightSteps:
    """The steps of the newest night, counted by how they ended, and when one ended last; for machines that watch."""

    done: int = 0
    failed: int = 0
    running: int = 0
    ended: datetime | None = None


def night_steps(store: Store) -> NightSteps:
    """Count the steps of the newest night within three days."""
    found = store.journal.runs.newest_day(store.clock.now() - timedelta(days=3), _BETWEEN_NIGHTS)
    if found is None:
        return NightSteps()
    done, failed, running = (found.counts.get(status, 0) for status in ("done", "failed", "running"))
    return NightSteps(done, failed, running, found.ended)


def night_account(store: Store, plant: Plant, wall: datetime) -> NightAccount:
    """Read what the newest night should have done, and did.

    Parameters
    ----------
    store : Store
    plant : Plant
    wall : datetime
        The machine's time, aware: whether a scheduler works is told by it.
    """
    now = store.clock.now()
    last = store.journal.runs.list(job="night", last=1)
    day = max([newest_night(plant, now), *(run.plant_day for run in last)])
    history = store.journal.plants.history()
    following = night_moment(plant, newest_night(plant, now) + timedelta(days=1))
    if not last and (not history or night_moment(plant, day) < history[0].at):
        words = tr("No night was due yet; the first is due {moment}.", moment=local(following, plant.zone))
        none = pl.DataFrame(schema=_SCHEMA)
        return NightAccount(
            None, None, None, following, None, "none", tr("none was due yet"), tr("none was due yet"), words, none
        )
    runs = store.journal.runs.list(plant_day=day)
    by_stage: dict[str, list[Run]] = {}
    for run in runs:
        by_stage.setdefault(run.stage, []).append(run)
    night = next((run for run in reversed(runs) if run.job == "night"), None)
    status = night.status if night else "missing"
    why = _why(night, silence(store, wall))
    rows = [_whole(runs, status, why), *(_row(one, by_stage.get(one.id, []), status, why) for one in plant.stages)]
    ranked = sorted(rows, key=lambda row: _RANK[row[0]])
    frame = pl.DataFrame(ranked, schema=_SCHEMA, orient="row")
    judged = store.journal.decisions.list(last=500)
    promoted = sum(one.verdict == "promoted" and one.plant_day == day for one in judged)
    brief, short = (_words(status, frame, cause, promoted) for cause in (tr("it did not run"), why))
    words = tr(
        "Night of {day}: {account}; next due {moment}.",
        day=dated(day),
        account=short,
        moment=local(following, plant.zone),
    )
    ended = night.ended if night else None
    due, by = night_moment(plant, day), report_due(plant, day)
    return NightAccount(day, due, by, following, ended, status, brief, short, words, frame)


def _why(night: Run | None, silent: str) -> str:
    if night is None:
        return silent or tr("the night did not run")
    if night.status == "failed":
        return tr("the night stopped: {reason}", reason=recorded(night.sentence))
    return tr("the night has not reached it yet") if night.status == "running" else ""


def _whole(runs: Sequence[Run], status: str, why: str) -> tuple[Any, ...]:
    mine = [run for run in runs if not run.stage and run.job != "night" and not run.job.startswith("request")]
    return _judged(WHOLE, "", list(_OF_PLANT), mine, (status, why))


def _row(stage: Stage, runs: Sequence[Run], status: str, why: str) -> tuple[Any, ...]:
    mine = [run for run in runs if not run.job.startswith(("request", "ingest"))]
    names = [what.name for what in stage.characteristics]
    expected = ["monitor", *(f"{job} {name}" for name in names for job in ("adapt", "predict")), "report"]
    return _judged(stage.id, stage.line, expected, mine, (status, why))


def _judged(
    stage: str, line: str, expected: Sequence[str], runs: Sequence[Run], night: tuple[str, str]
) -> tuple[Any, ...]:
    newest = {run.job: run for run in runs}
    ended = {job for job, run in newest.items() if run.status in {"done", "skipped"}}
    failed = [run for run in newest.values() if run.status == "failed"]
    missing = [job for job in expected if job not in newest]
    seconds = sum((run.ended - run.started).total_seconds() for run in newest.values() if run.ended)
    status, why = night
    state, cause = "done", ""
    if failed:
        state, cause = "failed", recorded("; ".join(run.sentence for run in failed[:3]))
    elif status == "done" and not newest and stage != WHOLE:
        state, expected = "quiet", []
        cause = tr("nothing new: no units, no labels, no newer prior")
    elif missing:
        state = "running" if status == "running" else "missing"
        cause = why or tr("not done: {jobs}", jobs=", ".join(map(job_word, missing)))
    done = sum(job in ended for job in expected)
    return (state, stage, line, len(expected), done, len(failed), round(seconds, 1), cause)


def _words(status: str, rows: pl.DataFrame, why: str, promoted: int) -> str:
    of_stages = rows.filter(pl.col("stage") != WHOLE)
    count = {state: of_stages.filter(pl.col("state") == state).height for state in _RANK}
    waiting = count["missing"] + count["running"]
    parts = [
        ntr("{done} of {n} stage done", "{done} of {n} stages done", of_stages.height, done=count["done"]),
        tr("{n} had nothing new", n=count["quiet"]) if count["quiet"] else "",
        tr("{n} with failures", n=count["failed"]) if count["failed"] else "",
        tr("{n} not reached", n=waiting) if waiting else "",
        tr("{n} promoted", n=promoted) if promoted else "",
    ]
    begin = {"missing": why.rstrip(".。"), "failed": tr("it failed")}.get(status, status_word(status))
    return f"{begin}{between('; ')}{between(', ').join(part for part in parts if part)}"
