"""Sheets of gauge studies, read from text and judged: pure, no store."""

from __future__ import annotations

import csv
import dataclasses
import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np

from data_connectors.schema import Characteristic
from models.spc import gauge
from qc_app.actions.labels.text import number
from qc_app.errors import ActionError
from qc_app.records import GaugeKind

KINDS: tuple[GaugeKind, ...] = get_args(GaugeKind)
MAX_ROWS = 20_000
_HEADS = {
    "part": {"part", "sample", "unit", "unit_id", "piece"},
    "appraiser": {"appraiser", "operator", "person", "inspector"},
    "trial": {"trial", "run", "repeat"},
    "value": {"value", "reading", "measurement", "measured", "rating", "result"},
    "reference": {"reference", "master", "standard", "true"},
}
_WORDS = sorted(set().union(*_HEADS.values()))
Rows = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The readings of a study: one a row, with what its columns name."""

    rows: Rows

    @property
    def columns(self) -> set[str]:
        """Which columns there are."""
        return set(self.rows[0])


@dataclass(frozen=True, slots=True)
class Studied:
    """What a sheet says of a gauge.

    Parameters
    ----------
    kind : str
    gauge_sd : float
        NaN where the kind tells none.
    verdict : str
        In a word or two.
    sentence : str
    numbers : mapping
        Everything that the study found.
    warnings : tuple of str
    """

    kind: GaugeKind
    gauge_sd: float
    verdict: str
    sentence: str
    numbers: Mapping[str, Any]
    warnings: tuple[str, ...]


def read_sheet(text: str) -> Sheet:
    r"""Read lines with a heading: part, appraiser, trial, value (or rating), reference; in any order.

    Parameters
    ----------
    text : str
        Separated by tab, semicolon or comma, whichever the heading holds first.

    Raises
    ------
    ActionError
        If there are no rows, too many, a column is not known (names the nearest), or there is no value.

    Examples
    --------
    >>> read_sheet("part;operator;reading\n1;A;2,51").rows
    [{'part': '1', 'appraiser': 'A', 'value': '2,51'}]
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2:
        raise ActionError("the sheet has no readings - give a heading line (part, appraiser, value) and rows below it")
    if len(lines) > MAX_ROWS:
        raise ActionError(f"{len(lines):,} lines - a gauge study has at most {MAX_ROWS:,}")
    separator = next((sign for sign in "\t;," if sign in lines[0]), ",")
    head, *body = csv.reader(lines, delimiter=separator)
    names = [_column(cell) for cell in head]
    if "value" not in names or len(set(names)) < len(names):
        raise ActionError(f"the heading {', '.join(head)} needs each column once, and one called value (or rating)")
    rows = []
    for n, row in enumerate(body, 2):
        if len(row) != len(names):
            raise ActionError(f"line {n} has {len(row)} cells, the heading {len(names)} - correct that line")
        rows.append({name: cell.strip() for name, cell in zip(names, row, strict=True)})
    return Sheet(rows)


def _column(cell: str) -> str:
    word = cell.strip().lower()
    for name, words in _HEADS.items():
        if word in words:
            return name
    near = difflib.get_close_matches(word, _WORDS, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(_HEADS)}"
    raise ActionError(f"the heading has a column {cell.strip()[:40]!r} - {hint}")


def kind_of(sheet: Sheet, what: Characteristic, reference: float | None = None) -> GaugeKind:
    r"""Return which study the columns make.

    Examples
    --------
    >>> kind_of(read_sheet("part,appraiser,value\n1,A,2"), Characteristic("y"))
    'crossed'
    """
    if {"part", "appraiser"} <= sheet.columns:
        return "attribute" if what.kind == "binary" else "crossed"
    known = {row["reference"] for row in sheet.rows} if "reference" in sheet.columns else set()
    if len(known) > 1:
        return "linearity"
    if not known and reference is None:
        raise ActionError(
            "the sheet has neither part and appraiser nor a reference - add the columns, or give the reference value"
        )
    return "bias" if what.lower is None or what.upper is None else "type 1"


def judge_sheet(
    sheet: Sheet,
    what: Characteristic,
    kind: GaugeKind | None = None,
    *,
    reference: float | None = None,
    resolution: float | None = None,
) -> Studied:
    """Judge a sheet.

    Parameters
    ----------
    sheet : Sheet
    what : Characteristic
        Whose specification gives the tolerance.
    kind : str, optional
        Default: `kind_of` the columns.
    reference : float, optional
        Known value of the one part of a type-1 or bias study, where the sheet has none.
    resolution : float, optional
        Smallest step of the display, for a type-1 study.

    Returns
    -------
    Studied

    Raises
    ------
    ActionError
        If columns are missing, a reading is no number, or the study is not balanced.
    TaskError, NotEnoughData
        As `models.spc.gauge` raises them.
    """
    chosen = kind or kind_of(sheet, what, reference)
    if chosen not in KINDS:
        near = difflib.get_close_matches(chosen, KINDS, n=1, cutoff=0.0)[0]
        raise ActionError(f"there is no gauge study {chosen!r} - did you mean {near!r}? ({', '.join(KINDS)})")
    if chosen == "crossed":
        return _crossed(sheet, what)
    if chosen == "attribute":
        return _attribute(sheet)
    if chosen == "linearity":
        return _linearity(sheet)
    known = reference if reference is not None else _one_reference(sheet)
    return _bias(sheet, known) if chosen == "bias" else _type_one(sheet, what, known, resolution)


def _crossed(sheet: Sheet, what: Characteristic) -> Studied:
    cube = _cube(sheet, _numbers(sheet, "value"))
    tolerance = None if what.lower is None or what.upper is None else what.upper - what.lower
    found = gauge.crossed(cube, tolerance=tolerance)
    ranges = gauge.average_range(cube, tolerance=tolerance)
    told = _plain(found) | {
        "anova": [dataclasses.asdict(line) for line in gauge.interaction_table(cube)],
        "by_ranges": [dataclasses.asdict(part) for part in ranges.components],
    }
    return Studied("crossed", found.gauge_sd, found.verdict, found.sentence, told, found.warnings)


def _attribute(sheet: Sheet) -> Studied:
    ratings = [int(v) if v in {"0", "1"} else v for v in (row["value"] for row in sheet.rows)]
    cube, truth = _cube(sheet, ratings), None
    parts = list(dict.fromkeys(row["part"] for row in sheet.rows))
    if "reference" in sheet.columns:
        found = {row["part"]: row["reference"] for row in sheet.rows}
        truth = [int(found[p]) if found[p] in {"0", "1"} else found[p] for p in parts]
    answer = gauge.attribute_study(cube, truth)
    verdict = f"{answer.verdict} agreement"
    return Studied("attribute", math.nan, verdict, answer.sentence, _plain(answer), ())


def _linearity(sheet: Sheet) -> Studied:
    found = gauge.linearity(_numbers(sheet, "reference"), _numbers(sheet, "value"))
    verdict = "acceptable" if found.acceptable else "not acceptable"
    return Studied("linearity", math.nan, verdict, found.sentence, _plain(found), found.warnings)


def _bias(sheet: Sheet, reference: float) -> Studied:
    found = gauge.bias(_numbers(sheet, "value"), reference)
    verdict = "acceptable" if found.acceptable else "not acceptable"
    told = _plain(found) | {"reference": reference}
    return Studied("bias", math.nan, verdict, found.sentence, told, found.warnings)


def _type_one(sheet: Sheet, what: Characteristic, reference: float, resolution: float | None) -> Studied:
    if what.lower is None or what.upper is None:
        raise ActionError(
            f"{what.name} has no tolerance (both limits) - a type-1 study needs one; study the bias instead"
        )
    found = gauge.type_one(_numbers(sheet, "value"), reference, what.upper - what.lower, resolution=resolution)
    verdict = "acceptable" if found.acceptable else "not acceptable"
    told = _plain(found) | {"reference": reference}
    return Studied("type 1", found.sd, verdict, found.sentence, told, found.warnings)


def _plain(found: Any) -> dict[str, Any]:
    return {name: value for name, value in dataclasses.asdict(found).items() if name != "sentence"}


def _numbers(sheet: Sheet, column: str) -> list[float]:
    if column not in sheet.columns:
        raise ActionError(f"the sheet has no column {column!r} - this study needs it")
    found = [number(row[column]) for row in sheet.rows]
    for n, value in enumerate(found, 2):
        if math.isnan(value):
            raise ActionError(f"line {n}: {column} {sheet.rows[n - 2][column][:40]!r} is no number - correct it")
    return found


def _one_reference(sheet: Sheet) -> float:
    known = set(_numbers(sheet, "reference"))
    if len(known) != 1:
        raise ActionError(f"the sheet has {len(known)} references - this study is of one part; or study the linearity")
    return known.pop()


def _cube(sheet: Sheet, values: Sequence[Any]) -> np.ndarray:
    """Readings as parts x appraisers x trials, in the order in which they first appear."""
    for column in ("part", "appraiser"):
        if column not in sheet.columns:
            raise ActionError(f"the sheet has no column {column!r} - a crossed study needs part and appraiser")
    cells: dict[tuple[str, str], list[Any]] = {}
    for row, value in zip(sheet.rows, values, strict=True):
        cells.setdefault((row["part"], row["appraiser"]), []).append(value)
    parts, people = _distinct(cells, 0), _distinct(cells, 1)
    trials = max(len(found) for found in cells.values())
    for part in parts:
        for person in people:
            have = len(cells.get((part, person), []))
            if have != trials:
                words = f"part {part}, appraiser {person}: {have} readings, others have {trials}"
                raise ActionError(f"{words} - complete them")
    found = [[cells[part, person] for person in people] for part in parts]
    return np.array(found, dtype=object if any(isinstance(v, str) for v in values) else None)


def _distinct(cells: Mapping[tuple[str, str], object], place: int) -> list[str]:
    return list(dict.fromkeys(key[place] for key in cells))
