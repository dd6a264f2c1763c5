"""The audit trail: who did what, when, from where and why; each link holds the digest of the one before.

A changed, missing or moved link breaks the chain. The head, written in the same transaction as each link, shows that
links were cut off the end; who can also rewrite the head is found by a digest kept elsewhere (`verify` with `known`).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from qc_app.logs import escaped
from qc_app.records import Audit
from qc_app.store.journal.base.columns import (
    METADATA,
    identity,
    microseconds,
    moment,
    numbers,
    plain,
    text,
    visible,
    whole,
)
from qc_app.store.journal.base.room import Room, fact, newest

AUDIT = sa.Table(
    "audit",
    METADATA,
    identity(),
    moment("at"),
    text("author"),
    text("role"),
    text("action"),
    text("subject"),
    text("reason"),
    numbers("detail"),
    text("previous"),
    text("digest"),
    text("place", server_default=""),
    text("before", server_default=""),
    text("after", server_default=""),
)
HEAD = sa.Table(
    "audit_head",
    METADATA,
    sa.Column("id", sa.Integer(), primary_key=True),
    whole("links"),
    text("digest"),
    sa.CheckConstraint("id = 1", name="single"),
)
Found = list[Audit]


class AuditTrail(Room):
    """A chain that only grows; a changed or missing link shows."""

    def write(  # noqa: PLR0917 - the contract's order
        self,
        at: datetime,
        author: str,
        role: str,
        action: str,
        subject: str,
        reason: str,
        detail: Mapping[str, Any],
        *,
        place: str = "",
        before: str = "",
        after: str = "",
    ) -> Audit:
        """Add a link and return it; control characters are written out, so that no entry can forge another."""
        author, role, action, subject, reason = (_line(words) for words in (author, role, action, subject, reason))
        with self._database.write() as connection:
            last = connection.execute(sa.select(AUDIT.c.digest).order_by(AUDIT.c.id.desc()).limit(1))
            previous = last.scalar_one_or_none() or ""
            told = (author, role, action, subject, reason, plain(detail), previous)
            link = Audit(at, *told, digest="", place=_line(place), before=before, after=after)
            kept = self._add(connection, AUDIT, dataclasses.replace(link, digest=digest_of(link)))
            connection.execute(HEAD.update().values(links=HEAD.c.links + 1, digest=kept.digest))
            return kept

    def list(self, last: int | None = None) -> Found:
        """Return links, oldest first; with `last` only the newest so many."""
        return self._all(newest(sa.select(AUDIT), AUDIT, last), Audit)

    def head(self) -> tuple[int, str]:
        """Return how many links there are and the digest of the newest: what to keep elsewhere."""
        with self._database.read() as connection:
            return _head(connection)

    def verify(self, known: str = "") -> str | None:
        """Walk the chain and return what is wrong with its first broken link, None if it is whole.

        Parameters
        ----------
        known : str
            Digest of a link that was written down elsewhere; it must still be in the chain. Finds what nothing in the
            database can show: a trail that was rewritten as a whole.
        """
        previous, number, links, met = "", 0, 0, not known
        with self._database.read() as connection:
            for row in connection.execute(sa.select(AUDIT).order_by(AUDIT.c.id)).mappings():
                link = fact(row, Audit)
                if wrong := _wrong(link, previous, number):
                    return wrong
                previous, number, links, met = link.digest, link.id or 0, links + 1, met or link.digest == known
            written, digest = _head(connection)
        if (links, previous) != (written, digest):
            return (
                f"the audit trail was cut: it ends with entry {number} after {links} links, and its head, written with"
                f" the newest, tells of {written}"
            )
        return None if met else f"no entry has the digest {known[:16]}… any more: the audit trail was written anew"


def digest_of(link: Audit) -> str:
    """Return the SHA-256 over a link's content and the digest of the link before it.

    Links of programs that did not know place, before and after have none of them, and their content ends earlier.
    """
    parts = [microseconds(link.at), link.author, link.role, link.action, link.subject, link.reason, link.previous]
    later = [link.place, link.before, link.after]
    content = json.dumps(
        [*parts, plain(link.detail), *(later if any(later) else [])], sort_keys=True, ensure_ascii=True
    )
    return hashlib.sha256(content.encode()).hexdigest()


def _wrong(link: Audit, previous: str, number: int) -> str | None:
    told = f"audit entry {link.id} ({link.action} by {link.author} at {link.at.isoformat()})"
    if link.digest != digest_of(link):
        return f"{told} was changed after it was written"
    if link.previous != previous:
        return f"{told} does not follow entry {number}: an entry between them is missing, was moved or was changed"
    return None


def _head(connection: Connection) -> tuple[int, str]:
    row = connection.execute(sa.select(HEAD.c.links, HEAD.c.digest)).one_or_none()
    return (int(row.links), row.digest) if row else (0, "")


def _line(words: str) -> str:
    return escaped(visible(words))
