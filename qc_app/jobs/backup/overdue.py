"""The age of the newest backup is looked at by somebody else than who takes it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from qc_app.jobs.monitoring.alarms import Condition, settle
from qc_app.store import Store
from qc_app.store.backup import newest

KIND = "backup_overdue"
#: One is taken a day; after two days one is missing for certain.
OLDEST = timedelta(days=2)


def look_at_backups(store: Store, folder: Path | None) -> Condition | None:
    """Raise or clear the alarm that the newest backup in the settings' folder is too old; return what is wrong.

    Parameters
    ----------
    store : Store
    folder : Path or None
        None: no backups are taken by day, and none is missed.
    """
    found = None if folder is None else _overdue(store, folder)
    settle(store, "", (KIND,), [found] if found else [], store.clock.now())
    return found


def _overdue(store: Store, folder: Path) -> Condition | None:
    last, history = newest(store.journal, folder), store.journal.plants.history()
    since = last.started if last else history[0].at if history else None
    if since is None or store.clock.now() - since <= OLDEST:
        return None
    words = (
        f"the newest backup in {folder} is of {since:%Y-%m-%d %H:%M} UTC" if last else f"there is no backup in {folder}"
    )
    gone = last is not None and not Path(str(last.numbers["path"])).exists()
    return Condition(KIND, "", "high", f"{words}{', and it is not there any more' if gone else ''}; one is taken a day")
