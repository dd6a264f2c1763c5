"""Marks on the time axis: gaps in which continuity cannot be shown, and events such as a tool change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from qc_app.records import Event, Gap
from qc_app.store.journal.columns import METADATA, identity, moment, text, visible
from qc_app.store.journal.room import Room, matching, newest, values

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
)
sa.Index("ix_gaps_stage", GAPS.c.stage, GAPS.c.start)
EVENTS = sa.Table(
    "events", METADATA, identity(), text("stage"), moment("at"), text("kind"), text("text"), text("author")
)
sa.Index("ix_events_stage", EVENTS.c.stage, EVENTS.c.at)
FoundGaps = list[Gap]
FoundEvents = list[Event]


class Gaps(Room):
    """Stretches of which nobody can say that nothing is missing."""

    def add(self, gap: Gap) -> Gap:
        """Store a gap and return it with its number."""
        with self._database.write() as connection:
            return self._add(connection, GAPS, gap)

    def list(self, stage: str | None = None, source: str | None = None, since: datetime | None = None) -> FoundGaps:
        """Return gaps that end after `since`, in order of their start."""
        query = matching(GAPS, stage=stage, source=source)
        query = query.where(GAPS.c.end >= since) if since is not None else query
        return self._all(newest(query, GAPS, None, ("start", "id")), Gap)


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


def _told_between(events: Sequence[Event]) -> sa.Select[Any]:
    """Select what identifies the stored events of the same stages and times."""
    columns = (EVENTS.c.stage, EVENTS.c.at, EVENTS.c.kind, EVENTS.c.text)
    first, last = min(e.at for e in events), max(e.at for e in events)
    return sa.select(*columns).where(EVENTS.c.stage.in_({e.stage for e in events}), EVENTS.c.at.between(first, last))
