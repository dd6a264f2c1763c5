"""Many stages in one sheet (CSV): a row a stage, parameter, characteristic or source, or a row a stage like another."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from qc_app.errors import PlantError
from qc_app.plant.keys import CHARACTERISTIC, PARAMETER, SOURCE, STAGE
from qc_app.plant.nearest import nearest
from qc_app.plant.parse import Path, plant_of
from qc_app.plant.render import render
from qc_app.plant.sheet_cells import NOTHING, value_of
from qc_app.plant.types import Plant

#: What a row is about, besides its stage.
PARTS = ("parameter", "characteristic", "source")
#: Tables of a source, each with columns ``table.name``.
TABLES = ("columns", "units", "quality", "parents")
#: What a stage has of its own in a row without a part.
HEAD = {key: kind for key, kind in STAGE.items() if kind is not dict}
LIKE = "like"
_CARRIES = ("measurements", "labels")
_KNOWN: Mapping[str, Mapping[str, type]] = {
    "": HEAD,
    "parameter": PARAMETER,
    "characteristic": CHARACTERISTIC,
    "source": {key: kind for key, kind in SOURCE.items() if kind is not dict},
}
MOST_ROWS = 200_000
Places = dict[tuple[Path, str], str]
Document = dict[str, Any]


def read_sheet(text: str, plant: Plant, where: str = "stages.csv") -> Plant:
    r"""Return the plant with what a sheet says of its stages; what the sheet does not mention stays.

    Parameters
    ----------
    text : str
        Delimited by tab, semicolon or comma, with a heading line.
    plant : Plant
        What the sheet is laid over.
    where : str
        Name of the file, for messages.

    Returns
    -------
    Plant

    Raises
    ------
    PlantError
        On anything that is not understood: what, in which row and column, and what to do.

    Examples
    --------
    >>> one = read_sheet("stage,line,parameter,characteristic,unit,upper\npress-1,A,,,,\npress-1,,force,,kN,\n"
    ...                  "press-1,,,width,mm,5", Plant("P"))
    >>> two = read_sheet("stage;line;like;width.upper\npress-2;B;press-1;5,5\n", one)
    >>> [(s.id, s.line, s.family, s.characteristics[0].upper) for s in two.stages]
    [('press-1', 'A', 'press-1', 5.0), ('press-2', 'B', 'press-1', 5.5)]
    """
    sheet = _Sheet(tomllib.loads(render(plant)), where)
    rows, comma = _rows(text, where)
    for number, row in rows:
        sheet.take(number, row, comma=comma)
    return plant_of(sheet.document, sheet.place, where)


def _rows(text: str, where: str) -> tuple[list[tuple[int, dict[str, str]]], bool]:
    """Return the filled cells of each row by column, with its number (the heading is row 1), and the decimal comma."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
    if not lines[0].strip():
        raise PlantError(f"{where}, row 1: there is no heading - name the columns, at least stage and line")
    if len(lines) > MOST_ROWS:
        raise PlantError(f"{where}: {len(lines):,} rows - split the sheet, at most {MOST_ROWS:,} at a time")
    separator = next((sign for sign in "\t;," if sign in lines[0]), ",")
    found = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator))
    heads = [head.strip() for head in found[0]]
    twice = sorted({head for head in heads if head and heads.count(head) > 1})
    if twice:
        raise PlantError(f"{where}, row 1: column {twice[0]!r} is there twice - rename one")
    if "stage" not in heads:
        raise PlantError(f"{where}, row 1: no column 'stage' - {nearest('stage', heads)}")
    return list(_filled(found[1:], heads, where)), separator != ","


def _filled(rows: list[list[str]], heads: list[str], where: str) -> Iterator[tuple[int, dict[str, str]]]:
    for number, row in enumerate(rows, 2):
        if len(row) > len(heads) and any(cell.strip() for cell in row[len(heads) :]):
            raise PlantError(
                f"{where}, row {number}: {len(row)} cells under {len(heads)} headings - put text with the separator"
                " in it into quotes"
            )
        cells = {head: cell.strip() for head, cell in zip(heads, row, strict=False) if head and cell.strip()}
        if not cells:
            continue
        if "stage" not in cells:
            raise PlantError(f"{where}, row {number}: no stage - fill the column 'stage'")
        yield number, cells


class _Sheet:
    """Lays rows over a document and knows from which cell each value came."""

    def __init__(self, document: Document, where: str) -> None:
        self.document = document
        self._where = where
        self._places: Places = {}
        self._seen: dict[tuple[str, ...], int] = {}
        self._row = 0
        self._comma = False

    def place(self, path: Path, key: str) -> str:
        """Return where a value stands: its cell, else the row of its table."""
        for length in range(len(path), 0, -1):
            found = self._places.get((path[:length], key)) or self._places.get((path[:length], ""))
            if found:
                return found
        return self._where

    def take(self, number: int, row: dict[str, str], *, comma: bool) -> None:
        """Lay one row over the document."""
        self._row, self._comma = number, comma
        stage, kind, name = self._subject(row)
        self._stage(stage, row)
        for head, cell in row.items():
            if head not in {"stage", LIKE, *PARTS}:
                self._cell(stage, kind, name, head, cell)

    def _subject(self, row: dict[str, str]) -> tuple[str, str, str]:
        """Return stage, part and its name, each subject once a sheet."""
        stage = self._text("stage", row["stage"])
        parts = [part for part in PARTS if part in row]
        if len(parts) > 1:
            raise self._wrong(parts[1], f"a row is about one of {' and '.join(parts)} - give each a row of its own")
        kind = parts[0] if parts else ""
        name = self._text(kind, row[kind]) if kind else ""
        before = self._seen.setdefault((stage, kind, name), self._row)
        if before != self._row:
            what = f"{kind} {name!r} of stage {stage!r}" if kind else f"stage {stage!r}"
            raise self._wrong(kind or "stage", f"{what} stands in row {before} already - keep one of the two")
        return stage, kind, name

    def _stage(self, stage: str, row: dict[str, str]) -> None:
        stages = self.document.setdefault("stages", {})
        if stage in stages:
            self._places.setdefault((("stages", stage), ""), self._at("stage"))
            return
        self._places[("stages", stage), ""] = self._at("stage")
        like = self._text(LIKE, row[LIKE]) if LIKE in row else ""
        if like and like not in stages:
            raise self._wrong(LIKE, f"there is no stage {like!r} to be like - {nearest(like, stages)}")
        stages[stage] = _alike(stages[like]) if like else {}
        if like:
            self._sources_like(stage, like)

    def _sources_like(self, stage: str, like: str) -> None:
        """Give a new stage the sources of the one that it is like, under names of its own."""
        sources = self.document.setdefault("sources", {})
        for name, source in [(n, s) for n, s in sources.items() if s["stage"] == like]:
            own = name.replace(like, stage) if like in name else f"{stage} {source.get('carries', 'measurements')}"
            if own in sources:
                raise self._wrong("stage", f"source {own!r} is there already - rename it, or this stage")
            copied = {key: value for key, value in deepcopy(source).items() if key != "parents"}
            sources[own] = copied | {"stage": stage}
            self._places[("sources", own), ""] = self._at("stage")

    def _cell(self, stage: str, kind: str, name: str, head: str, cell: str) -> None:
        path, key, wanted = self._target(stage, kind, name, head)
        table = self.document
        for step in path:
            table = table.setdefault(step, {})
        self._places.setdefault((path, ""), self._at(head))
        self._places[path, key] = self._at(head)
        if path[0] == "sources" and len(path) == 2:
            table["stage"] = stage
        if cell == NOTHING:
            table.pop(key, None)
            return
        try:
            table[key] = value_of(cell, wanted, comma=self._comma)
        except PlantError as error:
            raise self._wrong(head, str(error)) from None

    def _target(self, stage: str, kind: str, name: str, head: str) -> tuple[Path, str, type | None]:
        """Return table, key and type of what a column says in a row about `kind`."""
        there: Path = ("stages", stage, f"{kind}s", name) if kind in {"parameter", "characteristic"} else ()
        there = ("sources", name) if kind == "source" else there or ("stages", stage)
        table, _, rest = head.partition(".")
        if kind == "source":
            if table in TABLES and rest:
                return (*there, table), rest, str
            if head not in HEAD:
                return there, head, SOURCE.get(head)
        if head in _KNOWN[kind]:
            return there, head, _KNOWN[kind][head]
        if kind and head in HEAD:
            return ("stages", stage), head, HEAD[head]
        if not kind and table in _CARRIES and rest:
            return self._of_source(stage, table, rest, head)
        if not kind and "." in head:
            return self._of_part(stage, head)
        known = [*_KNOWN[kind], *(HEAD if kind else ())]
        what = f"a row about a {kind}" if kind else "a row about a stage"
        raise self._wrong(head, f"{what} has no {head!r} - {nearest(head, known)}")

    def _of_source(self, stage: str, carries: str, key: str, head: str) -> tuple[Path, str, type | None]:
        found = [n for n, s in self.document.get("sources", {}).items()
                 if s["stage"] == stage and s.get("carries", "measurements") == carries]  # fmt: skip
        if len(found) != 1:
            raise self._wrong(
                head, f"stage {stage!r} has {len(found)} sources of {carries} - give the source a row of its own"
            )
        table, _, rest = key.partition(".")
        if table in TABLES and rest:
            return ("sources", found[0], table), rest, str
        return ("sources", found[0]), key, SOURCE.get(key)

    def _of_part(self, stage: str, head: str) -> tuple[Path, str, type | None]:
        """Find ``name.key``: a parameter or characteristic of the stage, and what of it is said."""
        name, _, key = head.rpartition(".")
        table = self.document["stages"][stage]
        for part, known in (("parameters", PARAMETER), ("characteristics", CHARACTERISTIC)):
            if name in table.get(part, {}):
                if key not in known:
                    raise self._wrong(head, f"{part[:-1]} {name!r} has no {key!r} - {nearest(key, known)}")
                return ("stages", stage, part, name), key, known[key]
        names = [*table.get("parameters", {}), *table.get("characteristics", {})]
        raise self._wrong(head, f"stage {stage!r} has no parameter or characteristic {name!r} - {nearest(name, names)}")

    def _text(self, head: str, cell: str) -> str:
        found = value_of(cell, str)
        if not isinstance(found, str):
            raise self._wrong(head, f"{cell!r} is no name - write text")
        return found

    def _at(self, head: str) -> str:
        return f"{self._where}, row {self._row}, column {head!r}"

    def _wrong(self, head: str, message: str) -> PlantError:
        return PlantError(f"{self._at(head)}: {message}")


def _alike(stage: Mapping[str, Any]) -> Document:
    """Return the table of a sister stage: the flow of material is its own."""
    return {key: deepcopy(value) for key, value in stage.items() if key not in {"upstream", "fed_by"}}
