"""Accounts and who is in, for the administrator."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl

from qc_app.store import Store

_TIME = pl.Datetime("us", "UTC")
_SCHEMA: dict[str, Any] = {
    "name": pl.String,
    "role": pl.String,
    "kind": pl.String,
    "state": pl.String,
    "sessions": pl.Int64,
    "last_seen": _TIME,
    "made": _TIME,
}


def accounts_table(store: Store, now: datetime | None = None) -> pl.DataFrame:
    """Return accounts in the order of their names; removed ones are left out.

    A state beside active and disabled: ``invited`` (has a one-time code), ``code_over``, ``locked`` (waits after
    wrong passwords).
    """
    at = now or datetime.now(UTC)
    rows = []
    for account in store.journal.accounts.list():
        if account.state == "removed":
            continue
        mine = [s for s in store.journal.sessions.open(account.id) if s.ends > at]
        state: str = account.state
        if state == "active" and account.locked_until is not None and account.locked_until > at:
            state = "locked"
        elif state == "active" and account.code_until is not None:
            state = "invited" if account.code_until > at else "code_over"
        seen = max((s.seen for s in mine), default=None)
        rows.append((account.name, account.role, account.kind, state, len(mine), seen, account.made))
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row").sort("name")
