"""The night's upkeep of a table: few large files instead of many small ones, and nothing that nobody needs."""

from __future__ import annotations

from deltalake import DeltaTable, PostCommitHookProperties, WriterProperties

from qc_app.store.durable import sync
from qc_app.store.lake.table import CONFIGURATION, ROW_GROUP, Table, telling

TARGET_BYTES = 128 * 1024 * 1024
#: By day: so many files smaller than this are joined; larger ones wait for the night, so that no row is copied often.
LOOSE_FILES = 64
LOOSE_BYTES = 1024 * 1024
#: Hours for which a file is kept that the day's joining put aside: far longer than anybody reads.
DAY_KEEPS_HOURS = 1.0
_QUIET = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


def loose(table: Table) -> bool:
    """Whether a table has so many small files that opening and reading it suffers."""
    seen = table.seen()
    return seen is not None and int((seen.files["size_bytes"] < LOOSE_BYTES).sum()) >= LOOSE_FILES


def tidy(table: Table) -> int:
    """Join the small files of a table that has many, and remove what that put aside an hour ago; return how many."""
    if not loose(table):
        return 0
    before = table.snapshot()
    compact(table, LOOSE_BYTES)
    vacuum(table, DAY_KEEPS_HOURS)
    after = table.snapshot()
    return before.files.height - after.files.height if before and after else 0


def compact(table: Table, target_bytes: int = TARGET_BYTES) -> None:
    """Rewrite small files into large ones, in order of the files, never across the order of arrival of a unit.

    Appends of others never conflict with it: it changes no data.
    """
    with telling(f"compacting {table.root}"):
        before = set(table.root.glob("*.parquet"))
        DeltaTable(table.root).optimize.compact(
            target_size=target_bytes,
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
        _configure(delta)
        gone = delta.vacuum(
            retention_hours=round(keep_hours),
            dry_run=False,
            enforce_retention_duration=False,
            full=True,
            post_commithook_properties=_QUIET,
        )
        DeltaTable(table.root).cleanup_metadata()
        return len(gone)


def _configure(delta: DeltaTable) -> None:
    """Let a table that an older program made keep its log as long as others."""
    there = delta.metadata().configuration
    if any(there.get(key) != value for key, value in CONFIGURATION.items()):
        delta.alter.set_table_properties(dict(CONFIGURATION), raise_if_not_exists=False)
