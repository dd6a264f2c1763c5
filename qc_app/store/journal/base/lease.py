"""The leader's lease: one scheduler leads; its token fences off one that was stopped and comes back."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from qc_app.records import Lease
from qc_app.store.journal.base.columns import METADATA, moment, text, whole
from qc_app.store.journal.base.room import Room, fact

LEASE = sa.Table(
    "lease",
    METADATA,
    sa.Column("id", sa.Integer(), primary_key=True),
    text("holder"),
    whole("token"),
    moment("until"),
    sa.CheckConstraint("id = 1", name="single"),
)


class Leases(Room):
    """Who leads."""

    def acquire(self, holder: str, now: datetime, ttl_s: float) -> Lease | None:
        """Take the lease for `ttl_s` seconds if it is free, over, or one's own; None if another leads.

        Every taking raises the token, also by the same holder: a process that was stopped and comes back after
        its own restart is fenced off too.
        """
        with self._database.write() as connection:
            before = _current(connection)
            if before and before.holder not in {"", holder} and before.until > now:
                return None
            lease = Lease(holder, before.token + 1 if before else 1, now + timedelta(seconds=ttl_s))
            _save(connection, lease, first=before is None)
            return lease

    def renew(self, lease: Lease, now: datetime, ttl_s: float) -> Lease | None:
        """Keep the lease for `ttl_s` seconds from `now`; None if another has taken it."""
        with self._database.write() as connection:
            if not _same(_current(connection), lease):
                return None
            longer = Lease(lease.holder, lease.token, now + timedelta(seconds=ttl_s))
            _save(connection, longer, first=False)
            return longer

    def release(self, lease: Lease) -> None:
        """Give the lease back if it is still one's own."""
        with self._database.write() as connection:
            if _same(_current(connection), lease):
                _save(connection, Lease("", lease.token, lease.until), first=False)

    def holder(self) -> Lease | None:
        """Return the lease as it stands (its time may be over), None if nobody holds it."""
        with self._database.read() as connection:
            found = _current(connection)
        return found if found and found.holder else None


def _current(connection: Connection) -> Lease | None:
    row = connection.execute(sa.select(LEASE)).mappings().one_or_none()
    return fact(row, Lease) if row else None


def _same(current: Lease | None, lease: Lease) -> bool:
    return current is not None and (current.holder, current.token) == (lease.holder, lease.token)


def _save(connection: Connection, lease: Lease, *, first: bool) -> None:
    row = {"holder": lease.holder, "token": lease.token, "until": lease.until}
    connection.execute(LEASE.insert().values(id=1, **row) if first else LEASE.update().values(row))
