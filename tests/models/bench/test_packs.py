from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from models.bench import PackError, folders, load
from tests.models.bench.packs import COLUMNS, write_pack


def change(**given: object) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        about = json.loads((folder / "dataset.json").read_text())
        (folder / "dataset.json").write_text(json.dumps(about | given))

    return apply


def rewrite(how: Callable[[pl.DataFrame], pl.DataFrame]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        how(pl.read_parquet(folder / "data.parquet")).write_parquet(folder / "data.parquet")

    return apply


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "no data": (lambda f: (f / "data.parquet").unlink(), r"no data\.parquet - put the rows beside it"),
    "data cut short": (lambda f: (f / "data.parquet").write_bytes(b"PAR1"), "no readable Parquet file"),
    "description no JSON": (lambda f: (f / "dataset.json").write_text("{"), "cannot be read"),
    "description a list": (lambda f: (f / "dataset.json").write_text("[]"), "no JSON object"),
    "description without parameters": (change(parameters=[]), "has no 'parameters'"),
    "parameter not in data": (change(parameters=["sped", "force"]), "no column 'sped' - did you mean 'speed'"),
    "replicates not in data": (change(replicate_column="shot"), "no column 'shot'"),
    "text for a number": (rewrite(lambda d: d.with_columns(pl.lit("a").alias("heat"))), "'heat' is String, not a num"),
    "rows without stage": (
        rewrite(lambda d: d.with_columns(pl.lit(None, pl.String).alias("stage"))),
        "rows without 'stage'",
    ),
    "no rows": (rewrite(lambda d: d.head(0)), "has no rows"),
    "kind unknown": (change(characteristics=[{"name": "value", "kind": "word"}]), "kind 'word'"),
    "characteristic without name": (change(characteristics=["value"]), "write an object with name"),
    "defect of other values": (change(characteristics=[{"name": "value", "kind": "binary"}]), "write 0 and 1"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_pack_says_what_where_and_what_to_do(tmp_path: Path, case: str) -> None:
    folder = write_pack(tmp_path, rows=12, stages=2)
    breakage, words = BROKEN[case]
    breakage(folder)
    with pytest.raises(PackError, match=words) as caught:
        load(folder)
    assert str(folder) in str(caught.value)


def test_other_things_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    write_pack(tmp_path, "b", rows=12)
    write_pack(tmp_path, "a", rows=12)
    (tmp_path / "sealed.bin").write_bytes(b"\0\1")
    (tmp_path / "README.md").write_text("x")
    (tmp_path / "plots").mkdir()
    assert [p.name for p in folders(tmp_path)] == ["a", "b"]
    assert [p.name for p in folders(tmp_path, ["b"])] == ["b"]
    assert folders(tmp_path / "a") == (tmp_path / "a",)


def test_missing_folders_and_names_are_named(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="no folder"):
        folders(tmp_path / "nowhere")
    with pytest.raises(PackError, match="holds no pack"):
        folders(tmp_path)
    folder = write_pack(tmp_path, "turning", rows=12)
    with pytest.raises(PackError, match="did you mean 'turning'"):
        folders(tmp_path, ["turnin"])
    with pytest.raises(PackError, match="did you mean 'stand-1'"):
        load(folder).stage("stand1")


def test_rows_come_in_order_of_time_with_missing_as_nan(tmp_path: Path) -> None:
    folder = write_pack(tmp_path, rows=40)
    pack = load(folder)
    frame = pl.read_parquet(folder / "data.parquet").filter(pl.col("stage") == "stand-2").sort("time")
    stage = pack.stage("stand-2")
    np.testing.assert_array_equal(stage.x, frame.select(COLUMNS).to_numpy())
    np.testing.assert_array_equal(stage.y["value"], frame["value"].to_numpy())
    assert stage.t is not None
    assert np.all(np.diff(stage.t) == 60.0)
    assert stage.t[0] == 1_700_000_000.0


def test_a_pack_without_order_has_no_times(tmp_path: Path) -> None:
    pack = load(write_pack(tmp_path, rows=12, time=False))
    assert all(s.t is None for s in pack.stages)


@pytest.mark.realdata
def test_real_packs_load_as_described(packs_dir: Path) -> None:
    for folder in folders(packs_dir):
        pack = load(folder)
        about = json.loads((folder / "dataset.json").read_text())
        assert {s.name: len(s.x) for s in pack.stages} == about["stages"]
