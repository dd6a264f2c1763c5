"""What names say of levels: heard where it adds to the parameters, and never from the stage's own labels."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models import Task, load_learner, make_learner
from models.errors import StateError
from models.export import BOUND, export_model
from models.learners.parts.named import Place, learn
from models.learners.parts.named.process import FLAT, TINY, Process
from models.learners.parts.named.slots import Slots
from models.state import State, from_bytes, to_bytes

SIZES = [(a, b) for a in (1, 2, 4, 8) for b in (1, 2, 3)]


def _sisters(level=lambda a, b: 3.0 * a * b, rows=25, seed=0, sizes=SIZES):
    """Parts of many sizes: the level follows from the size, the rest from two parameters."""
    rng = np.random.default_rng(seed)
    out = []
    for a, b in sizes:
        x = rng.normal(size=(rows, 2))
        y = level(a, b) * (1.0 + 0.05 * x[:, 0] + 0.02 * rng.normal(size=rows))
        out.append(
            Task(f"part-{a}x{b}_flat", "weight", ["speed", "heat"], x, y, gauge_sd=0.01, limits=(None, 5.0, 90.0))
        )
    return out


def _without(task, k=0):
    return replace(task, support_x=task.support_x[:k], support_y=task.support_y[:k], unlabelled_x=task.support_x[k:])


@pytest.fixture(scope="module")
def sisters():
    return _sisters()


@pytest.fixture(scope="module")
def trained(sisters):
    others = [t for t in sisters if t.stage != "part-4x2_flat"]
    return make_learner(members=("prior_mixture", "ridge", "stage_mean")).fit(others)


@given(st.floats(1e-3, 1e3), st.floats(-1e3, 1e3), st.lists(st.floats(-1e3, 1e3), max_size=5))
def test_what_is_moved_comes_back(scale, shift, y):
    place = Place(scale, shift)
    np.testing.assert_allclose(place.back(place.moved(np.array(y))), y, atol=1e-6 * (1 + abs(shift) / scale))


def test_limits_and_gauge_move_along(sisters):
    moved = Place(2.0, 1.0).task(sisters[0])
    assert moved.limits == (None, 11.0, 181.0)
    assert moved.gauge_sd == pytest.approx(0.02)
    assert Place().task(sisters[0]) is sisters[0]


@example(["x-²", "x-³", "x-٣"], "m²")
@given(st.lists(st.text(max_size=12), min_size=1, max_size=6), st.text(max_size=12))
def test_any_name_is_read_or_not_but_never_fails(names, other):
    slots = Slots.of(names)
    for name in (*names, other):
        found = slots.read(name)
        assert found is None or (found.shape == (len(slots.where),) and np.isfinite(found).all())
    assert all(slots.read(name) is not None for name in names)


def test_a_new_size_is_placed_between_its_neighbours(sisters):
    rule = learn([t for t in sisters if t.stage != "part-4x2_flat"])
    assert rule is not None
    assert rule.by_ratio
    assert rule.level("part-4x2_flat") == pytest.approx(24.0, rel=0.1)
    assert rule.level("part-3x2_flat") == pytest.approx(18.0, rel=0.2)


def test_names_built_otherwise_and_words_never_met(sisters):
    rule = learn(sisters)
    assert rule.place("oven-7").stays
    assert not rule.place("part-4x2_tall").stays, "a piece in which no sister differs says nothing"


@pytest.mark.parametrize("seed", range(6))
def test_names_that_tell_nothing_are_not_heard(seed):
    levels = dict(zip(SIZES, np.exp(np.random.default_rng(seed).normal(2.0, 1.0, len(SIZES))), strict=True))
    assert learn(_sisters(lambda a, b: levels[a, b], seed=seed)) is None


def test_what_parameters_tell_already_is_left_to_them():
    rng = np.random.default_rng(1)
    tasks = []
    for i in range(12):
        x = rng.normal(size=(30, 3)) + np.array([i / 3.0, 0.0, 0.0])
        tasks.append(Task(f"week-{i}", "c", list("abc"), x, 2.0 * x[:, 0] + 0.3 * rng.normal(size=30)))
    assert learn(tasks) is None
    bare = [Task(t.stage, "c", [], np.empty((30, 0)), t.support_y) for t in tasks]
    assert learn(bare) is not None, "without the parameter the weeks tell the trend"


def test_few_stages_show_no_rule(sisters):
    assert learn(sisters[:5]) is None


def test_a_stage_it_was_learned_from_is_told_by_the_others(sisters):
    """Eq. 5.12 of Rasmussen & Williams against leaving the stage out for good, at the same settings."""
    slots = Slots.of([t.stage for t in sisters])
    known = np.array([slots.read(t.stage) for t in sisters])
    y = np.log([t.support_y.mean() for t in sisters])
    noise = np.full(len(y), 1e-4)
    fit = Process.of(y, noise, slots.apart(known, known))
    kernel = fit.size * np.exp(-np.tensordot(fit.rates, slots.apart(known, known), 1)) + FLAT * fit.size
    lower = np.tril(fit.factor[0])
    own = np.diag(lower @ lower.T - kernel)
    assert (own >= TINY * fit.size).all()
    for i in range(len(y)):
        rest = np.arange(len(y)) != i
        cov = kernel[np.ix_(rest, rest)] + np.diag(own[rest])
        told = fit.centre + kernel[i, rest] @ np.linalg.solve(cov, y[rest] - fit.centre)
        assert fit.left_out()[i] == pytest.approx(told, rel=1e-5)


def test_before_the_first_label_the_level_is_known(sisters, trained):
    asked = next(t for t in sisters if t.stage == "part-4x2_flat")
    model = trained.adapt(_without(asked))
    p = model.predict(asked.support_x)
    assert np.abs(p.mean - asked.support_y).mean() < 0.1 * asked.support_y.mean()
    assert np.mean((p.lower <= asked.support_y) & (asked.support_y <= p.upper)) > 0.8
    assert model.sentences()[0].startswith("its name tells a level of about 2")
    unnamed = trained.adapt(replace(_without(asked), stage="a stranger's name"))
    lost = np.abs(unnamed.predict(asked.support_x).mean - asked.support_y).mean()
    assert lost > 2 * np.abs(p.mean - asked.support_y).mean()


def test_it_goes_through_its_state_exactly(sisters, trained):
    again = load_learner(from_bytes(to_bytes(trained.state())))
    asked = next(t for t in sisters if t.stage == "part-4x2_flat")
    for k in (0, 3):
        a, b = (m.adapt(_without(asked, k)).predict(asked.support_x) for m in (trained, again))
        np.testing.assert_array_equal(a.mean, b.mean)
        np.testing.assert_array_equal(a.upper, b.upper)


def test_a_state_from_before_names_were_heard_still_loads(sisters):
    plain = make_learner(members=("ridge", "stage_mean")).fit(sisters[:3])
    state = plain.state()
    old = State({k: v for k, v in state.meta.items() if k != "names"}, state.arrays)
    a, b = (m.adapt(sisters[5]).predict(sisters[5].support_x).mean for m in (plain, load_learner(old)))
    np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("spoil", ["about", "count", "shape", "gone"])
def test_a_tampered_state_is_refused(trained, spoil):
    state = trained.state()
    meta, arrays = dict(state.meta), dict(state.arrays)
    if spoil == "about":
        meta["names"] = [{"slots": 3}]
    elif spoil == "count":
        meta["names"] = []
    elif spoil == "shape":
        arrays["names/0/pull"] = arrays["names/0/pull"][1:]
    else:
        del arrays["names/0/known"]
    with pytest.raises(StateError, match="names"):
        load_learner(State(meta, arrays))


def test_the_exported_model_answers_in_the_stages_own_values(sisters, trained):
    asked = next(t for t in sisters if t.stage == "part-4x2_flat")
    model = trained.adapt(_without(asked, 5))
    assert model.place.scale != 1.0
    assert export_model(model, asked.support_x[5:], None).parity.holds(BOUND)


def test_labels_set_aside_are_told_as_they_were_measured(sisters, trained):
    asked = next(t for t in sisters if t.stage == "part-4x2_flat")
    y = asked.support_y.copy()
    y[3] = 2400.0
    words = trained.adapt(replace(asked, support_y=y)).sentences()
    assert any("set aside as implausible: 2400 (the others: about 24)" in said for said in words)


def test_how_units_hang_together_is_told_in_own_units(sisters, trained):
    asked = _without(next(t for t in sisters if t.stage == "part-8x3_flat"), 4)
    told = trained.believe(asked).joint(asked.unlabelled_x, None, 3)
    sd = np.sqrt(told.variance.mean() + told.noise)
    p = trained.adapt(asked).predict(asked.unlabelled_x)
    assert sd == pytest.approx((p.upper - p.lower).mean() / 2 / 1.9, rel=0.6)


def test_a_member_alone_answers_in_the_stages_own_values(sisters, trained):
    asked = _without(next(t for t in sisters if t.stage == "part-8x3_flat"), 6)
    for member in trained.alone():
        p = member.adapt(asked).predict(asked.unlabelled_x)
        assert p.mean.mean() == pytest.approx(72.0, rel=0.1)
        assert ((p.lower < p.mean) & (p.mean < p.upper)).all()
        assert member.adapt(asked).sentences()
