"""What is proposed next: never a labelled unit or a twin, the same for shuffled candidates, an honest share by lot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import models
from models.base import Task
from models.checks import sisters
from models.errors import TaskError, UnknownName
from models.labels import by_information, policy_named, queue
from models.labels.information import fall
from models.learners.parts.together import Joint
from models.learners.prior_mixture import PriorMixture


@pytest.fixture(scope="module")
def prior():
    return models.make_learner("prior_mixture").fit(sisters(stages=4))


@pytest.fixture
def task() -> Task:
    full = sisters(stages=5, seed=3)[4]
    return replace(full, support_x=full.support_x[:6], support_y=full.support_y[:6], support_t=full.support_t[:6])


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def together(points: np.ndarray, noise: float) -> Joint:
    """All points are units and candidates, of a process with covariance exp(-d^2)."""
    k = np.exp(-((points[:, None] - points[None]) ** 2))
    n = len(points)
    spots = np.concatenate([points, points])[:, None]
    return Joint(np.vstack([k, k]), np.ones(2 * n), np.zeros(n), noise, spots, np.zeros((0, 1)))


def test_the_fall_of_the_variance_is_that_of_the_posterior():
    points, noise = np.array([0.0, 0.4, 1.5, 4.0]), 0.3
    k = np.exp(-((points[:, None] - points[None]) ** 2))
    found = fall(together(points, noise), 2, aim="variance")
    known, left = [], np.trace(k)
    for place, share in zip(found.places, found.share, strict=True):
        known.append(int(place))
        solved = np.linalg.solve(k[np.ix_(known, known)] + noise * np.eye(len(known)), k[known])
        after = np.trace(k - k[:, known] @ solved)
        assert share == pytest.approx((left - after) / left)
        others = [i for i in range(4) if i not in known[:-1]]
        best = min(_after(k, noise, [*known[:-1], i]) for i in others)
        assert after == pytest.approx(best)
        left = after


def _after(k: np.ndarray, noise: float, known: list[int]) -> float:
    solved = np.linalg.solve(k[np.ix_(known, known)] + noise * np.eye(len(known)), k[known])
    return float(np.trace(k - k[:, known] @ solved))


def test_what_is_measured_anyway_is_not_paid_for_again():
    points = np.array([0.0, 0.1, 3.0])
    assert fall(together(points, 0.1), 1, given=1).places.tolist() == [2]
    assert fall(together(points, 0.1), 5, given=1).places.tolist() == [2, 1]


def test_coverage_takes_the_medians():
    """Of five on a line the middle one first, then the far one that leaves most ground uncovered."""
    points = np.array([0.0, 1.0, 2.0, 3.0, 9.0])
    found = fall(together(points, 0.1), 2, aim="coverage")
    assert found.places.tolist() == [2, 4]


def test_a_costly_unit_must_tell_more():
    points = np.array([0.0, 0.2, 5.0])
    dear = fall(together(points, 0.1), 1, cost=np.array([10.0, 10.0, 1.0]))
    assert fall(together(points, 0.1), 1).places[0] != 2
    assert dear.places.tolist() == [2]


def test_the_joint_covariance_is_the_spread_of_what_experts_say(prior, task):
    """Its diagonal, noise added, is the squared scale of the prediction, up to the widening."""
    mixture = prior.believe(task)
    x, t = task.unlabelled_x, task.unlabelled_t
    found = mixture.joint(x, t, len(x))
    answer = mixture(x, t)
    told = (answer.scale / mixture.base.factor) ** 2 * answer.freedom / (answer.freedom - 2)
    assert np.allclose(found.variance + found.noise, told, rtol=1e-6)
    assert np.allclose(np.diagonal(found.covariance), found.variance)
    assert np.allclose(found.covariance, found.covariance.T)
    assert np.linalg.eigvalsh(found.covariance).min() > -1e-9 * found.variance.max()
    assert (found.dissent <= found.variance + 1e-12).all()


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 10_000), batch=st.integers(0, 12), share=st.sampled_from([0.0, 0.2, 0.5, 1.0]))
def test_properties_of_every_queue(prior, seed, batch, share):
    full = sisters(stages=5, seed=3)[4]
    task = replace(full, support_x=full.support_x[:6], support_y=full.support_y[:6], support_t=full.support_t[:6])
    candidates = rng(seed).permutation(len(task.unlabelled_x))[: 5 + seed % 15]
    found = queue(prior, task, candidates, batch, rng(seed), share=share)
    rows = [pick.row for pick in found]
    assert len(set(rows)) == len(rows) == min(batch, len(candidates))
    assert set(rows) <= set(candidates.tolist())
    assert all(pick.why for pick in found)
    lots = sum(pick.by_lot for pick in found)
    assert np.floor(share * min(batch, len(candidates))) <= lots <= np.ceil(share * min(batch, len(candidates)))
    again = queue(prior, task, rng(seed + 1).permutation(candidates), batch, rng(seed), share=share)
    assert [pick.row for pick in again] == rows


def test_shuffled_units_change_nothing_but_their_numbers(prior, task):
    order = rng(5).permutation(len(task.unlabelled_x))
    shuffled = replace(task, unlabelled_x=task.unlabelled_x[order], unlabelled_t=task.unlabelled_t[order])
    every = range(len(order))
    first, second = (queue(prior, t, every, 8, rng(1)) for t in (task, shuffled))
    assert [pick.row for pick in first] == [int(order[pick.row]) for pick in second]
    assert [pick.by_lot for pick in first] == [pick.by_lot for pick in second]


def test_twins_are_proposed_once(prior, task):
    """Every unit is there twice; what is chosen has no two of the same parameters."""
    x = np.vstack([task.unlabelled_x, task.unlabelled_x])
    doubled = replace(task, unlabelled_x=x, unlabelled_t=np.tile(task.unlabelled_t, 2))
    found = queue(prior, doubled, range(len(x)), 20, rng(2), share=0.2)
    lots = {pick.row % 24 for pick in found if pick.by_lot}
    chosen = [pick.row % 24 for pick in found if not pick.by_lot]
    assert len(set(chosen)) == len(chosen) == 16
    assert not lots & set(chosen)


def test_the_lot_is_even(prior, task):
    """Each of ten candidates is drawn by lot as often as another (chi-squared, 9 degrees, 99.9 %: 27.9)."""
    turns = 600
    counts = np.zeros(10)
    for seed in range(turns):
        found = queue(prior, task, range(10), 2, rng(seed), share=0.5, policy=policy_named("random"))
        drawn = [pick.row for pick in found if pick.by_lot]
        counts[drawn] += 1
    expected = counts.sum() / 10
    assert float(((counts - expected) ** 2 / expected).sum()) < 27.9


@pytest.mark.parametrize("times", [120, pytest.param(400, marks=pytest.mark.slow)])
def test_a_share_of_less_than_an_entry_comes_as_often_as_it_should(prior, task, times):
    lots = [sum(p.by_lot for p in queue(prior, task, range(3), 1, rng(seed), share=0.25)) for seed in range(times)]
    assert np.mean(lots) == pytest.approx(0.25, abs=3 * np.sqrt(0.25 * 0.75 / times))  # three standard errors


def test_lots_drawn_before_stay(prior, task):
    found = queue(prior, task, range(12), 5, rng(7), share=0.2, kept=[3])
    assert [pick.row for pick in found if pick.by_lot] == [3]
    assert [pick.row for pick in queue(prior, task, range(12), 5, rng(7), kept=[99]) if pick.by_lot] != [99]


def test_asked_again_with_its_own_lots_kept_the_queue_is_the_same(prior, task):
    first = queue(prior, task, range(24), 10, rng(4))
    kept = [pick.row for pick in first if pick.by_lot]
    assert queue(prior, task, range(24), 10, rng(4), kept=kept) == first


def test_lots_are_spread_over_the_queue(prior, task):
    found = queue(prior, task, range(24), 20, rng(0), share=0.2)
    assert [i for i, pick in enumerate(found) if pick.by_lot] == [2, 7, 12, 17]


@pytest.mark.parametrize("name", ["random", "width", "variance", "coverage", "information"])
@pytest.mark.parametrize("kind", ["continuous", "binary"])
def test_every_policy_serves_any_stage(name, kind):
    stages = sisters(kind, stages=4)
    learner = models.make_learner("stage_mean").fit(stages[1:])
    bare = replace(stages[0], support_x=np.zeros((0, 4)), support_y=[], support_t=[])
    for task in (stages[0], bare, replace(bare, columns=("a", "b", "c", "d"), family=None)):
        found = queue(learner, task, range(20), 5, rng(), policy=policy_named(name), share=0.0)
        assert len(found) == 5


@pytest.mark.slow
def test_the_portfolio_asks_its_mixture(task):
    learner = models.make_learner("portfolio", members=("stage_mean", "prior_mixture")).fit(sisters(stages=3))
    chosen = by_information(learner, task, range(20), 3, rng())
    assert chosen == by_information(PriorMixture().fit(sisters(stages=3)), task, range(20), 3, rng())


def test_what_cannot_be_is_refused(prior, task):
    for wrong in (
        {"candidates": [0, 99]},
        {"candidates": [0, 0]},
        {"batch": -1},
        {"share": 1.5},
        {"costs": [1.0]},
        {"costs": [1.0, 0.0]},
    ):
        asked = {"candidates": [0, 1], "batch": 1, "share": 0.2, "costs": None} | wrong
        with pytest.raises(TaskError):
            queue(prior, task, asked.pop("candidates"), asked.pop("batch"), rng(), **asked)
    with pytest.raises(UnknownName, match="did you mean 'width'"):
        policy_named("widht")
