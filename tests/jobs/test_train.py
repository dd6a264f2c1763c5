"""Meta-training over the years: stages leave and stay in memory, a prior that forgets does not serve."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from models.continual import Forgetting
from qc_app.jobs.learner import train as training
from qc_app.jobs.learner.train import due, train
from qc_app.jobs.model.inheritance import Recipe, inheritance
from qc_app.jobs.requests import now

from .conftest import NIGHT, START, Works


@pytest.fixture(scope="module")
def two(tmp_path_factory, fast_learner):
    """Two sister stages after four nights with 24 labels a day."""
    works = Works(tmp_path_factory.mktemp("two"), stages=("p-1", "p-2"))
    works.nights(range(4), labels=24)
    return works


def opened(works, day):
    store = works.open(day)
    store.clock.moment = START + timedelta(days=day) + NIGHT
    return store


def only(plant, stage):
    return replace(plant, stages=tuple(s for s in plant.stages if s.id == stage),
                   sources=tuple(s for s in plant.sources if s.stage == stage))  # fmt: skip


def test_a_stage_that_left_the_plant_goes_on_teaching(two):
    with opened(two, 4) as store:
        plant = only(two.plant(), "p-1")
        run = train(now(store, plant), "asked for")
        assert "1 that left the plant" in run.sentence
        assert run.numbers["prior"] == "promoted"
        prior = inheritance(now(store, plant))
        assert prior.known == {("p-1", "width"), ("p-2", "width")}
        assert {task.stage for task in prior.memory} == {"p-1", "p-2"}
        again = train(now(store, plant), "once more")  # from memory alone, a second time
        assert "1 that left the plant" in again.sentence
        version = store.journal.models.get(str(again.numbers["model"]))
        assert version.numbers["guard"], "nothing was compared"
        assert version.numbers["cost"]["seconds"] >= 0
        assert version.numbers["recipe"] == {"learner": "ridge", "settings": {}}


def test_a_prior_that_forgets_does_not_serve_and_is_not_tried_again_at_once(two, monkeypatch):
    with opened(two, 5) as store:
        night = now(store, two.plant())
        before = store.journal.models.pointers("", "").champion
        lost = Forgetting(False, {"press": {"forgotten": True}}, "forgets press: error 0.9 of a spread, 0.3 before")
        monkeypatch.setattr(training, "forgotten", lambda *_: lost)
        run = train(night, "asked for", Recipe("stage_mean"))
        assert run.sentence.startswith("the old prior stays")
        assert run.numbers["prior"] == "kept"
        assert store.journal.models.pointers("", "").champion == before
        assert store.journal.models.get(str(run.numbers["model"])).status == "rejected"
        decision = store.journal.decisions.list(stage="", characteristic="", last=1)[0]
        assert (decision.verdict, decision.rule) == ("kept", training.GUARD)
        assert "forgets press" in decision.sentence
        assert due(night) == ""
        assert inheritance(night).recipe == Recipe("ridge")


def test_a_model_says_which_stages_are_nearest_and_why(two):
    with opened(two, 3) as store:
        found = [v.numbers["nearest"] for v in store.journal.models.list(stage="p-1") if v.numbers.get("nearest")]
        assert found
        assert found[-1][0]["stage"] == "p-2"
        assert found[-1][0]["reason"].startswith("same parameters")


def test_a_prior_that_cannot_be_read_does_not_stand_in_the_way(two, tmp_path):
    works = Works(tmp_path, two.stages)
    shutil.copytree(two.home(), works.home())
    with opened(works, 4) as store:
        night = now(store, two.plant())
        before = store.journal.models.pointers("", "").champion
        state = store.registry.root / before / "state.safetensors"
        state.write_bytes(state.read_bytes()[:-1] + b"x")
        run = train(night, "asked for")
        assert run.numbers["prior"] == "promoted"
        assert store.journal.models.pointers("", "").champion not in {before, None}
