"""The night's upkeep of a table: few large files instead of many small ones, and nothing that nobody needs."""

from __future__ import annotations

from deltalake import DeltaTable, PostCommitHookProperties, WriterProperties

from qc_app.store.durable import sync
from qc_app.store.lake.table import ROW_GROUP, Table, telling

TARGET_BYTES = 128 * 1024 * 1024
_QUIET = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


def compact(table: Table) -> None:
    """Rewrite small files into large ones, in order of the files, never across the order of arrival of a unit.

    Appends of others never conflict with it: it changes no data.
    """
    with telling(f"compacting {table.root}"):
        before = set(table.root.glob("*.parquet"))
        DeltaTable(table.root).optimize.compact(
            target_size=TARGET_BYTES,
            max_concurrent_tasks=1,
            writer_properties=WriterProperties(compression="ZSTD", compression_level=1, max_row_group_size=ROW_GROUP),
            post_commithook_properties=_QUIET,
        )
        for path in set(table.root.glob("*.parquet")) - before:
            sync(path)
        sync(table.root)
        table.checkpoint()


def vacuum(table: Table, keep_hours: float) -> int:
    """Remove data files that the table has not named for `keep_hours`, and expired log entries.

    Files of killed writers, which no version ever named, go once they are that old; a file of a commit under
    way is younger, so keep at least the longest commit.
    """
    with telling(f"clearing {table.root}"):
        delta = DeltaTable(table.root)
        gone = delta.vacuum(
            retention_hours=round(keep_hours),
            dry_run=False,
            enforce_retention_duration=False,
            full=True,
            post_commithook_properties=_QUIET,
        )
        DeltaTable(table.root).cleanup_metadata()
        return len(gone)
