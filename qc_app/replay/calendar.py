"""When each unit of a pack is made again: stages keep their order in time, and so do the units of a stage."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from data_connectors.schema import RESERVED, Characteristic, Parameter, Stage
from models.bench import load
from qc_app.framing.tasks import LOT_SIGN

ORIGIN = datetime(2026, 1, 1, 6, tzinfo=UTC)
SHIFT = timedelta(hours=18)


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """One stage of a pack as it is made again.

    Parameters
    ----------
    stage : Stage
    columns : dict of str to str
        Our name of a parameter -> the pack's, where they differ.
    first_day : int
        Day of the replay on which its first unit is made.
    units : polars.DataFrame
        ``unit_id, time, day``, parameters and characteristics, in the order of time.
    """

    stage: Stage
    columns: dict[str, str]
    first_day: int
    units: pl.DataFrame

    def days(self) -> range:
        """The days of the replay on which it makes units."""
        return range(self.first_day, self.first_day + int(self.units["day"].max() or 0) + 1)  # type: ignore[arg-type]

    def on(self, day: int) -> pl.DataFrame:
        """Return the units made on a day of the replay."""
        return self.units.filter(pl.col("day") == day - self.first_day)

    def after(self, day: int) -> pl.DataFrame:
        """Return the units made later: nothing of them is known yet."""
        return self.units.filter(pl.col("day") > day - self.first_day)


def calendar(folder: Path, days: int, seed: int) -> list[list[Played]]:
    """Read a pack and say what is made when.

    Parameters
    ----------
    folder : Path
        With ``data.parquet`` and ``dataset.json``.
    days : int
        Plant days over which the units of each stage are spread.
    seed : int
        Of the order where the pack has none.

    Returns
    -------
    list of list of Played
        Waves: stages of a wave run side by side, the next wave begins when it is over.

    Raises
    ------
    PackError
        If the folder holds no pack.
    """
    pack = load(folder)
    about = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
    frame = pl.read_parquet(folder / "data.parquet")
    timed = "time" in frame.columns
    frame = frame.sort("time", maintain_order=True) if timed else _shuffled(frame, about.get("replicate_column"), seed)
    waves = _waves(frame) if timed else _halves([stage.name for stage in pack.stages])
    return [[_played(name, frame, about, wave * days, days) for name in names] for wave, names in enumerate(waves)]


def _waves(frame: pl.DataFrame) -> list[list[str]]:
    """A stage joins the running wave if it begins before the wave's first stage is half over."""
    spans = frame.group_by("stage").agg(pl.col("time").min().alias("a"), pl.col("time").max().alias("b"))
    waves: list[list[str]] = []
    middle = None
    for name, a, b in spans.sort("a", "stage").iter_rows():
        if middle is None or a >= middle:
            waves.append([])
            middle = a + (b - a) / 2
        waves[-1].append(str(name))
    return waves


def _halves(names: list[str]) -> list[list[str]]:
    ordered = sorted(names)
    half = (len(ordered) + 1) // 2
    return [part for part in (ordered[:half], ordered[half:]) if part]


def _shuffled(frame: pl.DataFrame, replicate: str | None, seed: int) -> pl.DataFrame:
    """Without an order in time any order will do; replicates stay together."""
    lots = frame[replicate].cast(pl.String) if replicate else frame["unit_id"].cast(pl.String)
    rank = {lot: zlib.crc32(f"{seed}\n{lot}".encode()) for lot in lots.unique()}
    keys = pl.Series("_rank", [rank[lot] for lot in lots], dtype=pl.UInt32)
    return frame.with_columns(keys).sort("_rank", maintain_order=True).drop("_rank")


def _played(name: str, frame: pl.DataFrame, about: dict[str, Any], first_day: int, days: int) -> Played:
    rows = frame.filter(pl.col("stage").cast(pl.String) == name)
    known = {_ours(column): column for column in about["parameters"]}
    whats = [
        Characteristic(c["name"], c.get("unit") or "", c.get("kind", "continuous")) for c in about["characteristics"]
    ]
    stage = Stage(
        id=name,
        line=about["name"],
        family=about["name"],
        parameters=tuple(Parameter(ours) for ours in known),
        characteristics=tuple(whats),
    )
    day = np.arange(rows.height) * days // max(rows.height, 1)
    units = rows.select(
        _unit_ids(rows, about.get("replicate_column")),
        _times(day, first_day),
        pl.Series("day", day, dtype=pl.Int64),
        *(pl.col(column).cast(pl.Float64).alias(ours) for ours, column in known.items()),
        *(pl.col(what.name).cast(pl.Float64) for what in whats),
    )
    return Played(stage, {o: c for o, c in known.items() if o != c}, first_day, units)


def _ours(column: str) -> str:
    clean = column.strip()
    return f"{clean}_value" if clean in RESERVED else clean


def _unit_ids(rows: pl.DataFrame, replicate: str | None) -> pl.Series:
    """Units of one lot carry its name: labels of a lot stay on one side of every split."""
    own = rows["unit_id"].cast(pl.String)
    if replicate is None:
        return own.alias("unit_id")
    return (rows[replicate].cast(pl.String).str.replace_all(LOT_SIGN, "-") + LOT_SIGN + own).alias("unit_id")


def _times(day: np.ndarray, first_day: int) -> pl.Series:
    """Spread the units of a day evenly over its shift."""
    counts = np.bincount(day)
    place = np.arange(len(day)) - np.concatenate([[0], np.cumsum(counts)])[day]
    share = (place + 0.5) / counts[day]
    start = ORIGIN + timedelta(days=first_day)
    seconds = day * 86_400.0 + share * SHIFT.total_seconds()
    moments = [start + timedelta(seconds=round(float(s), 3)) for s in seconds]
    return pl.Series("time", moments, dtype=pl.Datetime("us", "UTC"))
