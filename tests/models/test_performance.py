"""Scores, bands by lot, the loss model and its refusals; a model that does not follow is caught."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.linear_model import PoissonRegressor
from sklearn.metrics import brier_score_loss, mean_absolute_error, roc_auc_score, root_mean_squared_error

from models.errors import StateError, TaskError
from models.performance import (
    Judged,
    LossModel,
    Said,
    Taught,
    banded,
    correction,
    estimate,
    follow,
    learn,
    score,
)


def judged(n=200, seed=0, **more):
    rng = np.random.default_rng(seed)
    mean = rng.normal(10, 1, n)
    y = mean + rng.normal(0, 0.5, n)
    told = {"naive": np.full(n, 10.0), "recent": np.full(n, 10.2), "limits": (8.0, 12.0)} | more
    return Judged.of(y, mean, mean - 0.8, mean + 0.8, **told)


def test_scores_are_those_of_independent_implementations():
    rows = judged()
    found = score(rows)
    assert found.mae == pytest.approx(mean_absolute_error(rows.y, rows.mean))
    assert found.rmse == pytest.approx(root_mean_squared_error(rows.y, rows.mean))
    assert found.rank == pytest.approx(stats.spearmanr(rows.y, rows.mean).statistic)
    assert found.share == pytest.approx(found.mae / 4)
    assert found.naive > found.mae
    out = (rows.y < 8) | (rows.y > 12)
    said = (rows.mean < 8) | (rows.mean > 12)
    assert (found.misses, found.false_alarms) == pytest.approx((np.mean(out & ~said), np.mean(~out & said)))


def test_a_defect_is_scored_by_its_probability():
    rng = np.random.default_rng(1)
    p = rng.uniform(0, 1, 300)
    y = (rng.uniform(size=300) < p).astype(float)
    found = score(Judged.of(y, p, binary=True, naive=np.full(300, 0.5)))
    assert found.mae == pytest.approx(brier_score_loss(y, p))
    assert found.rank == pytest.approx(roc_auc_score(y, p))
    assert np.isnan(found.coverage)


def test_what_cannot_be_told_is_not_a_number():
    found = score(Judged.of([], []))
    assert found.n == 0
    assert np.isnan([found.mae, found.coverage, found.rank, found.misses]).all()
    assert np.isnan(score(Judged.of([1.0], [np.nan])).mae)
    with pytest.raises(TaskError, match="one value for each unit"):
        replace(judged(3), y=np.zeros(2))


def test_bands_hold_the_truth_as_often_as_promised_and_lots_widen_them():
    """90 % promised for the mean absolute error of normal errors of sd 1, .798; 60 times."""
    rng = np.random.default_rng(2)
    held = []
    for _ in range(60):
        band = banded(Judged.of(rng.normal(size=80), np.zeros(80)), times=100)["mae"]
        held.append(band.lower <= np.sqrt(2 / np.pi) <= band.upper)
    assert np.mean(held) >= 0.75
    y = np.repeat(rng.normal(size=20), 10)
    alone = banded(Judged.of(y, np.zeros(200)))["mae"]
    by_lot = banded(Judged.of(y, np.zeros(200), lots=np.repeat(np.arange(20), 10)))["mae"]
    assert by_lot.upper - by_lot.lower > 2 * (alone.upper - alone.lower)


def test_three_lots_have_no_band():
    found = banded(Judged.of(np.arange(30.0), np.zeros(30), lots=np.repeat([1, 2, 3], 10)))["mae"]
    assert found.value > 0
    assert np.isnan([found.lower, found.upper]).all()


def stage(name, seed, n=100, *, honest=1.0, outside=1.0):
    """A stage whose intervals widen over time; its errors are `honest` times what they promise."""
    rng = np.random.default_rng(seed)
    half = np.linspace(0.5, 2.0, n) * rng.uniform(0.8, 1.2, n)
    inside = rng.uniform(size=n) > 0.2
    loss = np.abs(rng.normal(0, half / 1.645 * honest)) * np.where(inside, 1, outside)
    return Taught(name, Said(-half, half, rng.uniform(0, 0.5, n), inside, 1.0), loss)


def test_the_loss_model_learns_what_intervals_are_worth():
    model = learn([stage(f"s{k}", k, honest=2.0, outside=3.0) for k in range(12)])
    assert np.exp(model.coefficients[0]) == pytest.approx(2.0, rel=0.25)
    assert model.coefficients[1] == pytest.approx(1.0, abs=0.2)
    assert np.exp(model.coefficients[3]) == pytest.approx(3.0, rel=0.3)
    assert model.low < 1 < model.high
    assert "12 stages" in model.sentence


def test_its_fit_is_that_of_scikit_learn_where_nothing_shrinks_it(monkeypatch):
    monkeypatch.setattr("models.performance.learned.PENALTY", np.zeros(5))
    part = stage("s", 3, n=90, outside=2.0)
    model = learn([part])
    x = np.column_stack([np.log(part.said.promised()), part.said.anomaly, ~part.said.in_domain, part.said.far()])
    peer = PoissonRegressor(alpha=0, max_iter=2000, tol=1e-10).fit(x, part.losses)
    assert model.coefficients == pytest.approx([peer.intercept_, *peer.coef_], abs=1e-3)


def test_estimates_follow_what_came_at_a_stage_that_did_not_teach():
    model = learn([stage(f"s{k}", k, honest=1.5) for k in range(12)])
    new = stage("new", 99, n=400, honest=1.5)
    rows = [slice(k, k + 20) for k in range(0, 400, 20)]
    told = [estimate(new.said.take(r), model) for r in rows]
    realised = [float(new.losses[r].mean()) for r in rows]
    found = follow([t.value for t in told], realised, [t.lower for t in told], [t.upper for t in told])
    assert found.rank > 0.6
    assert found.off < found.constant
    assert found.held >= 0.75
    mutant = follow([t.value for t in told[::-1]], realised)
    assert mutant.rank < 0


def test_a_stage_corrects_the_common_estimate_and_few_labels_hardly_do():
    assert correction(np.full(90, 2.0), np.ones(90)) == pytest.approx(1.9)
    assert correction(np.full(1, 9.0), np.ones(1)) < 1.8


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"in_domain": np.zeros(20, dtype=bool)}, "only 0% of 20 units lie in the known domain"),
        ({"lower": np.full(20, -np.inf), "upper": np.full(20, np.inf)}, "no interval"),
    ],
)
def test_outside_the_known_nothing_is_estimated(change, why):
    model = LossModel((0.0, 1.0, 0.0, 0.0, 0.0), 0.5, 2.0, 100, 5, 20)
    said = Said(-np.ones(20), np.ones(20), np.zeros(20), np.ones(20, dtype=bool), 1.0)
    assert estimate(said, model).refusal == ""
    found = estimate(replace(said, **change), model)
    assert why in found.refusal
    assert found.refusal.startswith("cannot estimate: ")
    assert np.isnan(found.value)
    assert "10 are needed" in estimate(said.take(slice(0, 5)), model).refusal
    assert "too few labels" in estimate(said, None).refusal


def test_few_labels_teach_nothing_and_few_windows_give_no_band():
    assert learn([stage("s", 0, n=10)]) is None
    assert learn([]) is None
    model = learn([stage("s", 0, n=40)])
    assert np.isnan(model.low)
    assert "no band yet" in model.sentence


def test_a_state_brings_the_model_back_and_a_damaged_one_is_told():
    model = learn([stage(f"s{k}", k) for k in range(5)])
    assert LossModel.from_state(model.state()) == model
    with pytest.raises(StateError, match="learn it again"):
        LossModel.from_state({"coefficients": [1.0]})
    with pytest.raises(StateError, match="learn it again"):
        LossModel.from_state(model.state() | {"coefficients": [1.0]})


def test_an_estimate_that_was_shown_to_go_the_wrong_way_is_refused():
    """Each stage teaches the opposite of the other, so each held-out one goes down where it should go up."""
    up, down = stage("up", 1, n=400), stage("down", 2, n=400)
    model = learn([up, replace(down, losses=1.0 / (0.2 + down.said.upper))])
    assert model.windows >= 30
    assert model.blind
    assert "ups were estimated as downs (rank -" in estimate(up.said, model).refusal


def test_losses_without_ups_and_downs_are_no_reason_to_refuse():
    refused = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        said = Said(-np.ones(100), np.ones(100), rng.uniform(0, 0.5, 100), np.ones(100, dtype=bool), 1.0)
        model = learn([Taught(f"s{k}", said, np.abs(rng.normal(0, 0.6, 100))) for k in range(8)])
        refused += bool(estimate(said, model).refusal)
    assert refused <= 3


def test_what_is_far_from_usual_costs_more_where_labels_say_so():
    parts = []
    for k in range(12):
        rng = np.random.default_rng(k)
        middle = rng.normal(0, 1, 100)
        said = Said(middle - 1, middle + 1, np.zeros(100), np.ones(100, dtype=bool), 1.0)
        parts.append(Taught(f"s{k}", said, np.abs(rng.normal(0, 0.3 * np.exp(0.5 * np.abs(middle))))))
    model = learn(parts)
    assert model.coefficients[4] == pytest.approx(0.5, abs=0.15)
    near, far = (Said(m - np.ones(20), m + np.ones(20), np.zeros(20), np.ones(20, dtype=bool), 1.0) for m in (0.0, 3.0))
    assert estimate(far, model).value > 2 * estimate(near, model).value


@given(st.floats(0.1, 100), st.integers(0, 5))
def test_estimates_scale_with_the_unit(factor, seed):
    model = LossModel((0.1, 0.9, 0.5, 0.3, 0.2), 0.5, 2.0, 100, 5, 20)
    said = stage("s", seed, n=30).said
    other = replace(said, lower=said.lower * factor, upper=said.upper * factor, scale=factor)
    assert estimate(other, model).value == pytest.approx(factor * estimate(said, model).value)
