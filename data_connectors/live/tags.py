"""Which tags a source must hear for its stage."""

from __future__ import annotations

from data_connectors.columns import column_of
from data_connectors.live.options import Rows
from data_connectors.schema import Source, Stage


def tags_of(source: Source, stage: Stage, rows: Rows) -> list[str]:
    """Return the tags of a stage's parameters (or characteristics), their quality, and the unit's where it is a tag.

    Parameters
    ----------
    source : Source
    stage : Stage
    rows : {'message', 'moment', 'unit'}
        By unit, ``unit_column`` is a tag; else only where it is mapped as one, with ``=`` in its name.

    Examples
    --------
    >>> from data_connectors.schema import Parameter
    >>> stage = Stage("s", "l", "f", (Parameter("exit_temp"),), ())
    >>> source = Source("plc", "opcua", "s", unit_column="CoilId", columns={"exit_temp": "Exit.Temp"})
    >>> tags_of(source, stage, "unit")
    ['Exit.Temp', 'CoilId']
    """
    named = stage.characteristics if source.carries == "labels" else stage.parameters
    values = [column_of(source, one.name) for one in named]
    unit = [source.unit_column] if rows == "unit" or "=" in source.unit_column else []
    return list(dict.fromkeys([*values, *source.quality.values(), *unit]))
