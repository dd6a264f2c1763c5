"""Marks on the time axis: gaps in which continuity cannot be shown, and events such as a tool change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from qc_app.records import Closed, Event, Gap
from qc_app.store.journal.base.columns import METADATA, identity, moment, text, visible
from qc_app.store.journal.base.room import Room, matching, newest, values

GAPS = sa.Table(
    "gaps",
    METADATA,
    identity(),
    text("source"),
    text("stage"),
    moment("start"),
    moment("end"),
    text("cause"),
    moment("noticed"),
    text("text"),
)
sa.Index("ix_gaps_stage", GAPS.c.stage, GAPS.c.start)
CLOSED = sa.Table(
    "gaps_closed",
    METADATA,
    identity(),
    text("source"),
    text("stage"),
    moment("start"),
    moment("end"),
    moment("at"),
    text("author"),
    text("text"),
)
sa.Index("ix_gaps_closed_stage", CLOSED.c.stage, CLOSED.c.start)
EVENTS = sa.Table(
    "events", METADATA, identity(), text("stage"), moment("at"), text("kind"), text("text"), text("author")
)
sa.Index("ix_events_stage", EVENTS.c.stage, EVENTS.c.at)
FoundGaps = list[Gap]
FoundEvents = list[Event]
FoundClosed = list[Closed]


class Gaps(Room):
    """Stretches of which nobody can say that nothing is missing."""

    def add(self, gap: Gap) -> Gap:
        """Store a gap and return it with its number."""
        with self._database.write() as connection:
            return self._add(connection, GAPS, gap)

    def add_new(self, gaps: Sequence[Gap]) -> int:
        """Store the gaps that are not there yet, by source, stage, span and cause; return how many.

        A break that goes on is told again with a later end: it is kept beside what was known before.
        """
        with self._database.write() as connection:
            return sum(_told_gap(connection, gap) for gap in gaps)

    def list(
        self,
        stage: str | None = None,
        source: str | None = None,
        since: datetime | None = None,
        known_at: datetime | None = None,
    ) -> FoundGaps:
        """Return gaps that end after `since`, in order of their start; of one that grew the longest that was known.

        Of a gap that was closed in part, the rest is returned.

        Parameters
        ----------
        stage, source : str, optional
        since, known_at : datetime, optional
            Aware; only gaps that end later, and only what had been noticed by then.
        """
        closed = self.closed(stage, source, known_at)
        left = [rest for gap in self.noticed(stage, source, known_at) for rest in _left(gap, closed)]
        return [gap for gap in left if since is None or gap.end >= since]

    def noticed(
        self, stage: str | None = None, source: str | None = None, known_at: datetime | None = None
    ) -> FoundGaps:
        """Return gaps as they were noticed, whether they were closed or not; of one that grew the longest."""
        query = matching(GAPS, stage=stage, source=source)
        query = query.where(GAPS.c.noticed <= known_at) if known_at is not None else query
        grown = self._all(newest(query, GAPS, None, ("start", "end", "id")), Gap)
        return list({(g.source, g.stage, g.start, g.cause): g for g in grown}.values())

    def close(self, closed: Sequence[Closed]) -> None:
        """Note stretches that are gaps no more; the gaps stay on record, for a day before is replayed with them."""
        if closed:
            with self._database.write() as connection:
                connection.execute(CLOSED.insert(), [values(one) for one in closed])

    def closed(
        self, stage: str | None = None, source: str | None = None, known_at: datetime | None = None
    ) -> FoundClosed:
        """Return the stretches that were closed, in order of their start."""
        query = matching(CLOSED, stage=stage, source=source)
        query = query.where(CLOSED.c.at <= known_at) if known_at is not None else query
        return self._all(newest(query, CLOSED, None, ("start", "id")), Closed)


class Events(Room):
    """What happened in the plant besides measurements."""

    def add(self, event: Event) -> Event:
        """Store an event and return it with its number."""
        with self._database.write() as connection:
            return self._add(connection, EVENTS, event)

    def add_new(self, events: Sequence[Event]) -> int:
        """Store the events that are not there yet, by stage, time, kind and text; return how many.

        One transaction; sources tell at least once, and a person's events stay what they are.
        """
        if not events:
            return 0
        with self._database.write() as connection:
            there = {tuple(row) for row in connection.execute(_told_between(events))}
            told = {(visible(e.stage), e.at, visible(e.kind), visible(e.text)): e for e in events}
            new = [values(event) for key, event in told.items() if key not in there]
            if new:
                connection.execute(EVENTS.insert(), new)
        return len(new)

    def list(self, stage: str | None = None, since: datetime | None = None) -> FoundEvents:
        """Return events in order of time."""
        query = matching(EVENTS, stage=stage)
        query = query.where(EVENTS.c.at >= since) if since is not None else query
        return self._all(newest(query, EVENTS, None, ("at", "id")), Event)


def _left(gap: Gap, closed: Sequence[Closed]) -> FoundGaps:
    """Return what is left of a gap without the stretches that were closed after it was noticed."""
    rest = [gap]
    for one in closed:
        if (one.source, one.stage) == (gap.source, gap.stage) and one.at >= gap.noticed:
            rest = [part for g in rest for part in _without(g, one)]
    return rest


def _without(gap: Gap, one: Closed) -> FoundGaps:
    if one.end <= gap.start or one.start >= gap.end:
        return [] if one.start <= gap.start and gap.end <= one.end else [gap]
    before = [replace(gap, end=one.start)] if one.start > gap.start else []
    after = [replace(gap, start=one.end)] if one.end < gap.end else []
    return before + after


def _told_gap(connection: Connection, gap: Gap) -> bool:
    """Store a gap, unless it is there, and return whether it is new."""
    same = {name: getattr(gap, name) for name in ("source", "stage", "start", "end", "cause")}
    if connection.execute(matching(GAPS, **same)).first() is not None:
        return False
    connection.execute(GAPS.insert().values(values(gap)))
    return True


def _told_between(events: Sequence[Event]) -> sa.Select[Any]:
    """Select what identifies the stored events of the same stages and times."""
    columns = (EVENTS.c.stage, EVENTS.c.at, EVENTS.c.kind, EVENTS.c.text)
    first, last = min(e.at for e in events), max(e.at for e in events)
    return sa.select(*columns).where(EVENTS.c.stage.in_({e.stage for e in events}), EVENTS.c.at.between(first, last))
