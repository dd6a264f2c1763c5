"""Runs: which job ran for which stage on which plant day, and how it ended."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from qc_app.errors import StoreError
from qc_app.records import Run, RunStatus
from qc_app.store.journal.base.columns import METADATA, flag, identity, moment, numbers, text
from qc_app.store.journal.base.room import Room, matching, newest, values

RUNS = sa.Table(
    "runs",
    METADATA,
    identity(),
    text("job"),
    text("stage"),
    sa.Column("plant_day", sa.Date(), nullable=False),
    text("status"),
    moment("started"),
    moment("ended", optional=True),
    text("sentence"),
    numbers("numbers"),
    flag("repeats"),
)
_ONCE = sa.text("status IN ('running', 'done') AND NOT repeats")
sa.Index(
    "uq_runs_once_a_day",
    RUNS.c.job,
    RUNS.c.stage,
    RUNS.c.plant_day,
    unique=True,
    sqlite_where=_ONCE,
    postgresql_where=_ONCE,
)
sa.Index("ix_runs_day", RUNS.c.plant_day, RUNS.c.stage)
sa.Index("ix_runs_started", RUNS.c.started)
sa.Index("ix_runs_job", RUNS.c.job, RUNS.c.stage)
Found = list[Run]


@dataclasses.dataclass(frozen=True, slots=True)
class DayOfRuns:
    """How the runs of a plant day ended: status -> how many, and when the last of them did."""

    day: date
    counts: Mapping[str, int]
    ended: datetime | None


class Runs(Room):
    """What ran; at most one success per job, stage and plant day."""

    def start(self, job: str, stage: str, plant_day: date, at: datetime) -> Run | None:
        """Note that a job begins, or return None if it is done or under way for that stage and plant day."""
        return self._start(Run(job, stage, plant_day, "running", at), repeats=False)

    def start_repeat(self, job: str, stage: str, plant_day: date, at: datetime) -> Run:
        """Note that a job begins that may run many times a day."""
        run = self._start(Run(job, stage, plant_day, "running", at), repeats=True)
        if run is None:
            raise StoreError(f"the run of {job!r} for stage {stage!r} was not noted - try again")
        return run

    def finish(self, run: Run, status: RunStatus, sentence: str, numbers: Mapping[str, Any], at: datetime) -> Run:
        """Note how a run ended.

        Raises
        ------
        StoreError
            If the run is not running any more: another scheduler took over meanwhile.
        """
        ended = dataclasses.replace(run, status=status, sentence=sentence, numbers=numbers, ended=at)
        with self._database.write() as connection:
            still = (RUNS.c.id == run.id, RUNS.c.status == "running")
            if connection.execute(RUNS.update().where(*still).values(values(ended))).rowcount != 1:
                raise StoreError(
                    f"run {run.id} of {run.job!r} for stage {run.stage!r} is not running any more - another scheduler"
                    " took over; its result stands",
                    "fenced",
                )
        return ended

    def orphans(self, at: datetime, reason: str) -> int:
        """Mark the runs of a scheduler that died as failed, at start-up; return how many there were."""
        failed = RUNS.update().where(RUNS.c.status == "running").values(status="failed", ended=at, sentence=reason)
        with self._database.write() as connection:
            return int(connection.execute(failed).rowcount)

    def forget_repeats(self, job: str, before: datetime) -> int:
        """Remove the runs of a job that may run many times a day and went well, begun before; return how many.

        A plant that is read every two seconds notes 43,000 of them a day; what they brought stands in the books.
        """
        gone = RUNS.delete().where(RUNS.c.repeats, RUNS.c.job == job, RUNS.c.status == "done", RUNS.c.started < before)
        with self._database.write() as connection:
            return int(connection.execute(gone).rowcount)

    def list(
        self,
        since: datetime | None = None,
        job: str | None = None,
        stage: str | None = None,
        plant_day: date | None = None,
        last: int | None = None,
    ) -> Found:
        """Return runs, oldest first; with `last` only the newest so many."""
        query = matching(RUNS, job=job, stage=stage, plant_day=plant_day)
        query = query.where(RUNS.c.started >= since) if since is not None else query
        return self._all(newest(query, RUNS, last), Run)

    def newest_day(self, since: datetime, without: Sequence[str]) -> DayOfRuns | None:
        """Count how the runs of the newest plant day ended, but those of the jobs `without`; None: no runs since then.

        Counted by the database: a large plant has tens of thousands of runs a day.
        """
        mine = (RUNS.c.started >= since, RUNS.c.job.not_in(without))
        newest_first = sa.select(RUNS.c.plant_day).where(*mine).order_by(RUNS.c.plant_day.desc()).limit(1)
        with self._database.read() as connection:
            day = connection.execute(newest_first).scalar_one_or_none()
            if day is None:
                return None
            of_day = sa.select(RUNS.c.status, sa.func.count(), sa.func.max(RUNS.c.ended, type_=RUNS.c.ended.type))
            rows = connection.execute(of_day.where(RUNS.c.plant_day == day, *mine).group_by(RUNS.c.status)).all()
        ended = max((last for _, _, last in rows if last is not None), default=None)
        return DayOfRuns(day, {status: n for status, n, _ in rows}, ended)

    def _start(self, run: Run, *, repeats: bool) -> Run | None:
        row = values(run) | {"repeats": repeats}
        insert = self._database.insert(RUNS).values(row).on_conflict_do_nothing().returning(RUNS.c.id)
        with self._database.write() as connection:
            key = connection.execute(insert).scalar_one_or_none()
        return None if key is None else dataclasses.replace(run, id=key)
