"""The outbox: every message from the moment it must be sent to the moment it was; nothing is lost over a crash.

Moves of alarms become letters in one transaction with the mark up to which moves are told. A letter is marked as sent
after it was sent, never before: who dies between the two sends it again, with the same key, and the receiver knows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from qc_app.records import Letter
from qc_app.store.journal.base.columns import METADATA, identity, moment, numbers, text, whole
from qc_app.store.journal.base.room import Room, matching, newest, values

OUTBOX = sa.Table(
    "outbox",
    METADATA,
    identity(),
    text("route"),
    text("key", unique=True),
    moment("made"),
    text("title"),
    text("body"),
    text("priority"),
    numbers("content"),
    text("state"),
    whole("tries"),
    moment("next_try", optional=True),
    moment("sent", optional=True),
    text("problem"),
)
sa.Index("ix_outbox_state", OUTBOX.c.state, OUTBOX.c.next_try)
TOLD = sa.Table(
    "told_moves",
    METADATA,
    text("route", primary_key=True),
    sa.Column("move", sa.BigInteger(), nullable=False),
)
Found = list[Letter]


class Outbox(Room):
    """Letters that wait, were sent, or were given up."""

    def told(self) -> dict[str, int]:
        """Return up to which move of the alarms each route was told."""
        with self._database.read() as connection:
            return {route: int(move) for route, move in connection.execute(sa.select(TOLD.c.route, TOLD.c.move))}

    def put(self, letters: Sequence[Letter], route: str, before: int | None, upto: int) -> int:
        """Keep letters of a route and note up to which move it is told, both or neither; return how many are new.

        Parameters
        ----------
        letters : sequence of Letter
        route : str
        before : int or None
            Up to which move it was told when the letters were written, as `told` said; if another process was quicker,
            nothing is kept.
        upto : int
        """
        with self._database.write() as connection:
            mark = connection.execute(sa.select(TOLD.c.move).where(TOLD.c.route == route)).scalar_one_or_none()
            if mark != before:
                return 0
            new = 0
            for letter in letters:
                insert = self._database.insert(OUTBOX).values(values(letter)).on_conflict_do_nothing()
                new += connection.execute(insert.returning(OUTBOX.c.id)).scalar_one_or_none() is not None
            told = self._database.insert(TOLD).values(route=route, move=upto)
            connection.execute(told.on_conflict_do_update(index_elements=["route"], set_={"move": upto}))
            return new

    def due(self, at: datetime, most: int = 50) -> Found:
        """Return letters that are to be sent now, oldest first."""
        query = matching(OUTBOX, state="waiting").where(sa.or_(OUTBOX.c.next_try.is_(None), OUTBOX.c.next_try <= at))
        return self._all(query.order_by(OUTBOX.c.id).limit(most), Letter)

    def claim(self, letter: Letter, at: datetime, until: datetime) -> bool:
        """Take a due letter into one's hands until a moment; False: another process has it, or it is done."""
        free = sa.or_(OUTBOX.c.next_try.is_(None), OUTBOX.c.next_try <= at)
        with self._database.write() as connection:
            mine = OUTBOX.update().where(OUTBOX.c.id == letter.id, OUTBOX.c.state == "waiting", free)
            return connection.execute(mine.values(next_try=until)).rowcount == 1

    def sent(self, id: int, at: datetime) -> None:  # noqa: A002 - the journal's word for a number
        """Note that a letter was sent."""
        self._change(id, state="sent", sent=at, problem="")

    def failed(self, letter: Letter, problem: str, next_try: datetime | None) -> None:
        """Note that a try failed, and when the next one is; None: it is given up."""
        state = "waiting" if next_try else "given_up"
        self._change(int(letter.id or 0), tries=letter.tries + 1, problem=problem, next_try=next_try, state=state)

    def again(self, at: datetime) -> int:
        """Let letters that were given up wait once more; return how many."""
        given_up = OUTBOX.update().where(OUTBOX.c.state == "given_up")
        with self._database.write() as connection:
            return int(connection.execute(given_up.values(state="waiting", tries=0, next_try=at)).rowcount)

    def list(self, route: str | None = None, since: datetime | None = None, last: int | None = None) -> Found:
        """Return letters, oldest first; `since`: made, or sent, from then on."""
        query = matching(OUTBOX, route=route)
        query = query.where(sa.or_(OUTBOX.c.made >= since, OUTBOX.c.sent >= since)) if since is not None else query
        return self._all(newest(query, OUTBOX, last), Letter)

    def _change(self, id: int, **fields: object) -> None:  # noqa: A002
        with self._database.write() as connection:
            connection.execute(OUTBOX.update().where(OUTBOX.c.id == id).values(**fields))
