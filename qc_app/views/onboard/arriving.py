"""Results that arrive in a folder of their own: what stands in its files, and which column holds which result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from data_connectors.file_folder.exports.text import bare
from data_connectors.names import nearest
from data_connectors.schema import Source
from qc_app.errors import ActionError
from qc_app.store import Store
from qc_app.views.onboard.asked import folder_source
from qc_app.views.onboard.draft import MEASURED, SET, UNUSED, Chosen, Draft
from qc_app.views.onboard.guess import guessed, layout_of, looked_at


def results_source(path: str, pattern: str) -> Source:
    """Return a folder as a source, its layout guessed from the newest file.

    Raises
    ------
    ActionError
        If no folder is named, or it cannot be read.
    """
    if not path.strip():
        raise ActionError("no folder was named - give its path on the server")
    more = {} if pattern.strip() in {"", "*"} else {"pattern": pattern.strip()}
    return folder_source({"path": path.strip(), **more, **layout_of(Path(path.strip()))})


def with_arriving(draft: Draft, source: Source, store: Store, zone: str) -> Draft:
    """Return the draft with the folder in which the owed results arrive, each with the column that seems to hold it.

    Raises
    ------
    ActionError
        If it cannot be read, nothing is there yet, or no column can be a result.
    """
    offer = looked_at(store, source)
    read = guessed(Draft(draft.stage, draft.line, source.kind, source.settings), offer.messages, store, zone)
    free = [c for c in read.columns if c.column not in {read.unit_column, read.time_column}]
    may_be = [c for c in free if c.use == SET or (c.use == UNUSED and c.kinds)]
    if not may_be:
        raise ActionError("no column of these files holds numbers or a few words - is it the right folder?")
    read = replace(read, columns=tuple(replace(c, use=UNUSED) if c.use == SET else c for c in read.columns))
    taken: dict[str, str] = {}
    for owed in draft.owed:
        left = [c.column for c in may_be if c.column not in taken.values()]
        found = _alike(owed.name, left) or (left[0] if len(may_be) == len(draft.owed) == 1 else "")
        if found:
            taken[owed.name] = found
    return in_columns(replace(draft, arriving=read), taken)


def in_columns(draft: Draft, places: Mapping[str, str]) -> Draft:
    """Return the draft with each owed result in the column that `places` (name -> column) tells of it."""
    if draft.arriving is None:
        return draft
    columns = {c.column: c for c in draft.arriving.columns}
    owed = tuple(_told_by(one, columns[places[one.name]]) if places.get(one.name) else one for one in draft.owed)
    return replace(draft, owed=owed, arriving=replace(draft.arriving, places=dict(places)))


def may_hold(arriving: Draft) -> list[str]:
    """Return the columns that may hold a result: numbers, or a few words."""
    own = {arriving.unit_column, arriving.time_column}
    return [c.column for c in arriving.columns if c.column not in own and c.use in {UNUSED, MEASURED}]


def _alike(name: str, columns: list[str]) -> str:
    """Return the column that is called like a result, units and punctuation aside."""
    same = next((c for c in columns if bare(c) == bare(name) or bare(c).startswith(bare(name))), "")
    return same or nearest(name, columns) or ""


def _told_by(owed: Chosen, column: Chosen) -> Chosen:
    """Return an owed result with what its column shows: its unit, an example, words instead of numbers."""
    if owed.example == column.example and owed.kinds == column.kinds:
        return owed
    return replace(owed, unit=owed.unit or column.unit, example=column.example, kinds=column.kinds,
                   binary=column.binary, bad=column.bad)  # fmt: skip
