"""The plant as it is defined now."""

from __future__ import annotations

from functools import lru_cache

from qc_app.plant import Plant, parse
from qc_app.store.home import Store


def plant_in_force(store: Store) -> Plant | None:
    """Return the plant as it is defined now, None before the first definition."""
    version = store.journal.plants.current()
    return None if version is None else _parsed(version.digest, version.definition)


@lru_cache(maxsize=8)
def _parsed(digest: str, definition: str) -> Plant:
    """Parse once a version: a plant of a thousand stages takes a while to read."""
    del digest
    return parse(definition, where="the journal")
