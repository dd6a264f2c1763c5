"""Certificates of OPC UA as people decide about them: whose, in which state, until when."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
from polars.datatypes import DataTypeClass

from data_connectors.pki.trust import Known, known
from qc_app.language import ntr, tr
from qc_app.plant import Plant
from qc_app.store import Store, trust_folders

SCHEMA: dict[str, pl.DataType | DataTypeClass] = {
    "used_by": pl.String, "state": pl.String, "subject": pl.String, "thumbprint": pl.String,
    "until": pl.Datetime("us", "UTC"), "left": pl.String, "path": pl.String,
}  # fmt: skip


def certificates_table(store: Store, plant: Plant) -> pl.DataFrame:
    """Return a row a certificate: who uses it, its state, subject, thumbprint, end, what is left, and its file."""
    now = store.clock.now()
    rows = [_row(whose, one, now) for folder, whose in trust_folders(store, plant).items() for one in known(folder)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def pending_certificates(folder: Path) -> list[Known]:
    """Return the certificates of a folder about which nobody has decided."""
    return [one for one in known(folder) if one.state == "pending" and one.thumbprint]


def _row(whose: str, one: Known, now: datetime) -> tuple[object, ...]:
    days = None if one.until is None else (one.until - now).days
    left = "" if days is None else tr("ended") if days < 0 else ntr("{n} day", "{n} days", days)
    return (whose, one.state, one.subject, one.thumbprint, one.until, left, str(one.path))
