"""Backups carry everything away, and bring everything back: who did is on record."""

from __future__ import annotations

from pathlib import Path

from qc_app.access import Actor
from qc_app.actions.permission import authorise, record
from qc_app.store import Store


def back_up(store: Store, actor: Actor, path: Path, reason: str = "") -> None:
    """Let a backup be taken, and put on record who took it where; that is in the backup itself.

    Raises
    ------
    NotAllowed
        Below administrator: passwords' digests and keys are in it.
    """
    authorise(store, actor, "back_up", str(path), reason)
    record(store, actor, "back_up", str(path), reason=reason)


def restore_backup(store: Store, actor: Actor, path: Path, of: str = "", reason: str = "") -> None:
    """Put on record, in the restored plant's own trail, from which backup it comes and who restored it.

    Parameters
    ----------
    store : Store
        The restored one.
    actor : Actor
    path : Path
        The backup.
    of : str
        Of which moment it is.
    reason : str

    Raises
    ------
    NotAllowed
        Below administrator.
    """
    authorise(store, actor, "restore_backup", str(path), reason)
    record(store, actor, "restore_backup", str(path), reason=reason, detail={"of": of})
