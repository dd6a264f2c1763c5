"""The level before the first label: the constant that errs least over the sisters, each in its own spread."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import optimize

from models import Task, load_learner, make_learner
from models.learners.parts.families import Levels, safest
from models.learners.parts.levels import level_guess
from models.state import State, from_bytes, to_bytes

STAGES = st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(0.01, 1e2)), min_size=1, max_size=9)


def _error(guess, means, spreads):
    return float(np.mean(np.sqrt(1.0 + ((guess - means) / spreads) ** 2)))


def _stage(name, level, rows=30):
    """A stage whose units spread by a tenth of its level."""
    x = np.random.default_rng(len(name)).normal(size=(rows, 1))
    return Task(name, "roughness", ["speed"], x, level * (1.0 + 0.1 * np.linspace(-1.7, 1.7, rows)))


@pytest.fixture(scope="module")
def sisters():
    return [_stage(f"s{i}", level) for i, level in enumerate((1.2, 1.2, 1.3, 2.0, 2.1, 4.4))]


@given(STAGES)
def test_no_constant_errs_less(stages):
    means, spreads = np.array(stages).T
    assume((spreads > 1e-6 * np.abs(means)).all())
    found = safest(means, spreads)
    low, high = float(means.min()), float(means.max())
    assert low - 1e-9 * abs(low) <= found <= high + 1e-9 * abs(high)
    best = optimize.minimize_scalar(_error, bounds=(low, high + 1e-9), args=(means, spreads), method="bounded")
    assert _error(found, means, spreads) <= 1.01 * min(best.fun, *(_error(m, means, spreads) for m in means))


@given(STAGES, st.floats(0.1, 10.0), st.floats(-100.0, 100.0))
def test_it_moves_along_with_the_unit(stages, scale, shift):
    means, spreads = np.array(stages).T
    moved = safest(scale * means + shift, scale * spreads)
    assert moved == pytest.approx(scale * safest(means, spreads) + shift, rel=1e-6, abs=1e-6 * scale * 1e3)


def test_stages_without_a_spread_have_no_say_unless_none_has_one():
    assert safest(np.array([1.0, 2.0, 90.0]), np.array([0.1, 0.1, 0.0])) < 2.0
    assert safest(np.array([1.0, 3.0]), np.zeros(2)) == 2.0


def test_before_the_first_label_it_is_answered_and_the_interval_knows(sisters):
    model = make_learner("stage_mean").fit(sisters)
    asked = replace(_stage("new", 1.25), support_x=np.empty((0, 1)), support_y=[])
    said = model.adapt(asked).predict(np.zeros((1, 1)))
    mean = np.mean([t.support_y.mean() for t in sisters])
    assert said.mean[0] < 0.8 * mean, "a guess that is right for most is below the mean"
    assert said.upper[0] > 4.4


def test_with_a_label_and_for_defects_the_mean_stays():
    known = Levels(2.0, 1.0, 0.2, 6, safest=1.4)
    none = Task("s", "c", [], np.empty((0, 0)), [])
    assert level_guess(none, known) == 1.4
    assert level_guess(replace(none, support_x=np.empty((1, 0)), support_y=[1.0]), known) == 2.0
    assert level_guess(replace(none, kind="binary"), Levels(0.02, 0.01, 0.1, 6, safest=0.01)) == 0.02


def test_it_goes_through_the_state_and_older_states_take_the_mean(sisters):
    model = make_learner("stage_mean").fit(sisters)
    asked = replace(_stage("new", 1.25), support_x=np.empty((0, 1)), support_y=[])
    again = load_learner(from_bytes(to_bytes(model.state())))
    first, second = (m.adapt(asked).predict(np.zeros((1, 1))).mean[0] for m in (model, again))
    assert first == second
    state = model.state()
    old = State(state.meta, {**state.arrays, "families/0/levels": state.arrays["families/0/levels"][:3]})
    said = load_learner(old).adapt(asked).predict(np.zeros((1, 1))).mean[0]
    assert said == pytest.approx(np.mean([t.support_y.mean() for t in sisters]))
