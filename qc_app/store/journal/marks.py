"""Marks on the time axis: gaps in which continuity cannot be shown, and events such as a tool change."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from qc_app.records import Event, Gap
from qc_app.store.journal.columns import METADATA, identity, moment, text
from qc_app.store.journal.room import Room, matching, newest

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

    def list(self, stage: str | None = None, since: datetime | None = None) -> FoundEvents:
        """Return events in order of time."""
        query = matching(EVENTS, stage=stage)
        query = query.where(EVENTS.c.at >= since) if since is not None else query
        return self._all(newest(query, EVENTS, None, ("at", "id")), Event)
