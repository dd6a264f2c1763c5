"""The audit trail: who did what, when and why; each link holds the digest of the one before."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from qc_app.records import Audit
from qc_app.store.journal.columns import METADATA, identity, microseconds, moment, numbers, plain, text
from qc_app.store.journal.room import Room, fact, newest

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
)
Found = list[Audit]


class AuditTrail(Room):
    """A chain that only grows; a changed or missing link shows."""

    def write(  # noqa: PLR0917 - the contract's order
        self, at: datetime, author: str, role: str, action: str, subject: str, reason: str, detail: Mapping[str, Any]
    ) -> Audit:
        """Add a link and return it."""
        with self._database.write() as connection:
            last = connection.execute(sa.select(AUDIT.c.digest).order_by(AUDIT.c.id.desc()).limit(1))
            previous = last.scalar_one_or_none() or ""
            link = Audit(at, author, role, action, subject, reason, plain(detail), previous, "")
            return self._add(connection, AUDIT, dataclasses.replace(link, digest=digest_of(link)))

    def list(self, last: int | None = None) -> Found:
        """Return links, oldest first; with `last` only the newest so many."""
        return self._all(newest(sa.select(AUDIT), AUDIT, last), Audit)

    def verify(self) -> str | None:
        """Walk the chain and return what is wrong with its first broken link, None if it is whole."""
        previous, number = "", 0
        with self._database.read() as connection:
            for row in connection.execute(sa.select(AUDIT).order_by(AUDIT.c.id)).mappings():
                link = fact(row, Audit)
                told = f"audit entry {link.id} ({link.action} by {link.author} at {link.at.isoformat()})"
                if link.previous != previous:
                    return f"{told} does not follow entry {number}: an entry between them is missing or was changed"
                if link.digest != digest_of(link):
                    return f"{told} was changed after it was written"
                previous, number = link.digest, link.id or 0
        return None


def digest_of(link: Audit) -> str:
    """Return the SHA-256 over a link's content and the digest of the link before it."""
    parts = [microseconds(link.at), link.author, link.role, link.action, link.subject, link.reason, link.previous]
    content = json.dumps([*parts, plain(link.detail)], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(content.encode()).hexdigest()
