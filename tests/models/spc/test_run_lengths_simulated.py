"""Computed run lengths against simulations of their own: many settings, standard errors of a quarter per cent."""

from __future__ import annotations

import numpy as np
import pytest

from models import spc
from models.spc import Observations, make_chart
from models.spc.lengths.multivariate import mcusum_run_length, mewma_run_length, t2_run_length
from models.spc.lengths.simulated import simulated
from models.spc.rules.signals import completions

pytestmark = pytest.mark.slow
RUNS = 160_000


def agree(computed, step, width):
    value, error = simulated(step, seed=11, width=width, runs=RUNS)
    assert error < 0.003 * value
    assert abs(computed - value) < 4 * error
    assert computed == pytest.approx(value, rel=0.01)


@pytest.mark.parametrize(("smoothing", "width"), [(0.03, 1.6), (0.1, 2.0), (0.3, 2.4), (0.7, 2.6), (1.0, 2.5)])
@pytest.mark.parametrize("shift", [0.0, 0.4, 1.3])
def test_ewma(smoothing, width, shift):
    half = width * (smoothing / (2 - smoothing)) ** 0.5

    def step(state, rng):
        z = (1 - smoothing) * state + smoothing * rng.normal(shift, 1.0, state.shape)
        return z, np.abs(z[:, 0]) > half

    agree(spc.ewma_run_length(smoothing, width, shift), step, 1)


@pytest.mark.parametrize(("decision", "allowance"), [(2.0, 0.25), (3.0, 0.5), (1.5, 1.0), (6.0, 0.0)])
@pytest.mark.parametrize(("shift", "headstart"), [(0.0, 0.0), (0.5, 0.0), (0.5, 0.5), (2.0, 0.25), (-1.0, 0.5)])
def test_cusum(decision, allowance, shift, headstart):
    start = headstart * decision

    def step(state, rng):
        x = rng.normal(shift, 1.0, len(state))
        begun = np.where(state[:, 2:3] > 0, state[:, :2], start)
        up, down = np.maximum(0, begun[:, 0] + x - allowance), np.maximum(0, begun[:, 1] - x - allowance)
        return np.stack([up, down, np.ones(len(x))], axis=1), (up > decision) | (down > decision)

    agree(spc.cusum_run_length(decision, allowance, shift, headstart=headstart), step, 3)


@pytest.mark.parametrize("p", [2, 3, 7])
@pytest.mark.parametrize(("smoothing", "shift"), [(0.1, 0.0), (0.1, 0.7), (0.4, 0.0), (0.4, 1.2)])
def test_multivariate_ewma(p, smoothing, shift):
    limit, mean = 3.0 + 1.6 * p, np.append(shift, np.zeros(p - 1))

    def step(state, rng):
        z = (1 - smoothing) * state + smoothing * (mean + rng.normal(size=state.shape))
        return z, np.sum(z**2, axis=1) > limit * smoothing / (2 - smoothing)

    agree(mewma_run_length(smoothing, limit, p, shift).value, step, p)


@pytest.mark.parametrize(("p", "limit", "allowance"), [(2, 3.5, 0.5), (4, 5.0, 0.5), (3, 3.0, 1.0)])
def test_multivariate_cusum(p, limit, allowance):
    def step(state, rng):
        moved = state + rng.normal(size=state.shape)
        length = np.sqrt(np.sum(moved**2, axis=1))
        shrunk = np.clip(1 - allowance / length, 0, None)
        return moved * shrunk[:, None], length * shrunk > limit

    agree(mcusum_run_length(allowance, limit, p).value, step, p)


def test_t2_of_subgroups_after_a_shift():
    def step(state, rng):
        means = np.array([0.6, 0.8]) + rng.normal(size=state.shape) / 4**0.5
        return state, 4 * np.sum(means**2, axis=1) > 11.0

    agree(t2_run_length(11.0, 2, 1.0, 4).value, step, 2)


RULES = [("we1", "we2"), ("nelson1", "nelson2", "nelson6"), ("aiag1", "aiag2"), ("westgard_2_2s", "westgard_r_4s")]
RULES += [("montgomery1", "montgomery2", "montgomery3", "montgomery4"), ("nelson7", "nelson8"), ("we1", "we3", "we4")]


def first_signals(draw, rules, runs=60_000, points=150):
    """Points to the first signal; who has none goes on with the last sixteen, all that rules remember."""
    rng, total, count = np.random.default_rng(12), [], runs
    carried, kept = np.zeros(runs), np.empty((runs, 0))
    while count:
        z = np.concatenate([kept, draw(rng, (count, points))], axis=1)
        done = completions(z, rules)[:, -points:]
        hit = done.any(axis=1)
        total += (carried[hit] + done[hit].argmax(axis=1) + 1).tolist()
        carried, kept, count = carried[~hit] + points, z[~hit, -16:], int((~hit).sum())
    return float(np.mean(total)), float(np.std(total) / runs**0.5)


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("shift", [0.0, 0.9])
def test_rules_on_normal_points(rules, shift):
    value, error = first_signals(lambda rng, shape: rng.normal(shift, 1.0, shape), rules)
    assert error < 0.006 * value
    assert abs(spc.run_length(rules, shift).value - value) < 4 * error


@pytest.mark.parametrize(
    ("name", "size", "rate", "law"),
    [
        ("p", 60, 0.1, lambda rng, shape, moved: rng.binomial(60, moved / 60, shape) / 60),
        ("np", 200, 0.05, lambda rng, shape, moved: rng.binomial(200, moved / 200, shape)),
        ("c", 1, 9.0, lambda rng, shape, moved: rng.poisson(moved, shape)),
        ("u", 4, 2.5, lambda rng, shape, moved: rng.poisson(moved, shape) / 4),
    ],
)
@pytest.mark.parametrize("rules", [("we1",), ("nelson1", "nelson2"), ("we1", "we2", "we3", "we4")])
def test_rules_on_counts_by_their_own_distribution(name, size, rate, law, rules):
    expected, shift = size * rate, 0.5
    shares = name in {"p", "np"}
    spread = (expected * (1 - rate)) ** 0.5 if shares else expected**0.5
    counts = np.full(30, expected)
    chart = make_chart(name, Observations(counts, sizes=None if name == "c" else np.full(30, float(size))), rules=rules)
    scale = size if name in {"p", "u"} else 1

    def draw(rng, shape):
        return np.round((law(rng, shape, expected + shift * spread) * scale - expected) / spread, 12)

    value, error = first_signals(draw, rules)
    assert abs(spc.chart_run_length(chart, shift).value - value) < 4 * error
