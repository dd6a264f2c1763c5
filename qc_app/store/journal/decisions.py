"""Decisions: what the night or a person decided about a model, and why."""

from __future__ import annotations

import sqlalchemy as sa

from qc_app.records import Decision
from qc_app.store.journal.base.columns import METADATA, identity, moment, numbers, text, whole
from qc_app.store.journal.base.room import Room, matching, newest

DECISIONS = sa.Table(
    "decisions",
    METADATA,
    identity(),
    text("stage"),
    text("characteristic"),
    sa.Column("plant_day", sa.Date(), nullable=False),
    moment("at"),
    text("verdict"),
    text("rule"),
    text("sentence"),
    sa.Column("champion", sa.Text(), nullable=True),
    sa.Column("challenger", sa.Text(), nullable=True),
    whole("rows"),
    whole("seed"),
    numbers("numbers"),
    text("author"),
)
sa.Index("ix_decisions_stage", DECISIONS.c.stage, DECISIONS.c.characteristic, DECISIONS.c.id)
Found = list[Decision]


class Decisions(Room):
    """Verdicts, in the order in which they fell."""

    def add(self, decision: Decision) -> Decision:
        """Store a decision and return it with its number."""
        with self._database.write() as connection:
            return self._add(connection, DECISIONS, decision)

    def get(self, id: int) -> Decision | None:  # noqa: A002 - the contract's word
        """Return the decision of a number, None if there is none."""
        return self._first(matching(DECISIONS, id=id), Decision)

    def list(self, stage: str | None = None, characteristic: str | None = None, last: int | None = None) -> Found:
        """Return decisions, oldest first; with `last` only the newest so many."""
        return self._all(
            newest(matching(DECISIONS, stage=stage, characteristic=characteristic), DECISIONS, last), Decision
        )
