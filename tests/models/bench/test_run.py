from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import models
from models.base import Array, Prediction, Task
from models.bench import PackError, Result, Row, exam, make_peer, peer_names, plot, report, run, targets
from models.bench.protocols import Exam
from models.errors import NotThisKind, UnknownName
from models.learners.portfolio import Portfolio
from tests.models.bench.packs import make_pack, write_pack

CHEAP = ("peer_mean", "peer_ridge", "peer_pooled_offset", "peer_last", "peer_ewma")


class Truthful:
    """A learner that knows how the made-up pack is made: a check that figures can be near zero."""

    name = "truthful"

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses = refuses
        self.seen: list[Task] = []

    def fit(self, tasks: Sequence[Task]) -> Truthful:
        self.seen = list(tasks)
        return self

    def adapt(self, task: Task) -> Truthful:
        if self.refuses:
            raise NotThisKind("not today")
        self.seen.append(task)
        self.offset = float(np.nanmean(task.support_y - self.signal(task.support_x)))
        return self

    @staticmethod
    def signal(x: Array) -> Array:
        return 2 * np.nan_to_num(x[:, 0]) + np.sin(np.nan_to_num(x[:, 1]))

    def predict(self, x: Array, t: Array | None = None, level: float = 0.9) -> Prediction:
        del t
        mean = self.signal(x) + self.offset
        nothing = np.zeros(len(x))
        return Prediction(mean, mean - 1, mean + 1, nothing, nothing == 0, level)


def serve(monkeypatch: pytest.MonkeyPatch, learner: Truthful) -> None:
    monkeypatch.setattr(models, "make_learner", lambda *_, **__: learner)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("packs")
    write_pack(root, "mill")
    write_pack(root, "press", kind="defect", rows=120)
    return root


@pytest.fixture(scope="module")
def result(folder: Path) -> Result:
    return run(folder, learners=(), peers=(*CHEAP, "peer_pca", "peer_logistic"), shots=(5, 10), seeds=2, workers=1)


def test_every_exam_has_one_row_a_method(result: Result) -> None:
    keys = [(r.pack, r.protocol, r.k, r.seed, r.stage, r.method) for r in result.rows]
    assert len(keys) == len(set(keys))
    assert all(r.status == "ok" for r in result.rows), [r.note for r in result.rows if r.note]
    mill = [r for r in result.rows if r.pack == "mill"]
    assert {(r.protocol, r.method) for r in mill if r.method == "peer_last"} == {("rolling", "peer_last")}
    random = [r for r in mill if r.protocol == "random"]
    assert len(random) == 2 * 2 * 2 * 3  # shots, seeds, stages, peers


def test_figures_belong_to_the_kind(result: Result) -> None:
    for row in result.rows:
        assert (row.nrmse is None) == (row.kind == "binary") == (row.auroc is not None) == (row.ap is not None)
        if row.method == "peer_mean":
            assert row.coverage is not None
            assert row.crps is not None


def test_regression_learns_what_the_mean_does_not(result: Result) -> None:
    def mean(method: str) -> float:
        return float(np.mean([r.nrmse for r in result.rows if (r.method, r.protocol, r.k) == (method, "random", 10)]))

    assert mean("peer_ridge") < 0.6
    assert mean("peer_mean") > 0.9


def test_a_run_repeats_and_survives_json(folder: Path, result: Result) -> None:
    again = run(folder, learners=(), peers=("peer_ridge",), shots=(5, 10), seeds=2, workers=1)
    figures = [r.nrmse for r in result.rows if r.method == "peer_ridge"]
    assert figures == [r.nrmse for r in again.rows if r.method == "peer_ridge"]
    assert Result.from_json(again.to_json()) == again
    with pytest.raises(PackError, match="no result of the bench"):
        Result.from_json("{}")


def test_own_learners_run_beside_peers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    learner = Truthful()
    serve(monkeypatch, learner)
    told: list[tuple[int, int, str]] = []
    found = run(
        folder,
        learners=("truthful",),
        peers=("peer_mean",),
        packs=["mill"],
        quick=True,
        workers=1,
        progress=lambda *words: told.append(words),
    )
    own = [r for r in found.rows if r.own]
    assert {r.k for r in own} == {10}
    assert {r.protocol for r in own} == {"random", "time"}
    assert all(r.nrmse is not None and r.nrmse < 0.5 for r in own)
    assert told[-1][:2] == (2, 2)
    assert {t.stage for t in learner.seen if len(t.support_y) == 160}.isdisjoint(r.stage for r in own)


def test_a_refusal_is_a_row_and_no_mean(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(monkeypatch, Truthful(refuses=True))
    found = run(folder, learners=("shy",), peers=("peer_mean",), packs=["mill"], quick=True, workers=1)
    assert {r.status for r in found.rows if r.own} == {"refused"}
    tables = report(found)
    assert any("unanswered" in t.title and "not today" in t.rows[0][-1] for t in tables)
    assert ("shy", "-") not in {row[:2] for row in tables[0].rows if row[0] == "peer_mean"}


def test_a_fault_in_a_learner_names_the_exam(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Faulty(Truthful):
        def adapt(self, task: Task) -> Truthful:
            raise ZeroDivisionError(task.stage)

    serve(monkeypatch, Faulty())
    with pytest.raises(ZeroDivisionError) as caught:
        run(folder, learners=("faulty",), peers=(), packs=["mill"], quick=True, workers=1)
    assert "mill / value / faulty" in caught.value.__notes__[0]


def test_wrong_names_are_said_before_anything_runs(folder: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean 'peer_ridge'"):
        run(folder, learners=(), peers=("peer_rigde",))
    with pytest.raises(PackError, match="no protocol 'forward'"):
        run(folder, learners=(), peers=(), protocols=("forward",))  # type: ignore[arg-type]


def test_few_training_stages_are_a_choice(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    learner = Truthful()
    serve(monkeypatch, learner)
    found = run(folder, learners=("truthful",), peers=(), packs=["mill"], quick=True, workers=1, training=(2,))
    assert len({t.stage for t in learner.seen if len(t.support_y) == 160}) == 2
    assert found.settings.training == (2,)


@pytest.mark.parametrize("asked", [{"seeds": 0}, {"seeds": [-1]}, {"shots": [-5]}])
def test_impossible_numbers_are_said(folder: Path, asked: dict[str, Any]) -> None:
    with pytest.raises(PackError, match=r"at least one|0 or more"):
        run(folder, learners=(), peers=("peer_mean",), **asked)


@pytest.mark.parametrize("name", peer_names())
def test_every_peer_predicts_strange_stages(tmp_path: Path, name: str) -> None:
    peer = make_peer(name)
    pack = make_pack(tmp_path, kind="defect" if peer.kind == "binary" else "regression", stages=3, rows=120)
    found = exam(pack, "stand-0", "value", protocol="random", k=3, seed=0)
    assert isinstance(found, Exam)
    task = found.task
    awkward: dict[str, Any] = {
        "support_x": np.where([False, False, True], np.nan, np.where([True, False, False], 7.0, task.support_x)),
        "unlabelled_x": np.where([False, False, True], np.nan, task.unlabelled_x),
    }
    sisters = [
        Task(stage=s.name, characteristic="value", columns=pack.columns, support_x=s.x, support_y=s.y["value"],
             kind=task.kind)
        for s in pack.stages[1:]
    ]  # fmt: skip
    fitted = peer.fit(sisters)
    for changed in ({}, awkward, {"support_y": np.zeros(len(task.support_y))}):
        given = {n: getattr(task, n) for n in ("stage", "characteristic", "columns", "support_x", "support_y", "kind")}
        again = Task(**(given | {"unlabelled_x": task.unlabelled_x} | changed))
        prediction = fitted.adapt(again).predict(found.x)
        assert np.isfinite(prediction.mean).all()
        assert prediction.mean.shape == (len(found.x),)
    kind = "continuous" if peer.kind == "binary" else "binary"
    other = Task(stage="s", characteristic="c", columns=["a"], support_x=[[1.0]], support_y=[1.0], kind=kind)
    with pytest.raises(NotThisKind):
        fitted.adapt(other)


def test_pooling_without_sisters_is_refused() -> None:
    with pytest.raises(NotThisKind, match="there is none"):
        make_peer("peer_pooled").fit([])


@pytest.mark.slow
def test_members_are_trained_once_and_are_those_trained_alone(folder: Path) -> None:
    asked: dict[str, Any] = {"peers": (), "packs": ["mill"], "protocols": ("random",), "quick": True, "workers": 1}
    found = run(folder, learners=(), members=True, **asked)
    assert {r.method for r in found.rows} == {"portfolio", *Portfolio.MEMBERS}
    alone = run(folder, learners=("ridge", "prior_mixture"), **asked).rows
    within = [r for r in found.rows if r.method in {"ridge", "prior_mixture"}]
    assert [(r.method, r.nrmse) for r in within] == [(r.method, r.nrmse) for r in alone]
    assert {r.fit_s for r in within} == {None}
    assert "no pack over 2 % worse than the best member" in {t.words.partition(": ")[2] for t in targets(found)}


@pytest.mark.slow
def test_two_processes_give_the_rows_of_one(folder: Path, result: Result) -> None:
    found = run(folder, learners=(), peers=("peer_ridge",), shots=(5, 10), seeds=2, workers=2)
    figures: list[Row] = [r for r in result.rows if r.method == "peer_ridge"]
    assert [r.nrmse for r in found.rows] == pytest.approx([r.nrmse for r in figures])


@pytest.mark.slow
def test_the_plot_is_a_picture(result: Result, tmp_path: Path) -> None:
    assert plot(result, tmp_path / "bench.png").read_bytes().startswith(b"\x89PNG")
