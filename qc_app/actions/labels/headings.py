"""Which column of a table of results is what, where nobody agreed on headings: by what stands in it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from datetime import UTC, datetime

import polars as pl

from data_connectors.guessing import Guess, decimal_of, guess_columns, plain_name
from data_connectors.rows.verdict_words import bad_words

_ALIKE = 0.6
_LAST = datetime(2100, 1, 1, tzinfo=UTC)  # a time to come is judged where results are checked, not here


def guessed_places(rows: Sequence[Sequence[str]], characteristic: str) -> dict[str, int]:
    """Return where unit, value and time stand in a table with a line of headings; nothing where it is not plain.

    Parameters
    ----------
    rows : sequence of sequences of str
        The line of headings, and at least one below it.
    characteristic : str
        The result that is looked for: of several columns of numbers the one called like it is its own.

    Examples
    --------
    >>> guessed_places([["Probe", "Ra [um]", "Rz [um]"], ["P1", "0,8", "4,1"], ["P2", "0,9", "4,4"]], "Rz")
    {'unit': 0, 'value': 2}
    >>> guessed_places([["Probe", "Ra [um]", "Rz [um]"], ["P1", "0,8", "4,1"], ["P2", "0,9", "4,4"]], "hardness")
    {}
    """
    names = [name.strip() or f"column_{n}" for n, name in enumerate(rows[0], 1)]
    if len(set(names)) < len(names):
        return {}
    cells = [[cell.strip() or None for cell in (*row, *[""] * len(names))[: len(names)]] for row in rows[1:]]
    frame = pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String), orient="row")
    found = guess_columns(frame, _LAST, decimal_of(frame))
    unit = next((g.column for g in found if g.role == "unit"), None)
    value = _value(found, characteristic)
    if unit is None or value is None:
        return {}
    times = [g.column for g in found if g.role == "time"]
    named = {"unit": unit, "value": value} | ({"time": times[0]} if times else {})
    return {field: names.index(column) for field, column in named.items()}


def _value(found: list[Guess], characteristic: str) -> str | None:
    """Return the column of results: the only one with numbers or verdicts, or the one called most like the result."""
    may = {g.name: g.column for g in found if g.role == "number" or bad_words(g.kinds)}
    if len(may) == 1:
        return next(iter(may.values()))
    close = difflib.get_close_matches(plain_name(characteristic), may, n=1, cutoff=_ALIKE)
    return may[close[0]] if close else None
