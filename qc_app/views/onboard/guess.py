"""From a source that nobody described to a first draft: read a sample, guess, leave the rest to the person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Literal

import polars as pl

from data_connectors.base import Column, Offer, Offering, Sampled
from data_connectors.catalog import is_live, make_connector
from data_connectors.columns import unnamed
from data_connectors.errors import ConnectorError
from data_connectors.file_folder.excel import Sheet, sheets_of
from data_connectors.file_folder.options import Options
from data_connectors.file_folder.pieces import Unreadable
from data_connectors.guessing import Guess, decimal_of, guess_columns, guess_layout, guess_unit, plain_name
from data_connectors.names import listed
from data_connectors.rows.verdict_words import bad_words
from data_connectors.schema import Source
from qc_app.errors import ActionError
from qc_app.store import Store
from qc_app.views.onboard.draft import ARRIVAL, EACH, QUALITY, SET, TWO, UNUSED, Chosen, Draft, at_once

_HEAD = 65_536
MOST_TAGS = 500
_TEXTS = {".csv", ".tsv", ".txt"}
_BOOKS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}


def layout_of(folder: Path, sheet: str = "") -> dict[str, Any]:
    """Guess encoding, separator, sheet and line of headings from the newest file of a folder; nothing where none is.

    Parameters
    ----------
    folder : pathlib.Path
    sheet : str
        That a person chose of a workbook.

    Raises
    ------
    ActionError
        If the folder is not there, or cannot be read.
    """
    try:
        files = [p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".")]
        tables = sorted((p for p in files if p.suffix.lower() in {*_TEXTS, *_BOOKS}), key=lambda p: p.stat().st_mtime)
        if not tables:
            return {}
        with tables[-1].open("rb") as file:
            return _of_text(file) if tables[-1].suffix.lower() in _TEXTS else _of_book(file, sheet)
    except OSError as error:
        raise ActionError(f"folder {folder} cannot be read ({error.strerror}) - check path and rights") from None


def _of_text(file: BinaryIO) -> dict[str, Any]:
    found = guess_layout(file.read(_HEAD))
    return {"encoding": found.encoding, "separator": found.separator} | _heading(found.heading)


def _of_book(file: BinaryIO, sheet: str) -> dict[str, Any]:
    sheets = sheets_in(file)
    chosen = next((s for s in sheets if s.name == sheet), next(iter(sheets), None))
    if chosen is None:
        return {}
    return ({"sheet": chosen.name} if len(sheets) > 1 else {}) | _heading(chosen.heading)


def _heading(line: int) -> dict[str, Any]:
    return {"heading_line": line} if line > 1 else {}


def sheets_in(file: BinaryIO) -> list[Sheet]:
    """Return the sheets of a workbook that hold anything, the largest first; nothing where it cannot be read."""
    try:
        return sheets_of(file, Options(Path()))
    except Unreadable:
        return []  # whoever reads it says why, with its name


def looked_at(store: Store, source: Source, rows: int = 1000) -> Offer:
    """Return what a source offers: rows as they come, or the tags that it has.

    Raises
    ------
    ActionError
        If it cannot be read, or nothing is there yet.
    """
    try:
        connector = make_connector(at_once(source), store.clock.now)
        try:
            if isinstance(connector, Offering):
                found = connector.offer(rows)
            elif isinstance(connector, Sampled):
                found = Offer((), connector.sample(rows))
            else:
                raise ActionError(
                    f"a source of kind {source.kind!r} cannot show rows before it is described"
                    " - write it into the plant file"
                )
        finally:
            connector.close()
    except ConnectorError as error:
        raise ActionError(str(error)) from None
    heads = found.messages.columns
    if unnamed(heads):
        raise ActionError(f"the first line holds values ({listed(heads)}) - it must name the columns: write them above")
    if found.columns or found.messages.height:
        return found
    if heads:
        raise ActionError(
            f"no row fits the headings {listed(heads)} - the first line must name the columns: remove what stands above"
            " them; if the table is empty, wait for its first row"
        )
    if is_live(source.kind):
        raise ActionError("nothing was told within some seconds - check what is subscribed to, or wait and try again")
    raise ActionError("no complete file or row is there yet - put one there, then try again")


def described(draft: Draft, offer: Offer, store: Store, zone: str, only: str = "") -> Draft:
    """Return the draft with what a source offers; of tags those whose name holds one of the words of `only`.

    Raises
    ------
    ActionError
        If too many tags are left to be looked through, or none.
    """
    draft = replace(draft, live=is_live(draft.kind), by_tag=not offer.messages.width)
    if draft.by_tag:
        return replace(draft, unit_column=EACH, time_column=ARRIVAL, zone="", columns=_tags(offer.columns, only))
    made = guessed(draft, offer.messages, store, zone)
    if not draft.live:
        return made
    time = made.time_column or ARRIVAL
    return replace(made, time_column=time, unit_column=made.unit_column or time)


def _tags(columns: tuple[Column, ...], only: str) -> tuple[Chosen, ...]:
    words = [word.strip().casefold() for word in only.split(",") if word.strip()]
    wanted = [c for c in columns if not words or any(w in f"{c.name} {c.label}".casefold() for w in words)]
    if not wanted:
        raise ActionError(f"none of the {len(columns):,} tags holds {only!r} in its name - correct Only tags with")
    if len(wanted) > MOST_TAGS:
        raise ActionError(
            f"there are {len(wanted):,} tags, more than {MOST_TAGS} cannot be looked through here - narrow them with"
            " Only tags with, or a setting such as root or topics"
        )
    chosen: list[Chosen] = []
    for column in wanted:
        name = plain_name(column.label or _tail(column.name), {c.name for c in chosen})
        unit = guess_unit(f"{name} [{column.unit}]")[1] if column.unit else ""
        use = SET if column.dtype.startswith("number") else UNUSED
        chosen.append(Chosen(column.name, use, name, unit, why=column.dtype, example=column.example))
    return tuple(chosen)


def named(draft: Draft, names: Mapping[str, str]) -> Draft:
    """Return the draft with the names that a person gave columns when they were listed.

    Parameters
    ----------
    draft : Draft
    names : mapping of str to str
        Name -> column.
    """
    called = {column: name for name, column in names.items()}
    columns = tuple(replace(c, name=plain_name(called.get(c.column, c.name))) for c in draft.columns)
    return replace(draft, columns=columns) if called else draft


def _tail(tag: str) -> str:
    """Return the last part of a tag: of an address, a path or a topic."""
    return re.split(r"[/\\#;=]", tag)[-1] or tag


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
    verdict = len(guess.kinds) == 2 and (use == UNUSED or set(guess.kinds) in TWO)
    return Chosen(guess.column, use, guess.name, guess.unit, binary=verdict, kinds=guess.kinds,
                  bad=tuple(bad_words(guess.kinds)), of=guess.of, why=why, example=example)  # fmt: skip
