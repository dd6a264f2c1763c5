"""Write the stages of a plant as a sheet (CSV) that lays over the plant without changing it."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from qc_app.plant.keys import CHARACTERISTIC, PARAMETER, SOURCE
from qc_app.plant.render import render
from qc_app.plant.sheet import HEAD, PARTS, TABLES
from qc_app.plant.sheet_cells import cell_of
from qc_app.plant.types import Plant

Row = dict[str, str]


def write_sheet(plant: Plant) -> str:
    r"""Return a row a stage, parameter, characteristic and source; feeds and windows stay in the plant file.

    Parameters
    ----------
    plant : Plant

    Returns
    -------
    str
        Comma-separated; ``read_sheet(write_sheet(plant), plant) == plant``.

    Examples
    --------
    >>> from data_connectors.schema import Parameter, Stage
    >>> print(write_sheet(Plant("P", stages=(Stage("a", "L", "a", (Parameter("x", "mm"),), ()),))))
    stage,line,family,parameter,unit
    a,L,a,,
    a,,,x,mm
    <BLANKLINE>
    """
    document = tomllib.loads(render(plant))
    rows = [row for stage, table in document.get("stages", {}).items() for row in _rows(stage, table, document)]
    used = {"stage", "line"} | {head for row in rows for head in row}
    first = [
        "stage",
        *HEAD,
        *PARTS,
        *PARAMETER,
        *CHARACTERISTIC,
        *(k for k, kind in SOURCE.items() if kind is not dict),
    ]
    heads = [h for h in dict.fromkeys(first) if h in used]
    heads += sorted(used - set(heads))
    out = io.StringIO()
    writer = csv.DictWriter(out, heads, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _rows(stage: str, table: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[Row]:
    named = {"stage": cell_of(stage, str)}
    yield named | _cells(table, HEAD)
    for part, known in (("parameter", PARAMETER), ("characteristic", CHARACTERISTIC)):
        for name, values in table.get(f"{part}s", {}).items():
            yield named | {part: cell_of(name, str)} | _cells(values, known)
    for name, source in document.get("sources", {}).items():
        if source["stage"] == stage:
            yield named | {"source": cell_of(name, str)} | _of_source(source)


def _of_source(source: Mapping[str, Any]) -> Row:
    plain = {key: value for key, value in source.items() if key not in {"stage", *TABLES}}
    cells = _cells(plain, {key: SOURCE.get(key) for key in plain})
    for table in TABLES:
        cells |= {f"{table}.{name}": cell_of(value, str) for name, value in source.get(table, {}).items()}
    return cells


def _cells(values: Mapping[str, Any], known: Mapping[str, type | None]) -> Row:
    found = {key: cell_of(values[key], kind) for key, kind in known.items() if key in values}
    return {key: text for key, text in found.items() if text}
