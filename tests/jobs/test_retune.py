"""Searching settings: what is better on stages never seen is adopted, all else is kept, every trial is on record."""

from __future__ import annotations

import shutil
from datetime import timedelta

import numpy as np
import pytest

from models import make_learner
from models.base import Task
from models.tuning import Proposal, made
from qc_app.cli import main
from qc_app.jobs.learner import retune as retuning
from qc_app.jobs.learner import train as training
from qc_app.jobs.learner.retune import Exam, retune, search
from qc_app.jobs.model.inheritance import Recipe, inheritance
from qc_app.jobs.requests import now, retuned
from qc_app.jobs.step import Result
from qc_app.records import Run

from .conftest import NIGHT, START, Works


def curved(stages=9):
    tasks = []
    for k in range(stages):
        rng = np.random.default_rng(k)
        x = rng.normal(size=(60, 2))
        y = np.sin(2 * x[:, 0]) + 0.1 * rng.normal(size=60)
        tasks.append(Task(f"s{k}", "y", ["a", "b"], x, y, family="f"))
    return tasks


def test_the_better_learner_wins_and_the_gate_agrees():
    exam = Exam.of(curved(), seed=1)
    candidates = [Proposal("stage_mean"), Proposal("pooled"), Proposal("last_value")]
    found = search(exam, candidates, limit=15)
    assert found.winner.learner == "pooled"
    assert found.judgement.verdict == "promote"
    assert found.ranking.spent + 6 <= 15
    assert len(found.trials()) == len(found.ranking.trials)


def test_what_is_in_force_stays_where_nothing_is_better():
    exam = Exam.of(curved(), seed=1)
    found = search(exam, [Proposal("pooled"), Proposal("stage_mean")], limit=15)
    assert found.judgement is None


def test_choosing_and_judging_use_different_divisions():
    exam = Exam.of(curved(), seed=1)
    assert not np.array_equal(exam.choose.fold, exam.judge.fold)


@pytest.fixture(scope="module")
def sisters(tmp_path_factory, fast_learner):
    """Six sister stages after two nights, every unit of the first measured; their prior a plain mean."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "LEARNER", "stage_mean")
        works = Works(tmp_path_factory.mktemp("six"), stages=tuple(f"p-{k}" for k in range(6)))
        works.nights(range(2), labels=24)
    return works


@pytest.fixture
def six(sisters, tmp_path):
    """The six stages for one test."""
    shutil.copytree(sisters.folder, tmp_path, dirs_exist_ok=True)
    return Works(tmp_path, sisters.stages)


def test_a_search_finds_better_settings_and_the_next_training_keeps_them(six, monkeypatch):
    monkeypatch.setattr(retuning, "learner_names", lambda: ("ridge", "recent"))
    with six.open(3) as store:
        store.clock.moment = START + timedelta(days=3) + NIGHT
        night = now(store, six.plant())
        assert inheritance(night).recipe == Recipe("stage_mean")
        run = retuned(night, "asked for by maria")
        assert run.numbers["prior"] == "promoted", run.sentence
        assert inheritance(night).recipe == Recipe("ridge")
        assert "new settings" in run.sentence
        decision = store.journal.decisions.list(stage="", characteristic="", last=1)[0]
        assert (decision.verdict, decision.rule) == ("promoted", retuning.RULE)
        assert decision.numbers["judgement"]["lower"] > 0
        assert training.train(night, "a week later").numbers["recipe"]["learner"] == "ridge"
        assert retuning.tried_before(night)[Proposal("ridge").key] < 1.0


def test_few_stages_are_said_to_be_too_few(grown):
    with grown.open(7) as store:
        run = retune(now(store, grown.plant()), "asked for")
        assert run.skipped
        assert "6 are needed" in run.sentence


def test_a_learner_that_degraded_is_searched_once_a_week(six):
    with six.open(4) as store:
        store.clock.moment = START + timedelta(days=4) + NIGHT
        night = now(store, six.plant())
        assert retuning.due(night) == ""
        told(night, "watch", "the learner has degraded: ...", degraded=True)
        assert retuning.due(night).startswith("the learner has degraded")
        told(night, retuning.JOB, "nothing better was found", prior="kept", in_force="a")
        assert retuning.due(night) == ""
        store.clock.moment += timedelta(days=8)
        later = now(store, six.plant())
        told(later, "watch", "the learner has degraded: ...", degraded=True)
        assert retuning.due(later).startswith("the learner has degraded")


def told(night, job, sentence, **numbers):
    """Put a run of a job into the journal as done on the day of the night."""
    run = night.store.journal.runs.start(job, "", night.day, night.cutoff)
    night.store.journal.runs.finish(run, "done", sentence, numbers, night.cutoff)


def searched(*found, labels=100):
    return [Run(retuning.JOB, "", START.date(), "done", START, numbers={"prior": p, "in_force": k, "labels": labels})
            for p, k in found]  # fmt: skip


@pytest.mark.parametrize(
    ("searches", "labels", "weeks"),
    [
        (searched(("promoted", "a")), 100, 1),
        (searched(("kept", "a")), 100, 1),
        (searched(("kept", "a"), ("undecided", "a")), 120, 2),
        (searched(*[("kept", "a")] * 3), 120, 4),
        (searched(*[("kept", "a")] * 9), 120, 8),
        (searched(*[("kept", "a")] * 9), 150, 1),
        (searched(*[("kept", "a")] * 3, ("kept", "b")), 100, 1),
        (searched(("kept", "a"), ("promoted", "a"), ("kept", "a"), ("kept", "a")), 100, 2),
        ([Run(retuning.JOB, "", START.date(), "skipped", START, sentence="too few stages")] * 3, 100, 1),
    ],
)
def test_what_was_searched_in_vain_rests_longer_until_the_evidence_moves(searches, labels, weeks):
    assert retuning.rest(searches, labels) == timedelta(weeks=weeks)


def test_the_untrained_learner_of_a_proposal_is_made():
    assert made(Proposal("portfolio", {"members": ["ridge"]}), {}).name == "portfolio"
    assert make_learner("ridge").name == "ridge"


def test_the_night_of_a_degraded_learner_searches_after_it_watched(works, monkeypatch):
    monkeypatch.setattr(retuning, "due", lambda _: "the learner has degraded")
    monkeypatch.setattr(retuning, "retune", lambda _, reason: Result(f"{reason}; searched"))
    works.nights(range(1))
    with works.open(0) as store:
        order = [run.job for run in store.journal.runs.list() if run.job in {"watch", "retune", "upkeep"}]
        assert order == ["watch", "retune", "upkeep"]
        assert store.journal.runs.list(job="retune")[0].sentence == "the learner has degraded; searched"


def test_the_command_says_how_it_ended(after, capsys, monkeypatch):
    monkeypatch.setenv("QC_USER", "maria")
    works = after(2)
    assert main(["retune", "--home", str(works.home())]) == 0
    assert "6 are needed to compare settings" in capsys.readouterr().out
    with works.open(1) as store:
        run = store.journal.runs.list(job="retune")[-1]
        assert run.status == "skipped"
