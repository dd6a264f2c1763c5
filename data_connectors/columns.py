"""Which of a source's columns are read, and what to say when one is missing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from data_connectors.errors import SchemaError
from data_connectors.names import listed, nearest, normal
from data_connectors.schema import Source, Stage

#: A number or a time, which no column is called.
_VALUE = re.compile(r"[-+]?\d+([.,:/-]\d+)*([eE][-+]?\d+)?([T ]\d{2}:\d{2}.*)?Z?")
#: Signs that separate columns, as they are written in a plant file.
_SIGNS = {";": ";", "\t": "\\t", "|": "|", ",": ","}


def column_of(source: Source, name: str) -> str:
    """Return the source's column for our `name`, as column names are compared."""
    return normal(source.column_of(name))


def characteristics_in(there: Sequence[str], stage: Stage, source: Source) -> list[str]:
    """Return the stage's characteristics that a label source's columns `there` carry, in the stage's order.

    A label source need not carry every characteristic of its stage. One that is mapped in ``columns`` must be there,
    and so must one whose name is almost that of a column: it was renamed or misspelt, not left out.
    """
    found = set(there)
    return [c.name for c in stage.characteristics if column_of(source, c.name) in found]


def missing(there: Sequence[str], stage: Stage, source: Source) -> list[str]:
    """Return our names of the declared columns that `there` lacks: unit, time, then values, quality codes, parents.

    Parameters
    ----------
    there : sequence of str
        The columns that a file or table has.
    stage : Stage
    source : Source

    Examples
    --------
    >>> from data_connectors.schema import Parameter
    >>> stage = Stage("rolling-2", "line-1", "rolling", (Parameter("exit_temp"),), ())
    >>> missing(["unit_id", "ExitTemp"], stage, Source("files", "file_folder", "rolling-2"))
    ['time', 'exit_temp']
    """
    found = {normal(c) for c in there}
    own = [c for c in (source.unit_column, source.time_column) if normal(c) not in found]
    if source.carries == "labels":
        values = _missing_labels(found, stage, source)
    else:
        values = _missing_parameters(found, stage, source)
    beside = (*source.quality.values(), *source.parents.values())
    return own + values + [c for c in beside if normal(c) not in found]


def _missing_parameters(found: set[str], stage: Stage, source: Source) -> list[str]:
    """Return the parameters without a column; those that may be missing count where nothing else is there."""
    absent = [p.name for p in stage.parameters if column_of(source, p.name) not in found]
    may = set(source.optional)
    return absent if len(absent) == len(stage.parameters) else [name for name in absent if name not in may]


def _missing_labels(found: set[str], stage: Stage, source: Source) -> list[str]:
    absent = [c.name for c in stage.characteristics if column_of(source, c.name) not in found]
    if len(absent) == len(stage.characteristics):
        return absent
    taken = {column_of(source, c.name) for c in stage.characteristics}
    spare = found - taken - {normal(source.unit_column), normal(source.time_column)}
    return [name for name in absent if name in source.columns or nearest(name, spare)]


def sentence(there: Sequence[str], absent: Sequence[str], stage: Stage, source: Source, origin: str) -> str:
    """Return the message about the `absent` columns: what, where and what to do."""
    first = absent[0]
    if unnamed(there):
        return (
            f"stage {stage.id!r}: the first line of {origin} holds values ({listed(there)}) - it must name the columns"
        )
    if uncut := _uncut(there, absent, source):
        return f"stage {stage.id!r}: {origin} has one column, {listed(there)} - {uncut}"
    if first in {source.unit_column, source.time_column}:
        key = "unit_column" if first == source.unit_column else "time_column"
        near = nearest(first, there)
        cure = f"set {key} in [sources.{source.name}]" + (f', e.g. {key} = "{near}"' if near else "")
    elif first in source.parents.values():
        above, near = next(s for s, c in source.parents.items() if c == first), nearest(first, there)
        cure = f"correct it in [sources.{source.name}.parents]" + (f', e.g. {above} = "{near}"' if near else "")
    else:
        near = nearest(source.column_of(first), there)
        cure = f"map it in [sources.{source.name}.columns]" + (f', e.g. {first} = "{near}"' if near else "")
    mapped = source.columns.get(first)
    name = repr(first) if mapped is None else f"{mapped!r} (for {first!r})"
    more = f" and {len(absent) - 1} more ({listed(absent[1:])})" if len(absent) > 1 else ""
    return f"stage {stage.id!r}: column {name} missing in {origin} (has: {listed(there)}){more} - {cure}"


def unnamed(there: Sequence[str]) -> bool:
    """Tell whether the first line holds values instead of names: two numbers or times at least, and half of it.

    Examples
    --------
    >>> unnamed(["C0", "2026-03-01T08:00:00", "10.5"]), unnamed(["unit_id", "time", "1", "2"])
    (True, True)
    >>> unnamed(["unit_id", "time", "force"])
    False
    """
    values = sum(bool(_VALUE.fullmatch(name)) for name in there)
    return values >= 2 and 2 * values >= len(there)


def _uncut(there: Sequence[str], absent: Sequence[str], source: Source) -> str:
    """Return what to do about a first line that was not cut into columns, or an empty text if it was."""
    if told := re.fullmatch(r"sep=(.?)", there[0]) if len(there) <= 2 else None:
        sign = told[1] or str(source.settings.get("separator", ","))
        spelt = _SIGNS.get(sign, sign)
        return f'set heading_line = 2 and separator = "{spelt}" in [sources.{source.name}]'
    if len(there) != 1 or not any(sign in there[0] for sign in _SIGNS):
        return ""
    wanted = {normal(source.columns.get(name, name)) for name in absent}
    for sign, spelt in _SIGNS.items():
        if wanted & {normal(part) for part in there[0].split(sign)}:
            return f'set separator = "{spelt}" in [sources.{source.name}]'
    return "its first line must name the columns: remove what stands above them, or set separator"


def require(there: Sequence[str], stage: Stage, source: Source, origin: str) -> None:
    """Raise SchemaError naming the nearest column where a declared one is not among `there`."""
    absent = missing(there, stage, source)
    if absent:
        raise SchemaError(sentence(there, absent, stage, source, origin))
