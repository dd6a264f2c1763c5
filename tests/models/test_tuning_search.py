"""Proposals start from what is in force and what worked before; losses on held-out stages are paired."""

from __future__ import annotations

import numpy as np
import pytest

from models import learner_names, make_learner
from models.catalog import setting_names
from models.checks import sisters
from models.errors import UnknownName
from models.shares import member_names, member_shares
from models.tuning import HeldOut, Proposal, made, proposals
from models.tuning.proposals import read
from models.tuning.spaces import RANGES, spaces


def test_what_did_better_before_comes_first_and_what_did_worse_last():
    current = Proposal("portfolio", {"members": ["pooled", "ridge"]})
    better = Proposal("portfolio", {"members": ["pooled", "ridge", "single_gp"]})
    worse = Proposal("portfolio", {"members": ["pooled"]})
    long_ago = Proposal("prior_mixture")
    tried = {better.key: 0.9, worse.key: 1.3, long_ago.key: 1.1}
    found = proposals(current, ("pooled", "ridge"), ("single_gp",), {}, tried)
    keys = [p.key for p in found]
    assert keys[:2] == [current.key, better.key]
    assert keys[-2:] == [long_ago.key, worse.key]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("current", [Proposal("ridge"), Proposal("portfolio", {"members": ["ridge", "stage_mean"]})])
def test_every_proposal_is_a_learner_that_can_be_made_and_read_again(current):
    members = current.settings.get("members", ())
    for p in proposals(current, members, ("single_gp", "warm_start"), spaces(), {}):
        learner = make_learner(p.learner, **p.settings)
        assert learner.name == p.learner
        assert read(p.key).settings == dict(p.settings)


def test_settings_of_a_combined_learner_reach_it():
    learner = make_learner(members=["ridge", {"learner": "warm_start", "settings": {"limit": 36}}])
    assert member_names(learner.state()) == ("ridge", "warm_start")
    assert learner.state().meta["members"][1]["settings"]["limit"] == 36
    with pytest.raises(UnknownName, match="limit"):
        make_learner(members=[{"learner": "warm_start", "settings": {"limits": 36}}])


def test_the_space_names_only_settings_that_exist():
    for name, settings in spaces().items():
        assert name in learner_names()
        assert set(settings) <= set(setting_names(name)) & set(RANGES)


def test_shares_sum_to_one_and_are_empty_where_nothing_is_combined():
    learner = make_learner(members=("ridge", "stage_mean")).fit(sisters(stages=6))
    shares = member_shares(learner.state())
    assert sum(shares.values()) == pytest.approx(1.0)
    assert set(shares) == {"ridge", "stage_mean"}
    assert member_shares(make_learner("ridge").state()) == {}


def test_held_out_losses_are_paired_kept_and_of_stages_never_taught():
    tasks = sisters(stages=6)
    held = HeldOut.of(tasks, 3, seed=0)
    asked = []

    def make(name):
        def made(_trained):
            asked.append(name)
            return make_learner(name)

        return made

    ridge = held.together("ridge", make("ridge"), 3)
    mean = held.together("stage_mean", make("stage_mean"), 3)
    assert ridge.values.shape == mean.values.shape
    assert list(ridge.stages) == list(mean.stages)
    assert set(ridge.stages) == {t.stage for t in tasks}
    assert ridge.mean < mean.mean
    held.together("ridge", make("ridge"), 2)
    assert asked == ["ridge"] * 3 + ["stage_mean"] * 3


@pytest.mark.slow
def test_members_are_trained_once_a_fold_and_come_out_the_same(monkeypatch):
    ridge, trainings = type(make_learner("ridge")), []
    fit = ridge.fit
    monkeypatch.setattr(ridge, "fit", lambda self, tasks: trainings.append(len(tasks)) or fit(self, tasks))
    held = HeldOut.of(sisters(stages=4), 2, seed=0)
    asked = [Proposal("portfolio", {"members": m}) for m in (["ridge", "stage_mean"], ["ridge"])]
    shared = [held.together(p.key, lambda trained, p=p: made(p, trained), 2) for p in asked]
    assert len(trainings) == 2
    for proposal, losses in zip(asked, shared, strict=True):
        fresh = HeldOut.of(sisters(stages=4), 2, seed=0)
        alone = fresh.together(proposal.key, lambda _, p=proposal: make_learner(p.learner, **p.settings), 2)
        assert np.array_equal(losses.values, alone.values)


def test_a_member_with_other_settings_is_another_member():
    inside = [{"learner": "warm_start", "settings": {"limit": limit}} for limit in (36, 72)]
    first, second = (made(Proposal("portfolio", {"members": [m, "ridge"]}), {}).members for m in inside)
    assert first[0].key != second[0].key
    assert first[1].key == second[1].key


def test_a_learner_that_refuses_counts_as_the_worst():
    from models.errors import NotThisKind

    class Refusing(type(make_learner("stage_mean"))):
        def adapt(self, _task):
            raise NotThisKind("not for me")

    held = HeldOut.of(sisters(stages=4), 2, seed=0)
    assert held.together("refusing", lambda _: Refusing(), 2).mean == 10.0
    assert np.isfinite(held.together("refusing", lambda _: Refusing(), 2).values).all()
