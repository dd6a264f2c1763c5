from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from models.bench import (
    Exam,
    Pack,
    Skipped,
    exam,
    load,
    nightly_exams,
    rolling_exams,
    run,
    split_stages,
    training_tasks,
)
from tests.models.bench.packs import make_pack, write_pack

PROTOCOLS = ["random", "time"]


def drawn(pack: Pack, protocol: str, k: int = 10, seed: int = 0, stage: str = "stand-1") -> Exam:
    found = exam(pack, stage, "value", protocol=protocol, k=k, seed=seed)  # type: ignore[arg-type]
    assert isinstance(found, Exam)
    return found


def same_task(a: Exam, b: Exam) -> bool:
    pairs = [(getattr(a.task, n), getattr(b.task, n)) for n in ("support_x", "support_y", "unlabelled_x", "support_t")]
    return all((x is y is None) or np.array_equal(x, y, equal_nan=True) for x, y in pairs)


@pytest.mark.parametrize("kind", ["regression", "defect"])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_task_carries_no_query_and_no_row_is_both(tmp_path: Path, protocol: str, kind: str) -> None:
    pack = make_pack(tmp_path, kind=kind)
    for k in (3, 5):
        found = drawn(pack, protocol, k)
        assert found.task.query_x is None
        assert found.task.query_y is None
        assert not set(found.rows) & set(found.support_rows)
        np.testing.assert_array_equal(found.task.support_y, pack.stage("stand-1").y["value"][found.support_rows])


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_poisoned_query_label_changes_nothing_a_method_sees(tmp_path: Path, protocol: str) -> None:
    pack = make_pack(tmp_path)
    before = drawn(pack, protocol)
    stage = pack.stage("stand-1")
    y = stage.y["value"].copy()
    y[before.rows] = 1e9
    poisoned = replace(stage, y={"value": y})
    others = tuple(poisoned if s.name == "stand-1" else s for s in pack.stages)
    after = drawn(replace(pack, stages=others), protocol)
    assert same_task(before, after)
    assert (after.y == 1e9).all()


def test_time_takes_labels_and_unlabelled_from_before_the_query(tmp_path: Path) -> None:
    found = drawn(make_pack(tmp_path), "time", k=20)
    assert found.t is not None
    assert found.task.support_t is not None
    assert found.task.unlabelled_t is not None
    assert max(found.task.support_t.max(), found.task.unlabelled_t.max()) < found.t.min()


def test_units_of_one_moment_stay_together(tmp_path: Path) -> None:
    pack = make_pack(tmp_path)
    stage = pack.stage("stand-1")
    t = np.repeat([0.0, 50.0, 100.0], [60, 40, 60])
    tied = replace(pack, stages=(replace(stage, t=t),))
    found = drawn(tied, "time", k=50)
    assert set(t[found.support_rows]) == {0.0}
    assert set(t[found.rows]) == {50.0, 100.0}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("kind", ["regression", "defect"])
def test_replicates_are_never_split(tmp_path: Path, protocol: str, kind: str) -> None:
    pack = make_pack(tmp_path, replicate="setting", kind=kind)
    groups = pack.stage("stand-1").groups
    assert groups is not None
    for seed in range(5):
        found = drawn(pack, protocol, 5, seed)
        assert not set(groups[found.support_rows]) & set(groups[found.rows])


@pytest.mark.parametrize("seed", range(4))
def test_stages_judged_are_a_third_and_never_learned_from(tmp_path: Path, seed: int) -> None:
    pack = make_pack(tmp_path)
    learned, judged = split_stages(pack, seed)
    assert len(judged) == 2
    assert not set(learned) & set(judged)
    assert {t.stage for t in training_tasks(pack, "value", learned, seed)} == set(learned)


def test_three_seeds_judge_every_stage_once(tmp_path: Path) -> None:
    pack = make_pack(tmp_path)
    judged = [name for seed in range(3) for name in split_stages(pack, seed)[1]]
    assert sorted(judged) == [s.name for s in pack.stages]
    assert split_stages(pack, 0) != split_stages(pack, 3)


def test_stages_that_share_shots_stay_on_one_side(tmp_path: Path) -> None:
    pack = make_pack(tmp_path, replicate="shot", shared_shots=True)
    for seed in range(6):
        learned, judged = split_stages(pack, seed)
        ids = [{str(g) for n in names for g in np.asarray(pack.stage(n).groups)} for names in (learned, judged)]
        assert not ids[0] & ids[1]


def test_a_single_stage_is_judged_without_sisters(tmp_path: Path) -> None:
    assert split_stages(make_pack(tmp_path, stages=1), 4) == ((), ("stand-0",))


def test_supports_grow_and_the_query_stays(tmp_path: Path) -> None:
    pack = make_pack(tmp_path)
    exams = [drawn(pack, "random", k) for k in (5, 10, 20, 50)]
    for small, large in pairwise(exams):
        assert set(small.support_rows) < set(large.support_rows)
        np.testing.assert_array_equal(small.rows, large.rows)
    assert len(exams[0].task.unlabelled_x) == 155


@pytest.mark.parametrize(("rows", "k", "queries"), [(43, 20, 21), (60, 50, 10), (77, 50, 27), (30, 20, 10)])
def test_short_stages_keep_labels_for_the_largest_support_they_can_serve(
    tmp_path: Path, rows: int, k: int, queries: int
) -> None:
    assert len(drawn(make_pack(tmp_path, rows=rows), "random", k).rows) == queries


def test_seeds_differ_and_repeat(tmp_path: Path) -> None:
    pack = make_pack(tmp_path)
    assert same_task(drawn(pack, "random", seed=1), drawn(pack, "random", seed=1))
    assert not same_task(drawn(pack, "random", seed=1), drawn(pack, "random", seed=2))


@pytest.mark.parametrize(("k", "bad", "good"), [(0, 0, 10), (1, 1, 3), (3, 3, 9), (5, 5, 15)])
def test_a_labelled_defect_comes_with_three_good_units(tmp_path: Path, k: int, bad: int, good: int) -> None:
    y = drawn(make_pack(tmp_path, kind="defect"), "random", k).task.support_y
    assert (int(y.sum()), int((1 - y).sum())) == (bad, good)


def test_training_stages_carry_labels_up_to_the_cap(tmp_path: Path) -> None:
    values = training_tasks(make_pack(tmp_path / "a"), "value", ["stand-0"], 0, cap=50)[0]
    assert (len(values.support_y), len(values.unlabelled_x)) == (50, 110)
    defects = training_tasks(make_pack(tmp_path / "b", kind="defect"), "value", ["stand-0"], 0, cap=50)[0]
    assert (len(defects.support_y), int(defects.support_y.sum())) == (50, 20)


def test_what_cannot_be_judged_is_skipped_with_a_reason(tmp_path: Path) -> None:
    short = make_pack(tmp_path / "short", rows=30)
    found = exam(short, "stand-0", "value", protocol="random", k=50, seed=0)
    assert isinstance(found, Skipped)
    assert "50 labels" in found.reason
    untimed = make_pack(tmp_path / "untimed", time=False)
    assert isinstance(exam(untimed, "stand-0", "value", protocol="time", k=5, seed=0), Skipped)
    stage = untimed.stages[0]
    flat = replace(untimed, stages=(replace(stage, y={"value": np.full(160, 3.3)}),))
    assert isinstance(exam(flat, "stand-0", "value", protocol="random", k=5, seed=0), Skipped)


def test_rolling_labels_are_late_and_units_judged_before_their_own(tmp_path: Path) -> None:
    walked = rolling_exams(make_pack(tmp_path), "stand-1", "value", (5, 10), every=8, late=16)
    assert isinstance(walked, dict)
    assert {k: [len(e.task.support_y) for e in exams] for k, exams in walked.items()} == {
        5: [5, 6, 7, 8, 9],
        10: [10, 11, 12, 13, 14, 15, 16, 17, 18],
    }
    for found in (e for exams in walked.values() for e in exams):
        assert found.support_rows.max() + 16 <= found.rows.min()
        assert set(found.support_rows % 8) == {0}
        assert found.t is not None
        assert found.task.unlabelled_t is not None
        assert found.task.unlabelled_t.max() < found.t.min()


def test_rolling_needs_an_order(tmp_path: Path) -> None:
    assert isinstance(rolling_exams(make_pack(tmp_path, time=False), "stand-1", "value", (5,)), Skipped)


@pytest.mark.realdata
def test_left_and_right_parts_of_one_shot_stay_together(packs_dir: Path) -> None:
    pack = load(packs_dir / "injection_defect")
    for seed in range(3):
        learned, judged = split_stages(pack, seed)
        assert {n.split("_")[0] for n in learned}.isdisjoint({n.split("_")[0] for n in judged})


def test_nights_know_the_units_before_them_and_no_label_but_the_old_ones(tmp_path: Path) -> None:
    pack = make_pack(tmp_path, kind="defect")
    whole = drawn(pack, "time", 3)
    nights = nightly_exams(pack, "stand-1", "value", k=3, seed=0)
    assert isinstance(nights, tuple)
    assert len(nights) == 8
    assert whole.t is not None
    np.testing.assert_array_equal(np.sort(np.concatenate([e.rows for e in nights])), whole.rows)
    all_t = pack.stage("stand-1").t
    assert all_t is not None
    known = []
    for night in nights:
        assert night.t is not None
        assert night.task.unlabelled_t is not None
        np.testing.assert_array_equal(night.support_rows, whole.support_rows)
        assert night.task.unlabelled_t.max() < night.t.min()
        known.append(len(night.task.unlabelled_t) + len(night.support_rows))
        assert known[-1] == np.sum(all_t < night.t.min())
    assert all(a < b for a, b in pairwise(known))


def test_nights_are_for_defects_with_an_order(tmp_path: Path) -> None:
    measured, timeless = make_pack(tmp_path), make_pack(tmp_path, name="saw", kind="defect", time=False)
    for pack, said in ((measured, "for defects"), (timeless, "no order")):
        found = nightly_exams(pack, "stand-1", "value", k=3, seed=0)
        assert isinstance(found, Skipped)
        assert said in found.reason


def test_the_bench_judges_nights_together(tmp_path: Path) -> None:
    write_pack(tmp_path, kind="defect")
    found = run(
        tmp_path,
        learners=(),
        peers=("peer_pca",),
        protocols=("nightly", "time"),
        defect_shots=(3,),
        seeds=1,
        workers=1,
    )
    judged = {p: [r for r in found.rows if r.protocol == p] for p in ("nightly", "time")}
    assert [r.queries for r in judged["nightly"]] == [r.queries for r in judged["time"]]
    assert all(r.status == "ok" and r.ap is not None for r in judged["nightly"])
