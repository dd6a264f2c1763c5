"""Requests: what people asked for; the scheduler takes one after the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from qc_app.errors import StoreError
from qc_app.records import Request, RequestState
from qc_app.store.journal.base.columns import METADATA, identity, moment, numbers, text
from qc_app.store.journal.base.room import Room, fact, matching, newest

REQUESTS = sa.Table(
    "requests",
    METADATA,
    identity(),
    text("action"),
    text("stage"),
    numbers("arguments"),
    text("author"),
    moment("at"),
    text("state"),
    moment("taken", optional=True),
    moment("ended", optional=True),
    text("sentence"),
)
sa.Index("ix_requests_state", REQUESTS.c.state, REQUESTS.c.id)
Found = list[Request]


class Requests(Room):
    """A queue that survives restarts."""

    def put(self, request: Request) -> Request:
        """Queue a request and return it with its number."""
        with self._database.write() as connection:
            return self._add(connection, REQUESTS, request)

    def take(self, at: datetime) -> Request | None:
        """Take the oldest open request; no two callers get the same. None: nothing is open."""
        with self._database.write() as connection:
            query = matching(REQUESTS, state="open").order_by(REQUESTS.c.id).limit(1)
            row = connection.execute(query).mappings().one_or_none()
            if row is None:
                return None
            connection.execute(REQUESTS.update().where(REQUESTS.c.id == row["id"]).values(state="taken", taken=at))
            return replace(fact(row, Request), state="taken", taken=at)

    def finish(self, id: int, state: RequestState, sentence: str, at: datetime) -> None:  # noqa: A002
        """Note how a request ended.

        Raises
        ------
        StoreError
            If there is no such request.
        """
        with self._database.write() as connection:
            change = REQUESTS.update().where(REQUESTS.c.id == id).values(state=state, sentence=sentence, ended=at)
            if connection.execute(change).rowcount != 1:
                raise StoreError(f"there is no request {id} to finish")

    def list(self, last: int | None = None, state: RequestState | None = None) -> Found:
        """Return requests, oldest first; with `last` only the newest so many."""
        return self._all(newest(matching(REQUESTS, state=state), REQUESTS, last), Request)
