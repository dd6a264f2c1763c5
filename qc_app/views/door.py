"""The way in: the plant's folder opened for reading and acting."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from qc_app.plant import Plant, parse
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


def plant_now(store: Store) -> Plant | None:
    """Return the plant as it is defined now, None before the first definition."""
    version = store.journal.plants.current()
    return None if version is None else _parsed(version.digest, version.definition)


@lru_cache(maxsize=8)
def _parsed(digest: str, definition: str) -> Plant:
    """Parse once a version: a plant of a thousand stages takes a while to read."""
    del digest
    return parse(definition, where="the journal")
