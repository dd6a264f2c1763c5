"""The wall: the stages of a line as few large tiles, the worst first, and whose turn it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unicodedata import east_asian_width

import polars as pl

from qc_app.errors import PlantError
from qc_app.language import tr
from qc_app.plant import Plant, nearest
from qc_app.store import Store
from qc_app.views.alarms.page import RINGS
from qc_app.views.figures import percent
from qc_app.views.moments import ago
from qc_app.views.overview import overview

TILES = 6
EVERY_S = 15
FASTEST_S, SLOWEST_S = 5, 600
BRIEF = 96
_IN_BRACKETS = re.compile(r"\s*[(（][^()（）]*[)）]")


@dataclass(frozen=True, slots=True)
class Tile:
    """One stage as it is read from afar: its worst characteristic, what is wrong, and how old that is.

    `spark` are the newest predictions, `results` what was measured of them (place along the spark, value), `limits` the
    specification they are seen in.
    """

    stage: str
    line: str
    characteristic: str
    state: str
    sentence: str
    facts: tuple[str, ...]
    spark: tuple[float, ...]
    results: tuple[tuple[float, float], ...]
    limits: tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Screen:
    """What fits the wall at once: tiles of a line, or of several small ones, and which of their screens this is."""

    lines: tuple[str, ...]
    tiles: tuple[Tile, ...]
    number: int
    of: int


@dataclass(frozen=True, slots=True)
class WallView:
    """All that the wall shows in turn.

    Parameters
    ----------
    screens : tuple of Screen
        In the order in which they are shown; empty where no stage fits.
    lines : mapping of str to str
        Line -> its worst state; always in sight.
    alarms, high : int
        Open alarms of what is shown.
    at : datetime
    """

    screens: tuple[Screen, ...]
    lines: Mapping[str, str]
    alarms: int
    high: int
    at: datetime


def wall_view(store: Store, plant: Plant, line: str = "", family: str = "") -> WallView:
    """Read the wall of a line, of a family, or of all of the plant.

    Raises
    ------
    PlantError
        If there is no such line or family; names the nearest.
    """
    view = overview(store, plant)
    rows = _only(_only(view.rows, "line", line), "family", family)
    tiles = {name: _tiles(rows.filter(pl.col("line") == name), view.at) for name in rows["line"].unique().sort()}
    worst = rows.sort("rank").unique("line", keep="first", maintain_order=True)
    states = dict(worst.select("line", "state").iter_rows())
    ids = set(rows["stage"]) | (set() if line or family else {""})
    ringing = [a for a in store.journal.alarms.list(open_only=True) if a.stage in ids and a.state in RINGS]
    high = sum(a.priority == "high" for a in ringing)
    return WallView(screens_of(tiles), {name: states[name] for name in tiles}, len(ringing), high, view.at)


def screens_of(tiles: Mapping[str, Sequence[Tile]]) -> tuple[Screen, ...]:
    """Return the screens of some lines: small neighbours share one, a large line has several of its own.

    Examples
    --------
    >>> a = Tile("a", "", "", "ok", "", (), (), (), (None, None))
    >>> [(s.lines, len(s.tiles), s.of) for s in screens_of({"1": [a] * 2, "2": [a] * 3, "3": [a] * 8})]
    [(('1', '2'), 5, 1), (('3',), 6, 2), (('3',), 2, 2)]
    """
    groups: list[dict[str, Sequence[Tile]]] = []
    for name, some in tiles.items():
        if groups and sum(map(len, groups[-1].values())) + len(some) <= TILES:
            groups[-1][name] = some
        else:
            groups.append({name: some})
    screens: list[Screen] = []
    for group in groups:
        together = [tile for some in group.values() for tile in some]
        parts = [tuple(together[n : n + TILES]) for n in range(0, len(together), TILES)]
        screens += [Screen(tuple(group), part, n + 1, len(parts)) for n, part in enumerate(parts)]
    return tuple(screens)


def whose_turn(screens: int, seconds: float, every_s: int) -> int:
    """Return which of so many screens is shown at a moment, so that every wall of a hall shows the same.

    Examples
    --------
    >>> [whose_turn(3, 15 * n, 15) for n in range(5)], whose_turn(0, 10, 15)
    ([0, 1, 2, 0, 1], 0)
    """
    return int(seconds // every_s) % screens if screens else 0


def pace(asked: str) -> int:
    """Return the seconds between two screens that an address asks for, within what can be read.

    Examples
    --------
    >>> pace("30"), pace("1"), pace("soon")
    (30, 5, 15)
    """
    return min(SLOWEST_S, max(FASTEST_S, int(asked))) if asked.isdecimal() and len(asked) < 6 else EVERY_S


def briefly(sentence: str, most: int = BRIEF) -> str:
    """Return a sentence as a tile has room for: what stands in brackets gives way where it is longer.

    Parameters
    ----------
    sentence : str
    most : int, optional
        Letters; one of Chinese counts twice, as wide as it is.

    Examples
    --------
    >>> briefly("entry_temp moved by 3.9 sd (median 1008 → 1019) (and exit_temp); it tells on hardness", 60)
    'entry_temp moved by 3.9 sd; it tells on hardness'
    >>> briefly("5 results are out (235 to 310)", 60)
    '5 results are out (235 to 310)'
    """
    wide = sum(2 if east_asian_width(sign) in "WF" else 1 for sign in sentence)
    return _IN_BRACKETS.sub("", sentence) if wide > most else sentence


def _only(rows: pl.DataFrame, column: str, wanted: str) -> pl.DataFrame:
    known = rows[column].unique().to_list()
    if wanted and wanted not in known:
        raise PlantError(f"there is no {column} {wanted!r} for this wall - {nearest(wanted, known)}")
    return rows.filter(pl.col(column) == wanted) if wanted else rows


def _tiles(rows: pl.DataFrame, at: datetime) -> Sequence[Tile]:
    """Return a tile a stage, the worst first; its words are those of its worst characteristic."""
    gravest = rows.sort("rank", maintain_order=True).unique("stage", keep="first", maintain_order=True)
    return [
        Tile(
            row["stage"],
            row["line"],
            row["characteristic"],
            row["state"],
            "" if row["state"] == "ok" else briefly(str(row["sentence"])),
            _facts(row, at),
            tuple(row["spark"]),
            tuple((at, value) for at, value in row["results"]),
            (row["lower"], row["upper"]),
        )
        for row in gravest.iter_rows(named=True)
    ]


def _facts(row: Mapping[str, Any], at: datetime) -> tuple[str, ...]:
    """Return the numbers that there are: predicted share out of specification, age of the newest unit."""
    share = tr("{share} out of spec.", share=percent(row["share_out"])) if row["share_out"] is not None else ""
    newest = ago(row["last_unit_at"], at) if row["last_unit_at"] else ""
    return tuple(words for words in (share, newest) if words)
