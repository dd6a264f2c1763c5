"""Long exports of historians: one line a value (tag, time, value, quality), turned into one row a moment or unit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

import polars as pl

from data_connectors.base import Reject
from data_connectors.file_folder.exports.text import heads, pieces, placed, text_of
from data_connectors.file_folder.options import Options
from data_connectors.file_folder.pieces import Piece, Start, Unreadable, clipped
from data_connectors.live.assembly.unit_end import UnitEnd
from data_connectors.live.sample import Sample
from data_connectors.names import normal
from data_connectors.rows.quality_codes import Family, family_of, quality_of
from data_connectors.rows.times import LATEST, moments
from data_connectors.rows.values import code_column

#: What historians and their export tools call the columns, as `bare` writes it; the first that is there counts.
WORDS: Mapping[str, tuple[str, ...]] = {
    "tag": ("tag", "tagname", "tagid", "pointname", "point", "pointid", "itemid", "item", "signal", "signalname",
            "variable", "variablename", "nodeid", "sensor", "channel", "messstelle", "kanal", "parameter", "name"),
    "date": ("date", "datum", "day"),
    "time": ("timestamp", "datetime", "sourcetimestamp", "timestamputc", "localtimestamp", "datumzeit", "zeitstempel",
             "ts", "eventtime", "time", "zeit", "uhrzeit"),
    "value": ("value", "wert", "val", "messwert", "pv", "vvalue", "numericvalue", "realvalue", "average"),
    "quality": ("quality", "qualitycode", "opcquality", "status", "statuscode", "qualität", "qualitaet", "good",
                "qualitydetail"),
}  # fmt: skip
_LOOKED_AT = 30
UNIT = "unit_id"
TIME = "time"


@dataclass(frozen=True, slots=True)
class Layout:
    """How an export is built.

    Parameters
    ----------
    separator : str
    head : tuple of str
        The headings as they stand there.
    places : mapping of str to int
        Place of tag, time, value, and where they are there date and quality.
    skipped : int
        Lines above the heading.
    """

    separator: str
    head: tuple[str, ...]
    places: Mapping[str, int]
    skipped: int


def layout_of(text: str, options: Options) -> Layout | None:
    r"""Return how an export is built, or None where the first lines name no tag, time and value.

    Examples
    --------
    >>> from pathlib import Path
    >>> found = layout_of("Export of server A;\nTagName;Zeitstempel;Wert", Options(Path()))
    >>> found.separator, found.skipped, dict(found.places)
    (';', 1, {'tag': 0, 'time': 1, 'value': 2})
    """
    for skipped, line in enumerate(text.splitlines()[:_LOOKED_AT]):
        for separator, head in heads(line, options):
            places = placed(head, WORDS)
            if {"tag", "time", "value"} <= places.keys():
                return Layout(separator, tuple(head), places, skipped)
    return None


def read_historian(file: BinaryIO, options: Options, start: Start) -> Iterator[Piece]:
    """Yield rows of an export: ``unit_id``, ``time``, a column a tag, and one with its code where a value is not good.

    Without `unit_tag` a row is a moment, which is its unit too; with it, a row is a unit: the newest value of every tag
    when the unit tag changes. The unit under way at the end of a file is not told, for it may go on.

    Raises
    ------
    Unreadable
        Reasons: empty_file, too_large, bad_header, missing_unit_tag.
    """
    text = text_of(file, options)
    layout = layout_of(text, options)
    if layout is None:
        raise Unreadable("bad_header", "names no columns for tag, time and value - rename them so", text[:200])
    long, rejects = _lines(text, layout, start.name)
    taken = {UNIT, TIME} & set(long["tag"])
    if taken:
        raise Unreadable("bad_header", f"has a tag called {min(taken)!r}, which is the name of a column - rename it")
    if options.unit_tag:
        frame, untimed = _by_unit(long, options, start.name)
        rejects += untimed
    else:
        frame = by_moment(long, options.quality_codes)
    yield from pieces(frame, rejects, options, start)


def _lines(text: str, layout: Layout, name: str) -> tuple[pl.DataFrame, list[Reject]]:
    """Return the values of an export, a row each; lines without a tag or of another width are refused alone."""
    body = io.StringIO("".join(text.splitlines(keepends=True)[layout.skipped + 1 :]), newline="")
    found: dict[str, list[str]] = {"tag": [], TIME: [], "value": [], "quality": []}
    rejects: list[Reject] = []
    places = layout.places
    for number, line in enumerate(csv.reader(body, delimiter=layout.separator)):
        if not any(cell.strip() for cell in line):
            continue
        if len(line) != len(layout.head) or not line[places["tag"]].strip():
            said = f"{name}: row {number + 1} is no tag with time and value - correct the line"
            rejects.append(Reject(name, number, clipped(layout.separator.join(line)), "column_count", said))
            continue
        date = f"{line[places['date']].strip()} " if "date" in places else ""
        found["tag"].append(normal(line[places["tag"]]))
        found[TIME].append(date + line[places["time"]].strip())
        found["value"].append(line[places["value"]].strip())
        found["quality"].append(line[places["quality"]].strip() if "quality" in places else "")
    return pl.DataFrame(found, schema=dict.fromkeys(found, pl.String)), rejects


def by_moment(long: pl.DataFrame, codes_are: Family = "auto") -> pl.DataFrame:
    """Return a row a moment; of two values of one tag and moment the last that is not bad counts."""
    if not long.height:
        return pl.DataFrame(schema={UNIT: pl.String, TIME: pl.String})
    judged = _judged(long, codes_are)
    best = judged.sort("bad", descending=True, maintain_order=True).unique(
        ["tag", TIME], keep="last", maintain_order=True
    )
    tags = long["tag"].unique(maintain_order=True).to_list()
    order = long.select(TIME).unique(maintain_order=True)
    wide = best.pivot("tag", index=TIME, values="value", aggregate_function="last")
    codes = best.filter(pl.col("code").is_not_null())
    rows = order.join(wide, on=TIME, how="left", maintain_order="left").select(TIME, *tags)
    if codes.height:
        told = codes.pivot("tag", index=TIME, values="code", aggregate_function="last")
        told = told.rename({tag: code_column(tag) for tag in told.columns if tag != TIME})
        rows = rows.join(told, on=TIME, how="left", maintain_order="left")
        rows = rows.with_columns(pl.col(c).fill_null("good") for c in told.columns if c != TIME)
    return rows.insert_column(0, rows[TIME].alias(UNIT))


def _judged(long: pl.DataFrame, codes_are: Family) -> pl.DataFrame:
    """Return the values with `code` (null where a value is good) and whether it is bad."""
    family = _family(long) if codes_are == "auto" else codes_are
    kinds = long["quality"].unique().to_list()
    said = {kind: "good" if not kind else _quality(kind, family) for kind in kinds}
    told = pl.col("quality").replace_strict(said, return_dtype=pl.String)
    code = pl.when(told == "good").then(None).otherwise(pl.concat_str(told, pl.lit(" "), "quality").str.strip_chars())
    blank = pl.when(pl.col("value") == "").then(None).otherwise("value").alias("value")
    return long.with_columns(code.alias("code"), (told == "bad").alias("bad"), blank)


def _quality(kind: str, family: Family) -> str:
    return (
        {"1": "good", "0": "bad"}.get(kind, "") if family == "auto" and kind in {"0", "1"} else quality_of(kind, family)
    )


def _family(long: pl.DataFrame) -> Family:
    """Tell whose numbers the codes are; where there are only 0 and 1, they say whether a value is good."""
    kinds = [k for k in long["quality"].unique().to_list() if k]
    return "auto" if set(kinds) <= {"0", "1"} else family_of(kinds)


def _by_unit(long: pl.DataFrame, options: Options, name: str) -> tuple[pl.DataFrame, list[Reject]]:
    """Return a row a unit, and the values whose time cannot be read: they can be put in no order."""
    if options.unit_tag not in set(long["tag"]):
        raise Unreadable("missing_unit_tag", f"has no tag {options.unit_tag!r}, which names the unit - set unit_tag")
    judged = _judged(long, options.quality_codes)
    judged = judged.hstack(moments(judged[TIME], options.policy, LATEST)).with_row_index("row")
    told: dict[datetime, list[Sample]] = {}
    for tag, value, code, bad, t in judged.select("tag", "value", "code", "bad", "t").drop_nulls("t").iter_rows():
        quality = "bad" if bad else "good" if code is None else "uncertain"
        told.setdefault(t, []).append(Sample(tag, value, t, None, t, quality, code or ""))  # type: ignore[arg-type]
    ended = UnitEnd(options.unit_tag, TIME).rows((_micros(t), told[t]) for t in sorted(told))
    rows = [_named(row, options.unit_tag) for row in ended]
    names = list(dict.fromkeys([UNIT, TIME, *(n for row in rows for n in row)]))
    data: dict[str, Any] = {n: [row.get(n) for row in rows] for n in names}
    schema = {n: pl.Datetime("us", "UTC") if n == TIME else pl.String for n in names}
    untimed = judged.filter(pl.col("t").is_null()).select("row", "tag", TIME, "value", "reason")
    return pl.DataFrame(data, schema=schema), [_untimed(row, name) for row in untimed.iter_rows()]


def _untimed(row: tuple[int, str, str, str, str], name: str) -> Reject:
    number, tag, time, value, reason = row
    said = (
        f"{name}: value {number + 1}, of {tag}: its time {time!r} cannot be used ({reason}) - set time_format or zone"
    )
    return Reject(name, number, f"{tag};{time};{value}", reason, said)


def _micros(t: datetime) -> int:
    return round(t.timestamp() * 1_000_000)


def _named(row: dict[str, Any], tag: str) -> dict[str, Any]:
    return {UNIT if name == tag else name: value for name, value in row.items()}
