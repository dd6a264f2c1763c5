"""The definition of the plant through time: its versions, one of them, and what changed between two."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import polars as pl

from qc_app.errors import ActionError, PlantError
from qc_app.language import tr
from qc_app.plant import Plant, difference, parse, shortened, version_in, write_sheet
from qc_app.records import PlantVersion
from qc_app.store import Store, changed_meanwhile
from qc_app.views.recorded import recorded

_SCHEMA: dict[str, Any] = {
    "version": pl.Int64,
    "at": pl.Datetime("us", "UTC"),
    "author": pl.String,
    "reason": pl.String,
    "stages": pl.Int64,
    "changes": pl.Int64,
    "what": pl.String,
}


def plant_versions(store: Store) -> pl.DataFrame:
    """Return every definition that was ever in force, the newest first.

    Returns
    -------
    polars.DataFrame
        ``version, at, author, reason, stages, changes`` (how many) and ``what`` (the first of them, in words).
    """
    history = store.journal.plants.history()
    plants = [_read(version) for version in history]
    said = [[tr("the first definition")], *(_between(old, new) for old, new in pairwise(plants))]
    rows = [
        (v.id, v.at, v.author, v.reason, len(plant.stages) if plant else None, len(words), words[0] if words else "")
        for v, plant, words in zip(history, plants, said, strict=False)
    ]
    return pl.DataFrame(rows[::-1], schema=_SCHEMA, orient="row")


def stage_sheet(plant: Plant) -> bytes:
    """Return the stages of a plant as a sheet to download."""
    return ("\ufeff" + write_sheet(plant)).encode()


def plant_version(store: Store, number: int) -> PlantVersion:
    """Return one version.

    Raises
    ------
    ActionError
        If there is none with this number.
    """
    found = store.journal.plants.get(number)
    if found is None:
        raise ActionError(f"the plant has no version {number} - `qc plant history` lists them")
    return found


def changes_between(store: Store, first: int, second: int) -> list[str]:
    """Return what changed from one version to another, in sentences."""
    old, new = (parse(plant_version(store, n).definition, f"version {n}") for n in (first, second))
    return difference(old, new)


def others_since(store: Store, text: str, author: str) -> str:
    """Return what to say if somebody else changed the plant since a file was exported, else an empty text.

    Parameters
    ----------
    store : Store
    text : str
        The file, with the version that `qc export` wrote on its first line, or without.
    author : str
        Whose file it is: what they changed themselves is no news to them.
    """
    exported = version_in(text)
    if exported is None:
        return ""
    newer = [v for v in store.journal.plants.history() if (v.id or 0) > exported and v.author != author]
    return changed_meanwhile(newer[-1], exported) if newer else ""


def _read(version: PlantVersion) -> Plant | None:
    try:
        return parse(version.definition, f"version {version.id}")
    except PlantError:
        return None


def _between(old: Plant | None, new: Plant | None) -> list[str]:
    if old is None or new is None:
        return [tr("a version that this program cannot read")]
    return [recorded(line) for line in shortened(difference(old, new))]
