"""The books: what became of every record, by source and hour of arrival (promise S4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from qc_app.records import Counts, Hour, Receipt
from qc_app.store.journal.base.columns import METADATA, Moment, whole
from qc_app.store.journal.base.room import Room, fact, matching


def counting() -> list[sa.Column[int]]:
    """Return a column a count."""
    return [whole(field.name) for field in fields(Counts)]


BOOKS = sa.Table(
    "books",
    METADATA,
    sa.Column("stage", sa.Text(), primary_key=True),
    sa.Column("source", sa.Text(), primary_key=True),
    sa.Column("hour", Moment(), primary_key=True),
    *counting(),
    whole("last"),
)
Found = list[Hour]
Earlier = Callable[[int], Sequence[Receipt]]


class Books(Room):
    """One row a source and hour; receipts are entered once, however often they are told."""

    def keep(self, receipt: Receipt, earlier: Earlier) -> None:
        """Enter a receipt of the lake, and those before it that a crash left out.

        Parameters
        ----------
        receipt : Receipt
            Numbered by source; one that is entered already is left alone.
        earlier : callable
            Returns the newest so many receipts of the source, `receipt` among them.
        """
        with self._database.write() as connection:
            last = _last(connection, receipt.stage, receipt.source)
            missing = (receipt.id or 0) - last
            if missing == 1:
                enter(connection, [receipt])
            elif missing > 1:
                enter(connection, [r for r in earlier(missing) if (r.id or 0) > last])

    def last(self, stage: str, source: str) -> int:
        """Return the number of the newest receipt in the books, 0 before the first."""
        with self._database.read() as connection:
            return _last(connection, stage, source)

    def hours(self, stage: str | None = None, source: str | None = None, since: datetime | None = None) -> Found:
        """Return the books, oldest hour first."""
        query = matching(BOOKS, stage=stage, source=source)
        query = query.where(BOOKS.c.hour >= since) if since is not None else query
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(BOOKS.c.hour, BOOKS.c.stage, BOOKS.c.source)).mappings().all()
        return [Hour(r["stage"], r["source"], r["hour"], fact(r, Counts), r["last"]) for r in rows]

    def totals(self) -> dict[tuple[str, str], Counts]:
        """Return the sum of all hours of every source, by stage and source."""
        sums = [sa.func.sum(BOOKS.c[field.name]).label(field.name) for field in fields(Counts)]
        query = sa.select(BOOKS.c.stage, BOOKS.c.source, *sums).group_by(BOOKS.c.stage, BOOKS.c.source)
        with self._database.read() as connection:
            rows = connection.execute(query).mappings().all()
        names = [field.name for field in fields(Counts)]
        return {(r["stage"], r["source"]): Counts(*(int(r[name]) for name in names)) for r in rows}

    def total(self, stage: str, source: str) -> Counts:
        """Return the sum of all hours of a source."""
        return sum((hour.counts for hour in self.hours(stage, source)), Counts())


def enter(connection: Connection, receipts: Sequence[Receipt]) -> None:
    """Add receipts to the books of their hours, inside a transaction of the caller."""
    for receipt in receipts:
        hour = receipt.at.replace(minute=0, second=0, microsecond=0)
        key = {"stage": receipt.stage, "source": receipt.source, "hour": hour}
        here = [BOOKS.c[name] == value for name, value in key.items()]
        added: dict[str, Any] = {name: BOOKS.c[name] + n for name, n in asdict(receipt.counts).items()}
        changed = connection.execute(BOOKS.update().where(*here).values(added | {"last": receipt.id}))
        if not changed.rowcount:
            connection.execute(BOOKS.insert().values(key | asdict(receipt.counts) | {"last": receipt.id}))


def _last(connection: Connection, stage: str, source: str) -> int:
    query = sa.select(sa.func.max(BOOKS.c.last)).where(BOOKS.c.stage == stage, BOOKS.c.source == source)
    return int(connection.execute(query).scalar_one() or 0)
