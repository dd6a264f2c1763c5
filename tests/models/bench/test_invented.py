"""Made-up packs: what they are made of is what they say."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from models.bench import PackError, Result, invent, load, run
from models.bench.invented import SITUATIONS, Family
from models.bench.telling.summary import lines


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return invent(tmp_path_factory.mktemp("made-up"), 12)


@pytest.fixture(scope="module")
def result(folder: Path) -> Result:
    peers = ("peer_mean", "peer_ridge", "peer_pooled_offset")
    return run(folder, learners=(), peers=peers, shots=(10,), seeds=1, protocols=("random",), workers=1, most_stages=4)


def test_three_situations_are_packs(folder: Path) -> None:
    packs = {s: load(folder / f"invented_{s}") for s in SITUATIONS}
    assert {len(pack.stages) for pack in packs.values()} == {12}
    levels = {s: [np.std(stage.y["value"]) for stage in pack.stages] for s, pack in packs.items()}
    assert max(levels["own_scale"]) / min(levels["own_scale"]) > 10
    assert max(levels["sisters"]) / min(levels["sisters"]) < 3
    strangers = packs["strangers"].stages
    assert len({stage.columns for stage in strangers}) == 12
    assert all(stage.columns is not None and stage.x.shape[1] == len(stage.columns) for stage in strangers)
    assert all(np.isfinite(stage.x).all() for stage in strangers)


def test_a_pack_is_made_from_its_seed(tmp_path: Path) -> None:
    again = [load(invent(tmp_path / n, 3, seed) / "invented_sisters") for n, seed in (("a", 1), ("b", 1), ("c", 2))]
    first, same, other = (pack.stages[0].y["value"] for pack in again)
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)
    with pytest.raises(ValueError, match="3 or more"):
        invent(tmp_path, 2)


def test_sisters_help_where_they_are_sisters(result: Result) -> None:
    (line,) = lines(result, "nrmse")
    assert line.by_pack["invented_sisters"]["peer_pooled_offset"] < line.by_pack["invented_sisters"]["peer_mean"]
    assert line.by_pack["invented_own_scale"]["peer_pooled_offset"] > 1.0


def test_pooling_strangers_is_refused_not_broken(result: Result) -> None:
    mine = [r for r in result.rows if (r.pack, r.method) == ("invented_strangers", "peer_pooled_offset")]
    assert {r.status for r in mine} == {"refused"}
    assert "others" in mine[0].note
    assert all(r.status == "ok" for r in result.rows if r.method == "peer_ridge")


def test_noise_is_what_the_family_says() -> None:
    rng = np.random.default_rng(0)
    family = Family.drawn(6, rng)
    x, y = family.stage(400, rng)
    assert x.shape == (400, 6)
    assert np.std(y) > family.noise


def test_parameters_of_a_stage_must_be_parameters_of_the_pack(folder: Path, tmp_path: Path) -> None:
    pack = invent(tmp_path, 3) / "invented_strangers"
    about = json.loads((pack / "dataset.json").read_text())
    about["stage_parameters"]["stage-000"] = ["s000_9x"]
    (pack / "dataset.json").write_text(json.dumps(about))
    with pytest.raises(PackError, match="did you mean 's000_"):
        load(pack)
    (pack / "dataset.json").write_text(json.dumps(about | {"stage_parameters": ["s000_0"]}))
    with pytest.raises(PackError, match="stage_parameters is not"):
        load(pack)
