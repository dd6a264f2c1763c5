"""Tokens of programs that come in over HTTP, and the replies kept for those that ask twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from qc_app.records import ApiToken, Reply
from qc_app.store.journal.base.columns import METADATA, identity, moment, numbers, text, whole
from qc_app.store.journal.base.room import Room, fact, matching, values

TOKENS = sa.Table(
    "api_tokens",
    METADATA,
    identity(),
    text("key", unique=True),
    text("name"),
    text("digest"),
    text("role"),
    numbers("scopes"),
    text("author"),
    moment("created"),
    moment("expires"),
    whole("per_minute"),
    moment("revoked", optional=True),
    moment("last_used", optional=True),
)
REPLIES = sa.Table(
    "api_replies",
    METADATA,
    sa.Column("token", sa.Text(), primary_key=True),
    sa.Column("key", sa.Text(), primary_key=True),
    text("digest"),
    moment("at"),
    moment("began"),
    whole("status"),
    numbers("body"),
)
sa.Index("ix_api_replies_began", REPLIES.c.began)
Found = list[ApiToken]


class Tokens(Room):
    """Who may come in; nothing is deleted, a revoked token stays on record."""

    def add(self, token: ApiToken) -> ApiToken:
        """Store a token and return it with its number."""
        with self._database.write() as connection:
            return self._add(connection, TOKENS, token)

    def list(self) -> Found:
        """Return all tokens, oldest first."""
        return self._all(sa.select(TOKENS).order_by(TOKENS.c.id), ApiToken)

    def revoke(self, key: str, at: datetime) -> None:
        """Let a token no longer in."""
        with self._database.write() as connection:
            connection.execute(TOKENS.update().where(TOKENS.c.key == key).values(revoked=at))

    def used(self, moments: Mapping[str, datetime]) -> None:
        """Note when tokens were used last, by key."""
        with self._database.write() as connection:
            for key, at in moments.items():
                connection.execute(TOKENS.update().where(TOKENS.c.key == key).values(last_used=at))


class Replies(Room):
    """One row a token and idempotency key."""

    def claim(self, reply: Reply, stale: datetime) -> tuple[Reply, bool]:
        """Begin the work for a key, or return what is known of it.

        Parameters
        ----------
        reply : Reply
            As it would be if nobody had asked before.
        stale : datetime
            Who began before and has not replied is dead: the work may begin again.

        Returns
        -------
        reply : Reply
            The one that stands; its `at` is that of the first time.
        mine : bool
            Whether the caller is to do the work.
        """
        mine = (REPLIES.c.token == reply.token, REPLIES.c.key == reply.key)
        with self._database.write() as connection:
            row = connection.execute(sa.select(REPLIES).where(*mine)).mappings().one_or_none()
            if row is None:
                connection.execute(REPLIES.insert().values(values(reply)))
                return reply, True
            found = fact(row, Reply)
            again = found.status == 0 and found.began < stale and found.digest == reply.digest
            if again:
                connection.execute(REPLIES.update().where(*mine).values(began=reply.began))
        return found, again

    def keep(self, token: str, key: str, status: int, body: Mapping[str, Any]) -> None:
        """Keep what was answered."""
        mine = (REPLIES.c.token == token, REPLIES.c.key == key)
        with self._database.write() as connection:
            connection.execute(REPLIES.update().where(*mine).values(status=status, body=dict(body)))

    def free(self, token: str, key: str) -> None:
        """Forget a key of which nothing was done."""
        with self._database.write() as connection:
            connection.execute(REPLIES.delete().where(REPLIES.c.token == token, REPLIES.c.key == key))

    def forget(self, before: datetime) -> int:
        """Forget the replies of work that began earlier; return how many."""
        with self._database.write() as connection:
            return int(connection.execute(REPLIES.delete().where(REPLIES.c.began < before)).rowcount)

    def get(self, token: str, key: str) -> Reply | None:
        """Return what is known of a key."""
        return self._first(matching(REPLIES, token=token, key=key), Reply)
