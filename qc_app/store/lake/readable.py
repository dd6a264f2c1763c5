"""When rows became readable: the moment at which the log entry that names them came into its place."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from qc_app.store.lake.table import SEQ, Table


def readable_since(table: Table) -> pl.DataFrame:
    """Return `unit_id` and `readable` of every row of a table, in the order of arrival.

    A row's place in the order of arrival names the version that brought it. `readable` is null where the log no longer
    holds that version.
    """
    stored = table.snapshot()
    if stored is None:
        return pl.DataFrame(schema={"unit_id": pl.String, "readable": pl.Datetime("us", "UTC")})
    entries = {
        int(path.stem): datetime.fromtimestamp(path.stat().st_mtime, UTC)
        for path in (table.root / "_delta_log").glob("*.json")
        if path.stem.isdigit()
    }
    log = pl.DataFrame(
        {"version": list(entries), "readable": list(entries.values())},
        schema={"version": pl.Int64, "readable": pl.Datetime("us", "UTC")},
    )
    rows = stored.scan().select("unit_id", SEQ).collect().sort(SEQ)
    versions = rows.select("unit_id", (pl.col(SEQ) // (1 << 32)).alias("version"))
    return versions.join(log, on="version", how="left", maintain_order="left").select("unit_id", "readable")
