"""Columns of sources as they came, and the changes that wait for somebody's word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from qc_app.errors import StoreError
from qc_app.records import Proposal, ProposalState, SourceColumn
from qc_app.store.journal.base.columns import METADATA, Words, identity, moment, numbers, real, text, whole
from qc_app.store.journal.base.room import Room, matching, newest, values

COLUMNS = sa.Table(
    "source_columns",
    METADATA,
    *[sa.Column(name, Words(), primary_key=True) for name in ("stage", "source", "name")],
    text("state"),
    moment("first_seen"),
    moment("last_seen"),
    moment("missing_since", optional=True),
    whole("misses"),
    whole("n"),
    *[real(name) for name in ("low", "middle", "high")],
)
PROPOSALS = sa.Table(
    "proposals",
    METADATA,
    identity(),
    *[text(name) for name in ("stage", "source", "kind", "column", "name", "sentence")],
    moment("at"),
    numbers("detail"),
    text("state"),
    text("author"),
    moment("answered", optional=True),
)
sa.Index("ix_proposals_state", PROPOSALS.c.state, PROPOSALS.c.source)
Columns = list[SourceColumn]
Proposals = list[Proposal]
_IDENTITY = ("stage", "source", "kind", "column", "name")


class Schemas(Room):
    """What is known of every source's columns."""

    def columns(self, stage: str | None = None, source: str | None = None) -> Columns:
        """Return columns in order of stage, source and name."""
        return self._all(newest(matching(COLUMNS, stage=stage, source=source), COLUMNS, None, _KEY), SourceColumn)

    def keep(self, columns: Sequence[SourceColumn], proposals: Sequence[Proposal] = ()) -> Proposals:
        """Note columns as they are now, and proposals that are not open yet; return those that are new."""
        with self._database.write() as connection:
            insert = self._database.insert(COLUMNS)
            changed = {c.name: insert.excluded[c.name] for c in COLUMNS.columns if c.name not in _KEY}
            if columns:
                upsert = insert.on_conflict_do_update(index_elements=_KEY, set_=changed)
                connection.execute(upsert, [values(column) for column in columns])
            made = []
            for proposal in proposals:
                same = {name: getattr(proposal, name) for name in _IDENTITY}
                if connection.execute(matching(PROPOSALS, **same, state="open")).first() is None:
                    made.append(self._add(connection, PROPOSALS, proposal))
        return made

    def proposals(
        self, state: ProposalState | None = "open", source: str | None = None, last: int | None = None
    ) -> Proposals:
        """Return proposals, oldest first; with `last` only the newest so many."""
        return self._all(newest(matching(PROPOSALS, state=state, source=source), PROPOSALS, last), Proposal)

    def proposal(self, id: int) -> Proposal:  # noqa: A002
        """Return a proposal.

        Raises
        ------
        StoreError
            If there is none of this number.
        """
        found = self._first(matching(PROPOSALS, id=id), Proposal)
        if found is None:
            raise StoreError(f"there is no proposal {id} - see `qc schema list`")
        return found

    def answer(self, id: int, state: ProposalState, author: str, at: datetime) -> None:  # noqa: A002
        """Close an open proposal.

        Raises
        ------
        StoreError
            If it is not open.
        """
        change = PROPOSALS.update().where(PROPOSALS.c.id == id, PROPOSALS.c.state == "open")
        with self._database.write() as connection:
            if connection.execute(change.values(state=state, author=author, answered=at)).rowcount != 1:
                raise StoreError(f"proposal {id} is not open - see `qc schema list`")


_KEY = ("stage", "source", "name")
