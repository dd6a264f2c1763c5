"""The audit trail to look at: filtered, and judged."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import polars as pl

from qc_app.language import tr
from qc_app.records import Audit
from qc_app.store import Store
from qc_app.views.recorded import recorded

_COLUMNS = ("id", "at", "author", "role", "action", "subject", "reason", "place", "detail", "before", "after", "digest")
_SCHEMA: dict[str, Any] = dict.fromkeys(_COLUMNS, pl.String) | {"id": pl.Int64, "at": pl.Datetime("us", "UTC")}


@dataclass(frozen=True, slots=True)
class AuditSieve:
    """Which entries are looked for; an empty field lets all pass.

    Parameters
    ----------
    who, action : str
        Of this person; of actions that hold this word.
    text : str
        Entries that hold these words anywhere.
    """

    who: str = ""
    action: str = ""
    text: str = ""

    def lets(self, link: Audit) -> bool:
        """Return whether an entry is among them."""
        anywhere = f"{link.author} {link.action} {link.subject} {link.reason} {link.place} {json.dumps(link.detail)}"
        return (
            (not self.who or link.author.casefold() == self.who.casefold())
            and self.action.casefold().replace("_", " ") in link.action.casefold().replace("_", " ")
            and self.text.casefold() in anywhere.casefold()
        )


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """Whether the trail is whole: how many links, digest of the newest, what is wrong (empty: nothing)."""

    links: int
    digest: str
    wrong: str

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        return self.wrong or tr(
            "whole: {links} entries, each bound to the one before; the newest is {digest}",
            links=self.links,
            digest=self.digest,
        )


def audit_table(store: Store, sieve: AuditSieve | None = None, last: int = 200) -> pl.DataFrame:
    """Return entries, newest first: at most `last` of those that the sieve lets pass."""
    wanted = sieve or AuditSieve()
    links = store.journal.audit.list(last=last if wanted == AuditSieve() else None)
    found = [link for link in reversed(links) if wanted.lets(link)][:last]
    rows = [
        {n: (json.dumps(link.detail) if link.detail else "") if n == "detail" else getattr(link, n) for n in _COLUMNS}
        for link in found
    ]
    return pl.DataFrame(rows, schema=_SCHEMA)


def audit_verdict(store: Store, known: str = "", export: bytes = b"") -> AuditVerdict:
    """Walk the chain and judge it.

    Parameters
    ----------
    store : Store
    known : str
        Digest of an entry that was written down elsewhere.
    export : bytes
        An earlier export; every entry of it must still be there.
    """
    wrong = recorded(store.journal.audit.verify(known) or "") or _missing(store, export)
    links, digest = store.journal.audit.head()
    return AuditVerdict(links, digest, wrong or "")


def _missing(store: Store, export: bytes) -> str | None:
    if not export.strip():
        return None
    have = {link.digest for link in store.journal.audit.list()}
    for number, line in enumerate(export.splitlines(), 1):
        try:
            told = json.loads(line)
            digest, entry = told["digest"], told["id"]
        except (ValueError, KeyError, TypeError):
            return tr(
                "line {line} of the export is no entry of an audit trail - name a file of `qc audit export`",
                line=number,
            )
        if digest not in have:
            return tr(
                "entry {entry} of the export is not in the trail any more: it was changed or removed since",
                entry=str(entry),
            )
    return None
