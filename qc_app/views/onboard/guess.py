"""From a source that nobody described to a first draft: read a sample, guess, leave the rest to the person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import polars as pl

from data_connectors.base import Sampled
from data_connectors.catalog import make_connector
from data_connectors.errors import ConnectorError
from data_connectors.guessing import Guess, decimal_of, guess_columns, guess_layout
from data_connectors.schema import Source
from qc_app.errors import ActionError
from qc_app.store import Store
from qc_app.views.onboard.draft import QUALITY, SET, UNUSED, Chosen, Draft, at_once

_HEAD = 65_536
_TEXTS = {".csv", ".tsv", ".txt"}


def layout_of(folder: Path) -> dict[str, Any]:
    """Guess encoding and separator from the newest text file of a folder; nothing where there is none.

    Raises
    ------
    ActionError
        If the folder is not there, or cannot be read.
    """
    try:
        files = [p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".")]
        texts = sorted((p for p in files if p.suffix.lower() in _TEXTS), key=lambda p: p.stat().st_mtime)
        if not texts:
            return {}
        with texts[-1].open("rb") as file:
            found = guess_layout(file.read(_HEAD))
    except OSError as error:
        raise ActionError(f"folder {folder} cannot be read ({error.strerror}) - check path and rights") from None
    return {"encoding": found.encoding, "separator": found.separator}


def raw_sample(store: Store, kind: str, settings: Mapping[str, Any], rows: int = 1000) -> pl.DataFrame:
    """Return the first rows of a source as they come.

    Raises
    ------
    ActionError
        If it cannot be read, or nothing is there yet.
    """
    probe = at_once(Source("the source", kind, "the stage", settings=settings))
    try:
        connector = make_connector(probe, store.clock.now)
        try:
            if not isinstance(connector, Sampled):
                raise ActionError(
                    f"a source of kind {kind!r} cannot show rows before it is described - write it into the plant file"
                )
            frame = connector.sample(rows)
        finally:
            connector.close()
    except ConnectorError as error:
        raise ActionError(str(error)) from None
    if not frame.width or not frame.height:
        raise ActionError("no complete file or row is there yet - put one there, then try again")
    return frame


def guessed(draft: Draft, frame: pl.DataFrame, store: Store, zone: str) -> Draft:
    """Return the draft with what a sample says: who names the unit, when it was, what is a number, in which unit.

    Parameters
    ----------
    draft : Draft
        With its source.
    frame : polars.DataFrame
        A sample as delivered.
    store : Store
        Its clock says which times lie in the future.
    zone : str
        Of the plant's clocks: for times that name none.
    """
    decimal: Literal[".", ","] = "," if decimal_of(frame) == "," else "."
    found = guess_columns(frame, store.clock.now(), decimal)
    time = next((g for g in found if g.role == "time"), None)
    unit = next((g for g in found if g.role == "unit"), time)
    settings = {key: value for key, value in draft.settings.items() if key != "time_format"}
    if time is not None and time.time_format:
        settings["time_format"] = time.time_format
    return replace(
        draft,
        settings=settings,
        unit_column=unit.column if unit else "",
        time_column=time.column if time else "",
        zone=zone if time is not None and time.naive else "",
        decimal=decimal,
        columns=tuple(_chosen(g) for g in found),
    )


def _chosen(guess: Guess) -> Chosen:
    use = SET if guess.role == "number" else QUALITY if guess.role == "quality" else UNUSED
    why, example = guess.why, guess.example
    return Chosen(guess.column, use, guess.name, guess.unit, of=guess.of, why=why, example=example)
