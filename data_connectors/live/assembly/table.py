"""Rows as a table for `conform`: every declared column is there, whether it was told or not."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from data_connectors.columns import column_of
from data_connectors.frames import frame_of
from data_connectors.live.assembly.cells import Row
from data_connectors.names import normal
from data_connectors.rows.values import CODE_SUFFIX
from data_connectors.schema import Source, Stage

_GOOD = "good"


def table(source: Source, stage: Stage, rows: Sequence[Row]) -> pl.DataFrame:
    """Return rows as a frame; what a source has not told yet is empty.

    Examples
    --------
    >>> from data_connectors.schema import Parameter
    >>> stage = Stage("s", "l", "f", (Parameter("speed"),), ())
    >>> table(Source("line", "mqtt", "s"), stage, [{"unit_id": "A", "time": "2026-03-01T12:00Z"}]).columns
    ['unit_id', 'time', 'speed']
    """
    if not rows:
        return pl.DataFrame()
    named = [{normal(name): value for name, value in row.items()} for row in rows]
    names = list(dict.fromkeys([*_declared(source, stage), *(name for row in named for name in row)]))
    absent = {name: _GOOD if name.endswith(CODE_SUFFIX) else None for name in names}
    return frame_of(names, [[row.get(name, absent[name]) for name in names] for row in named], source.decimal)


def _declared(source: Source, stage: Stage) -> list[str]:
    own = [normal(source.unit_column), normal(source.time_column)]
    if source.carries == "labels":
        return [*own, *(column_of(source, c.name) for c in stage.characteristics)]
    codes = [normal(c) for c in source.quality.values()]
    return [*own, *(column_of(source, p.name) for p in stage.parameters), *codes]
