"""Packs of stages read from a folder: one Parquet file and one description each."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.base import Array, Kind, as_matrix
from models.errors import ModelsError

_REQUIRED = ("name", "kind", "parameters", "characteristics")


class PackError(ModelsError):
    """A folder of packs, or one pack in it, is not what it should be."""


@dataclass(frozen=True, slots=True, eq=False)
class PackStage:
    """All units of one stage, in order of time where there is one.

    Parameters
    ----------
    name : str
    x : ndarray, shape (n, d)
        Parameters; NaN where missing.
    y : mapping of str to ndarray, shape (n,)
        Characteristic -> values; NaN where not measured.
    t : ndarray, shape (n,), optional
        Event times in seconds.
    groups : ndarray of object, shape (n,), optional
        Replicate ids.
    columns : tuple of str, optional
        Names of its d parameters, where stages of the pack have parameters of their own.
    """

    name: str
    x: Array
    y: Mapping[str, Array]
    t: Array | None = None
    groups: NDArray[np.object_] | None = None
    columns: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """Stages of one source, with what is measured on them.

    Parameters
    ----------
    name, title : str
    columns : tuple of str
        Names of the d parameters.
    characteristics : mapping of str to {"continuous", "binary"}
    stages : tuple of PackStage
    """

    name: str
    title: str
    columns: tuple[str, ...]
    characteristics: Mapping[str, Kind]
    stages: tuple[PackStage, ...]

    def stage(self, name: str) -> PackStage:
        """Return the stage called `name`, or raise PackError naming the nearest."""
        for found in self.stages:
            if found.name == name:
                return found
        raise PackError(f"pack {self.name!r} has no stage {name!r}{_nearest(name, [s.name for s in self.stages])}")


def folders(data_dir: str | Path, names: Iterable[str] | None = None) -> tuple[Path, ...]:
    """Find the packs in a folder; whatever else lies there is left alone.

    Parameters
    ----------
    data_dir : path
        Holds one folder a pack, or is a pack itself.
    names : iterable of str, optional
        Only these.

    Returns
    -------
    tuple of Path
        Sorted by name.

    Raises
    ------
    PackError
        If there is no folder, no pack in it, or none of a wanted name.
    """
    root = Path(data_dir)
    if not root.is_dir():
        raise PackError(f"no folder {root} - give the folder that holds the packs (--data)")
    inside = (root, *sorted(root.iterdir()))
    found = {p.name: p for p in inside if p.is_dir() and (p / "dataset.json").is_file()}
    if not found:
        raise PackError(f"{root} holds no pack: no folder in it has a dataset.json and a data.parquet")
    wanted = list(found) if names is None else list(names)
    for name in wanted:
        if name not in found:
            raise PackError(f"{root} has no pack {name!r}{_nearest(name, list(found))}")
    return tuple(found[name] for name in sorted(set(wanted)))


def load(folder: str | Path) -> Pack:
    """Read one pack.

    Parameters
    ----------
    folder : path
        With ``data.parquet`` and ``dataset.json``.

    Returns
    -------
    Pack

    Raises
    ------
    PackError
        If a file is missing or damaged, a column is missing or holds no numbers, or a defect is neither 0 nor 1.
    """
    path = Path(folder)
    about = _description(path)
    frame = _frame(path)
    parameters = [str(p) for p in about["parameters"]]
    kinds = _kinds(path, about)
    replicate = about.get("replicate_column")
    others = ["stage"] + ([replicate] if replicate else []) + (["time"] if about.get("time_ordered") else [])
    _check_columns(path, frame, [*parameters, *kinds], others)
    _check_defects(path, frame, kinds)
    if "time" in frame.columns:
        frame = frame.sort("time", maintain_order=True)
    own = _own_parameters(path, about, parameters)
    stages = tuple(
        _stage(part, str(key[0]), own.get(str(key[0]), parameters), kinds, replicate)
        for key, part in sorted(frame.group_by("stage", maintain_order=True), key=lambda pair: str(pair[0][0]))
    )
    if own:
        stages = tuple(replace(s, columns=tuple(own.get(s.name, parameters))) for s in stages)
    return Pack(str(about["name"]), str(about.get("title", about["name"])), tuple(parameters), kinds, stages)


def _description(path: Path) -> dict[str, Any]:
    try:
        about = json.loads((path / "dataset.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PackError(f"{path} has no dataset.json - it says what the columns of data.parquet are") from None
    except (ValueError, OSError) as error:
        raise PackError(f"{path / 'dataset.json'} cannot be read ({error}) - repair it") from None
    if not isinstance(about, dict):
        raise PackError(f"{path / 'dataset.json'} is no JSON object - write {{...}} with {', '.join(_REQUIRED)}")
    for key in _REQUIRED:
        if not about.get(key):
            raise PackError(f"{path / 'dataset.json'} has no {key!r} (needs {', '.join(_REQUIRED)})")
    return about


def _own_parameters(path: Path, about: Mapping[str, Any], parameters: list[str]) -> dict[str, list[str]]:
    """Read `stage_parameters`: stage -> its parameters, where strangers share a pack."""
    own = about.get("stage_parameters", {})
    if not isinstance(own, dict) or not all(isinstance(names, list) and names for names in own.values()):
        raise PackError(f"{path / 'dataset.json'}: stage_parameters is not stage -> [parameters] - write it so")
    for stage, names in own.items():
        for name in (n for n in names if n not in parameters):
            raise PackError(
                f"{path / 'dataset.json'}: stage {stage!r} has parameter {name!r}{_nearest(str(name), parameters)}"
            )
    return own


def _kinds(path: Path, about: Mapping[str, Any]) -> dict[str, Kind]:
    kinds: dict[str, Kind] = {}
    for entry in about["characteristics"]:
        if not isinstance(entry, dict) or "name" not in entry:
            raise PackError(f"{path / 'dataset.json'}: characteristic {entry!r} - write an object with name and kind")
        kind = entry.get("kind", "binary" if about["kind"] == "defect" else "continuous")
        if kind not in {"continuous", "binary"}:
            raise PackError(f"{path / 'dataset.json'}: {entry['name']!r} has kind {kind!r} - continuous or binary")
        kinds[str(entry["name"])] = kind
    return kinds


def _frame(path: Path) -> pl.DataFrame:
    file = path / "data.parquet"
    if not file.is_file():
        raise PackError(f"{path} has a dataset.json but no data.parquet - put the rows beside it")
    try:
        return pl.read_parquet(file)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise PackError(f"{file} is no readable Parquet file ({error}) - write it again") from None


def _check_columns(path: Path, frame: pl.DataFrame, numeric: list[str], others: list[str]) -> None:
    for name in [*numeric, *others]:
        if name not in frame.columns:
            raise PackError(f"{path / 'data.parquet'} has no column {name!r}{_nearest(name, frame.columns)}")
    for name in numeric:
        if not (frame[name].dtype.is_numeric() or frame[name].dtype in {pl.Boolean, pl.Null}):
            raise PackError(f"{path / 'data.parquet'}: column {name!r} is {frame[name].dtype}, not a number - cast it")
    if frame.is_empty():
        raise PackError(f"{path / 'data.parquet'} has no rows")
    for name in (n for n in others if frame[n].null_count()):
        raise PackError(f"{path / 'data.parquet'} has rows without {name!r} - give every row one, or leave it out")


def _check_defects(path: Path, frame: pl.DataFrame, kinds: Mapping[str, Kind]) -> None:
    for name in (n for n, kind in kinds.items() if kind == "binary"):
        values = set(frame[name].cast(pl.Float64).fill_nan(None).drop_nulls().unique())
        if not values <= {0.0, 1.0}:
            raise PackError(f"{path / 'data.parquet'}: defect {name!r} holds {sorted(values)[:4]} - write 0 and 1")


def _stage(
    part: pl.DataFrame, name: str, parameters: list[str], kinds: Mapping[str, Kind], replicate: str | None
) -> PackStage:
    floats = part.select(pl.col([*parameters, *kinds]).cast(pl.Float64))
    x = as_matrix(floats.select(parameters).to_numpy(), len(parameters), f"stage {name!r}")
    y = {c: as_matrix(floats.select(c).to_numpy(), 1, c)[:, 0] for c in kinds}
    groups = np.array(part[replicate].to_list(), dtype=object) if replicate else None
    return PackStage(name, x, y, _seconds(part), groups)


def _seconds(part: pl.DataFrame) -> Array | None:
    if "time" not in part.columns:
        return None
    time = part["time"]
    if time.dtype.is_temporal():
        return np.asarray(time.cast(pl.Datetime("us")).dt.epoch("us").to_numpy(), dtype=np.float64) / 1e6
    return np.asarray(time.cast(pl.Float64).to_numpy(), dtype=np.float64)


def _nearest(name: str, there: list[str]) -> str:
    near = difflib.get_close_matches(name, there, n=1, cutoff=0.5)
    return f" - did you mean {near[0]!r}?" if near else f" (has: {', '.join(there[:8])})"
