"""Packs of a line widened by what happened at the stages before, to learn whether that is worth knowing.

A widened pack has the name of the plain one, so that the same exams are drawn from both: put it into a folder of its
own, run the yardstick on both, and compare the runs (``qc bench --against``).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from models.base import Array
from models.bench.packs import PackError, load

SECOND = 1e6


@dataclass(frozen=True, slots=True)
class Above:
    """A pack of the stage before.

    Parameters
    ----------
    folder : Path
    delay_s, tolerance_s : float
        Its units that were made `delay_s` before, give or take `tolerance_s`, are those that a unit was made of.
    results : bool
        Take its characteristics too, as known by then; else its parameters alone.
    """

    folder: Path
    delay_s: float
    tolerance_s: float
    results: bool = False

    @property
    def names(self) -> list[str]:
        """The columns that it gives."""
        about = json.loads((self.folder / "dataset.json").read_text())
        more = [c["name"] if isinstance(c, dict) else c for c in about["characteristics"]] if self.results else []
        return [*about["parameters"], *more]


def widen(below: Path, above: Sequence[Above], out: Path) -> Path:
    """Write a pack with the columns of the stages before beside its own, and return its folder.

    Parameters
    ----------
    below : Path
        Folder of the pack.
    above : sequence of Above
    out : Path
        Folder of packs to write into.

    Raises
    ------
    PackError
        If a pack has no times, or a name comes twice.
    """
    for folder in (below, *(a.folder for a in above)):
        load(folder)
    about = json.loads((below / "dataset.json").read_text())
    frame = pl.read_parquet(below / "data.parquet")
    made: dict[str, Array] = {}
    for one in above:
        before = _timed(one.folder)
        for name in one.names:
            column = f"{one.folder.name}.{name}"
            if column in made or column in frame.columns:
                raise PackError(f"{column!r} comes twice - name each stage before once")
            values = before[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
            made[column] = mean_before(_seconds(_timed(below)), _seconds(before), values, one.delay_s, one.tolerance_s)
    folder = out / below.name
    folder.mkdir(parents=True, exist_ok=True)
    widened = _timed(below).with_columns(pl.Series(name, values) for name, values in made.items())
    widened.write_parquet(folder / "data.parquet")
    (folder / "dataset.json").write_text(json.dumps(about | {"parameters": [*about["parameters"], *made]}))
    return folder


def mean_before(t: Array, t_above: Array, values: Array, delay_s: float, tolerance_s: float) -> Array:
    """Return for each time the mean of the values that were made `delay_s` before, give or take `tolerance_s`.

    Parameters
    ----------
    t : ndarray, shape (n,)
        Seconds.
    t_above, values : ndarray, shape (m,)
        In order of time; NaN where missing.
    delay_s, tolerance_s : float

    Returns
    -------
    ndarray, shape (n,)
        NaN where there is none.

    Examples
    --------
    >>> mean_before(np.array([10.0, 99.0]), np.array([1.0, 2.0, 3.0]), np.array([5.0, 6.0, 7.0]), 8, 1).tolist()
    [6.0, nan]
    """
    known = np.isfinite(values)
    times, sums = t_above[known], np.concatenate([[0.0], np.cumsum(values[known])])
    first = np.searchsorted(times, t - delay_s - tolerance_s, "left")
    last = np.searchsorted(times, t - delay_s + tolerance_s, "right")
    count = last - first
    return np.where(count > 0, (sums[last] - sums[first]) / np.maximum(count, 1), np.nan)


def _timed(folder: Path) -> pl.DataFrame:
    frame = pl.read_parquet(folder / "data.parquet")
    if "time" not in frame.columns:
        raise PackError(f"pack {folder.name!r} has no times, so nobody knows what was made of what")
    return frame.sort("time", maintain_order=True)


def _seconds(frame: pl.DataFrame) -> Array:
    return np.asarray(frame["time"].dt.epoch("us").to_numpy() / SECOND)
