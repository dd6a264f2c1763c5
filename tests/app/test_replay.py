"""Packs played through the product: honest in time, nothing lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from qc_app.cli import main
from qc_app.errors import ActionError
from qc_app.jobs.learner import train
from qc_app.replay import replay, summarize
from qc_app.replay.calendar import calendar


def pack(folder, *, timed=True, binary=False, replicate=None, stages=("s1", "s2", "s3"), rows=40, side_by_side=False):
    folder.mkdir()
    rng = np.random.default_rng(3)
    parts = []
    for i, name in enumerate(stages):
        x = rng.normal(size=(rows, 2))
        y = x[:, 0] + 0.1 * rng.normal(size=rows) + i
        value = (x[:, 0] > 0.8).astype(float) if binary else y
        start = datetime(2020, 1, 1 if side_by_side else 1 + 2 * i, tzinfo=UTC).replace(tzinfo=None)
        times = [start + timedelta(hours=j) for j in range(rows)]
        part = pl.DataFrame({"stage": [name] * rows, "unit_id": [f"{name}{j}" for j in range(rows)], "time": times,
                             "lot": [f"L{j // 4}" for j in range(rows)], "a": x[:, 0], "quality": x[:, 1],
                             "y": value})  # fmt: skip
        parts.append(part if timed else part.drop("time"))
    pl.concat(parts).write_parquet(folder / "data.parquet")
    what = {"name": "y", "unit": "mm", "kind": "binary" if binary else "continuous"}
    about = {"name": folder.name, "kind": "defect" if binary else "regression", "time_ordered": timed,
             "replicate_column": replicate, "parameters": ["a", "quality"], "characteristics": [what]}  # fmt: skip
    (folder / "dataset.json").write_text(json.dumps(about))
    return folder


@pytest.fixture(autouse=True)
def fast_learner(monkeypatch):
    monkeypatch.setattr(train, "LEARNER", "ridge")


def names(waves):
    return [[p.stage.id for p in wave] for wave in waves]


def test_stages_keep_their_order_in_time(tmp_path):
    assert names(calendar(pack(tmp_path / "a"), 4, 0)) == [["s1"], ["s2"], ["s3"]]
    assert names(calendar(pack(tmp_path / "b", side_by_side=True), 4, 0)) == [["s1", "s2", "s3"]]
    assert names(calendar(pack(tmp_path / "c", timed=False), 4, 0)) == [["s1", "s2"], ["s3"]]


def test_units_keep_their_order_and_fill_their_days(tmp_path):
    played = calendar(pack(tmp_path / "a"), 4, 0)[1][0]
    assert played.units["unit_id"].to_list() == [f"s2{j}" for j in range(40)]
    assert played.units["time"].is_sorted()
    assert played.days() == range(4, 8)
    assert [played.on(day).height for day in played.days()] == [10] * 4
    assert played.after(6).height == 10
    assert played.columns == {"quality_value": "quality"}


def test_replicates_become_lots_and_stay_together(tmp_path):
    played = calendar(pack(tmp_path / "a", timed=False, replicate="lot"), 4, 0)[0][0]
    lots = [unit.split("/")[0] for unit in played.units["unit_id"]]
    assert len(set(lots)) == 10
    assert sum(a != b for a, b in pairwise(lots)) == 9


@pytest.mark.slow
def test_a_replay_is_conserved_repeatable_and_better_than_the_mean(tmp_path):
    folder = pack(tmp_path / "a", stages=("s1", "s2"), rows=80)
    one = replay(folder, tmp_path / "one", nights_per_stage=4)
    assert one.failures == ()
    assert all(c.balanced for c in one.sources)
    assert sum(c.offered for c in one.sources if c.source.endswith("measurements")) == 160
    assert len(one.nights) == 8
    assert [n.labels for n in one.nights][:2][0] == 0
    assert all(n.score is None for n in one.nights if n.night == 3)
    found = summarize(one.nights)[0]
    assert found.metric == "nrmse"
    assert found.score < found.baseline
    assert replay(folder, tmp_path / "two", nights_per_stage=4).nights == one.nights
    with pytest.raises(ActionError, match="needs a folder of its own"):
        replay(folder, tmp_path / "one")


def test_the_command_reports_and_writes_rows(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "packs").mkdir()
    pack(tmp_path / "packs" / "defects", binary=True, stages=("s1",))
    out = tmp_path / "rows.json"
    arguments = ["replay", str(tmp_path / "packs"), "--nights-per-stage", "3", "--out", str(out), "--quiet"]
    assert main(arguments) == 0
    assert "every source is balanced" in capsys.readouterr().out
    written = json.loads(out.read_text())
    assert {row["metric"] for row in written["rows"]} == {"brier_skill"}
    assert all(entry["balanced"] for entry in written["conservation"])


@pytest.mark.realdata
@pytest.mark.slow
def test_a_real_pack_goes_through(packs_dir, tmp_path):
    found = replay(packs_dir / "metal_etch", tmp_path / "home", nights_per_stage=3)
    assert found.failures == ()
    assert all(c.balanced for c in found.sources)
    assert len(found.nights) == 9
