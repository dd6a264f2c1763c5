"""False alarms as promised: exams of normal units, and what counts as one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.base import Prediction
from models.bench import Exam, Pack, Result, Row, Settings, Skipped, report, run, targets
from models.bench.judge import judged
from models.bench.normal import normal_exam
from models.bench.telling.summary import lines
from tests.models.bench.packs import make_pack, write_pack


def drawn(pack: Pack, **given: Any) -> Exam:
    found = normal_exam(pack, "stand-1", "value", **({"ordered": False, "units": 50, "seed": 0} | given))
    assert isinstance(found, Exam), found
    return found


def test_no_label_is_given_and_no_defect_is_learned_as_normal(tmp_path: Path) -> None:
    pack = make_pack(tmp_path, kind="defect", rows=200)
    found = drawn(pack)
    assert found.task.support_y.size == 0
    assert found.task.unlabelled_x.shape == (50, 3)
    stage = pack.stage("stand-1")
    known = {tuple(np.nan_to_num(row)) for row in found.task.unlabelled_x}
    bad = {tuple(np.nan_to_num(row)) for row in stage.x[stage.y["value"] == 1]}
    asked = {tuple(np.nan_to_num(row)) for row in found.x}
    assert known.isdisjoint(bad)
    assert known.isdisjoint(asked)
    assert bad <= asked
    assert int(found.y.sum()) == len(bad)


def test_units_grow_within_a_seed(tmp_path: Path) -> None:
    pack = make_pack(tmp_path, rows=200)
    few, many = (drawn(pack, units=n).task.unlabelled_x for n in (50, 100))
    assert {tuple(np.nan_to_num(r)) for r in few} <= {tuple(np.nan_to_num(r)) for r in many}


def test_with_an_order_what_comes_later_is_judged(tmp_path: Path) -> None:
    found = drawn(make_pack(tmp_path, rows=200), ordered=True)
    assert found.t is not None
    assert found.task.unlabelled_t is not None
    assert found.task.unlabelled_t.max() < found.t.min()


def test_replicates_stay_on_one_side(tmp_path: Path) -> None:
    pack = make_pack(tmp_path, rows=400, replicate="shot")
    found, groups = drawn(pack, units=20), pack.stage("stand-1").groups
    assert groups is not None
    x = np.nan_to_num(pack.stage("stand-1").x)
    learned = {str(groups[np.flatnonzero((x == np.nan_to_num(row)).all(axis=1))[0]]) for row in found.task.unlabelled_x}
    assert learned.isdisjoint({str(g) for g in groups[found.rows]})


def test_too_few_units_are_said(tmp_path: Path) -> None:
    pack = make_pack(tmp_path, rows=60)
    found = normal_exam(pack, "stand-1", "value", ordered=False, units=50, seed=0)
    assert isinstance(found, Skipped)
    assert "60 normal units" in found.reason
    unordered = make_pack(tmp_path / "b", time=False)
    assert isinstance(normal_exam(unordered, "stand-1", "value", ordered=True, units=50, seed=0), Skipped)


def test_the_rate_is_of_normal_units_alone(tmp_path: Path) -> None:
    exam = drawn(make_pack(tmp_path, kind="defect", rows=200))
    anomaly = np.where(exam.y == 1, 0.999, np.linspace(0, 1, len(exam.y)))
    zeros = np.zeros(len(exam.y))
    said = Prediction(zeros, zeros, zeros, anomaly, zeros == 0)
    row = Row("p", "c", "binary", "normal", 50, 0, "s", "ours", True, 1, 1.0)
    found = judged(row, [exam], [said])
    normal = anomaly[exam.y == 0]
    assert found.alarms_5 == pytest.approx(np.mean(normal > 0.95))
    assert found.alarms_1 == pytest.approx(np.mean(normal > 0.99))
    assert found.auroc is not None
    assert found.auroc > 0.9
    peer = judged(replace(row, own=False), [exam], [said])
    assert (peer.alarms_1, peer.auroc) == (None, pytest.approx(0.5))


def test_a_learner_keeps_its_promise_on_made_up_stages(tmp_path: Path) -> None:
    write_pack(tmp_path, "press", kind="defect", rows=300)
    found = run(
        tmp_path, learners=("stage_mean",), peers=("peer_pca", "peer_logistic"), protocols=("normal",), workers=1
    )
    assert {(r.method, r.k) for r in found.rows} == {(m, k) for m in ("stage_mean", "peer_pca") for k in (50, 200)}
    (few, many) = lines(found, "alarms_5")
    assert set(few.means) == {"stage_mean"}
    assert many.means["stage_mean"] == pytest.approx(0.05, abs=0.035)
    assert {"peer_pca", "stage_mean"} <= set(lines(found, "ap")[0].means)
    words = [t.words for t in targets(found)]
    assert "false alarms at 5 %, normal: at most 6 % where 5 % is promised" in words
    titles = [t.title for t in report(found)]
    assert any("promised: 5 %" in title for title in titles)


def test_a_rate_above_the_promise_is_no_target_met() -> None:
    row = Row("p", "c", "continuous", "normal", 50, 0, "s", "ridge", True, 100, 1.0, alarms_1=0.04, alarms_5=0.05)
    result = Result(replace(_settings(), learners=("ridge",)), {}, (row,), 1.0)
    one, five = (t for t in targets(result) if "false alarms" in t.words)
    assert (one.met, one.told, five.met) == (False, "4.0 %", True)


def _settings() -> Settings:
    return Settings("packs", ("ridge",), (), ("normal",), (5,), (3,), (0,))
