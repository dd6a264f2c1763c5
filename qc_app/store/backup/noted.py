"""Backups as the journal knows them: a run each, which says where it lies and how large it is."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from qc_app.records import Run
from qc_app.store.backup.writing import TAR
from qc_app.store.durable import safe_key
from qc_app.store.home import Store
from qc_app.store.journal import Journal

JOB = "backup"
_LAST = 200


def start_of(store: Store) -> str:
    """Return how the names begin of backups of this plant's folder that are named by date."""
    return f"{safe_key(str(store.home))}-"


def dated(store: Store) -> str:
    """Return the name of a backup that is taken now: a folder, which shares what has not changed with those before."""
    return f"{start_of(store)}{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"


def there(store: Store, folder: Path) -> list[Path]:
    """Return the backups of this plant's folder in `folder` that were named by date, oldest first."""
    named = re.compile(re.escape(start_of(store)) + rf"\d{{8}}T\d{{6}}\.\d{{6}}Z({re.escape(TAR)})?")
    return sorted(path for path in folder.glob(f"{start_of(store)}*") if named.fullmatch(path.name))


def newest(journal: Journal, folder: Path | None = None) -> Run | None:
    """Return the run of the newest backup that is whole (in `folder`, if one is named), None if there is none."""
    runs = [run for run in journal.runs.list(job=JOB, last=_LAST) if run.status == "done"]
    if folder is not None:
        runs = [run for run in runs if Path(str(run.numbers.get("path", ""))).parent == folder.absolute()]
    return max(runs, key=lambda run: run.started, default=None)
