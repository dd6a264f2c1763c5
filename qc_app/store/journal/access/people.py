"""Accounts and sign-ins. Of secrets only hashes are kept; a session is known by the digest of its token."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from qc_app.errors import StoreError
from qc_app.records import Account, Consent, Session
from qc_app.store.journal.base.columns import METADATA, identity, moment, text, whole
from qc_app.store.journal.base.room import Room, fact, matching, values

ACCOUNTS = sa.Table(
    "accounts",
    METADATA,
    identity(),
    text("spelling", unique=True),
    text("name"),
    text("role"),
    text("kind"),
    text("state"),
    text("secret"),
    moment("code_until", optional=True),
    whole("failures"),
    moment("locked_until", optional=True),
    text("identity"),
    moment("made"),
    moment("changed"),
    text("language"),
)
SESSIONS = sa.Table(
    "sessions",
    METADATA,
    identity(),
    text("key", unique=True),
    whole("account"),
    moment("began"),
    moment("seen"),
    moment("ends"),
    text("place"),
    moment("ended", optional=True),
)
CONSENTS = sa.Table(
    "consents",
    METADATA,
    identity(),
    moment("at"),
    text("action"),
    text("subject"),
    text("author"),
    text("reason"),
    moment("used", optional=True),
)


def spelling(name: str) -> str:
    """Return what two names share that a person would read as one.

    Examples
    --------
    >>> spelling(" Maria ") == spelling("MARIA")
    True
    """
    return unicodedata.normalize("NFKC", name).strip().casefold()


class Accounts(Room):
    """Who may come in."""

    def add(self, account: Account) -> Account:
        """Keep a new account.

        Raises
        ------
        StoreError
            If the name is taken, also by an account that was removed.
        """
        with self._database.write() as connection:
            row = values(account) | {"spelling": spelling(account.name)}
            insert = self._database.insert(ACCOUNTS).values(row).on_conflict_do_nothing().returning(ACCOUNTS.c.id)
            number = connection.execute(insert).scalar_one_or_none()
        if number is None:
            raise StoreError(f"the name {account.name!r} is taken - choose another; names of removed accounts stay so")
        return self.get(number)

    def get(self, number: int) -> Account:
        """Return an account by its number.

        Raises
        ------
        StoreError
            If there is none.
        """
        found = self._first(matching(ACCOUNTS, id=number), Account)
        if found is None:
            raise StoreError(f"there is no account {number}")
        return found

    def named(self, name: str) -> Account | None:
        """Return the account of a name, however its letters are written."""
        return self._first(matching(ACCOUNTS, spelling=spelling(name)), Account)

    def of_identity(self, told: str) -> Account | None:
        """Return the account of a person whom an identity provider names."""
        return self._first(matching(ACCOUNTS, identity=told, kind="oidc"), Account)

    def list(self) -> list[Account]:
        """Return all accounts, also removed ones, oldest first."""
        return self._all(sa.select(ACCOUNTS).order_by(ACCOUNTS.c.id), Account)

    def change(self, number: int, at: datetime | None, **fields: Any) -> Account:
        """Change fields of an account and return it; `at` None: nothing that its owner would notice."""
        noted = fields if at is None else {**fields, "changed": at}
        with self._database.write() as connection:
            connection.execute(ACCOUNTS.update().where(ACCOUNTS.c.id == number).values(**noted))
        return self.get(number)

    def failed(self, number: int) -> int:
        """Count a wrong password; return how many there were in a row. Two at once are counted as two."""
        with self._database.write() as connection:
            counted = ACCOUNTS.update().where(ACCOUNTS.c.id == number).values(failures=ACCOUNTS.c.failures + 1)
            return int(connection.execute(counted.returning(ACCOUNTS.c.failures)).scalar_one())


class Sessions(Room):
    """Who is in."""

    def begin(self, session: Session) -> Session:
        """Keep a sign-in."""
        with self._database.write() as connection:
            return self._add(connection, SESSIONS, session)

    def of_key(self, key: str) -> Session | None:
        """Return the session of a token's digest, ended or not."""
        return self._first(matching(SESSIONS, key=key), Session)

    def get(self, number: int) -> tuple[Session, Account] | None:
        """Return a session with its account, None if there is none."""
        both = sa.select(SESSIONS, ACCOUNTS).join(ACCOUNTS, ACCOUNTS.c.id == SESSIONS.c.account)
        with self._database.read() as connection:
            row = connection.execute(both.where(SESSIONS.c.id == number)).one_or_none()
        if row is None:
            return None
        told = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for a row's columns
        session, account = ({c.name: told[c] for c in table.c} for table in (SESSIONS, ACCOUNTS))
        return fact(session, Session), fact(account, Account)

    def open(self, account: int | None = None) -> list[Session]:
        """Return sessions that nobody ended, oldest first; whether their time is over is the reader's to judge."""
        query = matching(SESSIONS, account=account).where(SESSIONS.c.ended.is_(None))
        return self._all(query.order_by(SESSIONS.c.id), Session)

    def touch(self, number: int, at: datetime) -> None:
        """Note that the person did something."""
        with self._database.write() as connection:
            connection.execute(SESSIONS.update().where(SESSIONS.c.id == number).values(seen=at))

    def end(self, account: int, at: datetime, *, only: int | None = None, but: int | None = None) -> int:
        """End the sessions of an account: all, `only` one, or all `but` one; return how many were open."""
        mine = SESSIONS.update().where(SESSIONS.c.account == account, SESSIONS.c.ended.is_(None))
        mine = mine if only is None else mine.where(SESSIONS.c.id == only)
        mine = mine if but is None else mine.where(SESSIONS.c.id != but)
        with self._database.write() as connection:
            return int(connection.execute(mine.values(ended=at)).rowcount)


class Consents(Room):
    """What waits for a second person."""

    def ask(self, consent: Consent) -> Consent:
        """Keep the first person's asking."""
        with self._database.write() as connection:
            return self._add(connection, CONSENTS, consent)

    def waiting(self, since: datetime, action: str | None = None, subject: str | None = None) -> list[Consent]:
        """Return what was asked for since then and not done yet, oldest first."""
        query = matching(CONSENTS, action=action, subject=subject)
        query = query.where(CONSENTS.c.used.is_(None), CONSENTS.c.at >= since)
        return self._all(query.order_by(CONSENTS.c.id), Consent)

    def use(self, number: int, at: datetime) -> bool:
        """Take a consent; False if another was quicker."""
        free = CONSENTS.update().where(CONSENTS.c.id == number, CONSENTS.c.used.is_(None))
        with self._database.write() as connection:
            return connection.execute(free.values(used=at)).rowcount == 1
