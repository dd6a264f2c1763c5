"""How columns are to be read that are not as they were: kept although undeclared, held back, or refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from data_connectors.columns import column_of
from data_connectors.errors import DefinitionError
from data_connectors.names import normal
from data_connectors.rows.values import NOTES, Reading, Values, as_text, code_column
from data_connectors.schema import RESERVED, Source, Stage, checked_name

#: Code of a value that waits until someone says in which unit it is.
HELD = "unit_held"


@dataclass(frozen=True, slots=True)
class Treatment:
    """What `conform` does with columns of measurements besides reading the declared ones.

    Parameters
    ----------
    extras : tuple of str
        Columns that nobody declared: their numbers are kept beside the parameters, under the column's own name.
    held : frozenset of str
        Parameters of which it is not known in which unit they come: empty, with the text kept in the row's quality.
    retyped : frozenset of str
        Parameters whose column holds numbers no more: rows with something in it are refused as ``type_changed``.
    """

    extras: tuple[str, ...] = ()
    held: frozenset[str] = frozenset()
    retyped: frozenset[str] = frozenset()


PLAIN = Treatment()


def undeclared(there: Sequence[str], stage: Stage, source: Source) -> list[str]:
    """Return the columns that the plant definition does not name and that can be names, in their order.

    Parameters
    ----------
    there : sequence of str
        The columns of a delivery.
    stage : Stage
    source : Source

    Examples
    --------
    >>> from data_connectors.schema import Parameter
    >>> stage = Stage("rolling-2", "line-1", "rolling", (Parameter("speed"),), ())
    >>> undeclared(["unit_id", "time", "speed", "force"], stage, Source("files", "file_folder", "rolling-2"))
    ['force']
    """
    named = {normal(source.unit_column), normal(source.time_column), *map(normal, source.quality.values())}
    named |= {normal(column) for column in (*source.parents.values(), *source.columns.values())}
    named |= {column_of(source, name) for name in (p.name for p in stage.parameters)}
    named |= {c.name for c in stage.characteristics} | RESERVED
    named |= {str(value) for key, value in source.settings.items() if key.endswith("_column")}
    named |= {code_column(column) for column in map(normal, there)}
    return [c for c in map(normal, there) if c not in named and _namable(c)]


def _namable(column: str) -> bool:
    try:
        return checked_name(column, "column") == column
    except DefinitionError:
        return False


def with_absent(frame: pl.DataFrame, stage: Stage, source: Source) -> pl.DataFrame:
    """Return the delivery with an empty column for each parameter that may be missing and is."""
    there = frozenset(frame.columns)
    columns = [column_of(source, p.name) for p in stage.parameters if p.name in source.optional]
    absent = [pl.lit(None, pl.String).alias(c) for c in columns if c not in there]
    return frame.with_columns(absent) if absent else frame


def held_back(frame: pl.DataFrame, reading: Reading) -> Values:
    """Return no value for any row, and the text of each as a note: nothing is lost, nothing is believed."""
    text = as_text(frame[reading.column])
    rows = (text.is_not_null() & (text.str.strip_chars() != "")).arg_true()
    notes = pl.DataFrame(
        {"row": rows.cast(pl.UInt32), "quality": "bad", "code": HELD, "raw": text.gather(rows)}, schema=NOTES
    )
    return Values(pl.Series([None], dtype=pl.Float64).new_from_index(0, frame.height), notes)


def retyped(frame: pl.DataFrame, source: Source, names: frozenset[str], reason: pl.Series) -> pl.Series:
    """Return `reason` with ``type_changed`` for rows with something in a column that holds numbers no more."""
    for name in sorted(names):
        text = as_text(frame[column_of(source, name)])
        rows = (text.is_not_null() & (text.str.strip_chars() != "") & reason.is_null()).arg_true()
        reason = reason.scatter(rows, "type_changed") if len(rows) else reason
    return reason
