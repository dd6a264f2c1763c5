"""The way in: the plant's folder opened for reading and acting."""

from __future__ import annotations

from pathlib import Path

from qc_app.settings import Settings
from qc_app.store import Store, open_store


def enter(home: Path) -> Store:
    """Open the store of a home folder.

    Raises
    ------
    StoreError
        If there is none at `home`.
    """
    return open_store(Settings.load(home))
