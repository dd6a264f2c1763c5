"""What bad input does to a model: a typed error or a safe answer, as the table in models/learners/README.md says."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import Task, load_learner, make_learner
from models.bench import folders, load
from models.checks import check_unknown, sisters, take
from models.errors import NotExportable, StateError, TaskError
from models.export import export_model
from models.learners.parts.families import Levels, levels
from models.learners.parts.sound import sound, sound_tasks
from models.state import LEARNED, from_bytes, to_bytes

MILL = Levels(mean=41.0, between=0.5, within=0.4, stages=6)
LIGHT = ("prior_mixture", "pooled", "stage_mean")


def _labelled(y, **more):
    return Task("s", "thickness", ["force"], np.arange(float(len(y)))[:, None], y, **more)


def _around(n, seed=0, level=41.0, spread=0.4):
    return level + spread * np.random.default_rng(seed).normal(size=n)


def _aside(task, known=None):
    return sorted(set(task.support_y) - set(sound(task, known).task.support_y))


@pytest.mark.parametrize("factor", [100.0, 10.0, 25.4, 0.1, 0.01, -1.0])
def test_a_lost_decimal_point_another_unit_or_a_lost_sign_is_set_aside(factor):
    y = _around(20)
    y[[4, 11]] *= factor
    assert _aside(_labelled(y)) == sorted(y[[4, 11]])


def test_what_is_set_aside_is_said_and_the_rest_stays_as_it_is():
    y = _around(12)
    y[3] = 4120.0
    task = _labelled(y, support_t=np.arange(12.0), groups=list("abcdefghijkl"))
    found = sound(task, None)
    assert found.words == ("1 label set aside as implausible: 4120 (the others: about 41.03)",)
    assert found.task.support_x[:, 0].tolist() == found.task.support_t.tolist() == [0, 1, 2, *range(4, 12)]
    assert "".join(found.task.groups) == "abcefghijkl"


@pytest.mark.parametrize("n", [3, 5, 7])
def test_few_labels_are_measured_by_sisters_or_by_the_tolerance(n):
    y = np.append(_around(n - 1), 4120.0)
    assert _aside(_labelled(y), MILL) == [4120.0]
    assert _aside(_labelled(y, limits=(39.0, None, 43.0))) == [4120.0]
    assert _aside(_labelled(y)) == []


@pytest.mark.parametrize("n", [1, 2])
def test_one_or_two_labels_are_held_against_sisters_that_agree(n):
    y = np.append(_around(n - 1), 4120.0)
    found = sound(_labelled(y), MILL)
    assert len(found.task.support_y) == n - 1
    assert "(sister stages: about 41)" in found.words[0]
    assert _aside(_labelled(y), replace(MILL, stages=4)) == []
    assert _aside(_labelled(y), replace(MILL, between=4.0)) == []


def test_a_stage_that_is_different_keeps_its_labels_from_the_third_on():
    assert _aside(_labelled(_around(3, level=4100.0)), MILL) == []


def test_of_many_odd_labels_none_is_set_aside_and_that_is_said():
    y = _around(7)
    y[:3] *= 100
    found = sound(_labelled(y), MILL)
    assert len(found.task.support_y) == 7
    assert found.words == ("3 of 7 labels lie far from the others: too many to be errors, all are kept",)


def test_a_step_of_the_process_is_kept_once_three_labels_show_it():
    times = np.random.default_rng(1).permutation(20).astype(float)
    y = _around(20)
    for recent, kept in ((2, False), (3, True), (6, True)):
        stepped = np.where(times >= 20 - recent, 10 * y, y)
        assert (len(sound(_labelled(stepped, support_t=times), None).task.support_y) == 20) == kept
    once = np.where((times >= 8) & (times < 11), 10 * y, y)
    assert len(sound(_labelled(once, support_t=times), None).task.support_y) == 17


def test_defects_are_never_set_aside():
    task = _labelled([0.0] * 30 + [1.0], kind="binary")
    assert sound(task, Levels(0.01, 0.001, 0.001, 9)).task is task


@given(st.lists(st.floats(-1e9, 1e9), max_size=40), st.booleans())
def test_never_more_than_a_third_of_three_and_more_labels(values, timed):
    times = np.arange(float(len(values))) if timed else None
    found = sound(_labelled(values, support_t=times), MILL)
    n, left = len(values), len(found.task.support_y)
    assert n < 3 or n - left <= n // 3
    assert (left == n) or found.words


@given(st.integers(0, 10**6), st.integers(8, 60), st.sampled_from(["normal", "lognormal", "student", "counts"]))
def test_true_labels_of_heavy_tails_stay(seed, n, shape):
    rng = np.random.default_rng(seed)
    drawn = {
        "normal": lambda: rng.normal(size=n),
        "lognormal": lambda: rng.lognormal(0.0, 1.0, size=n),
        "student": lambda: 50 + rng.standard_t(3, size=n),
        "counts": lambda: rng.poisson(0.3, size=n).astype(float),
    }[shape]()
    assert len(sound(_labelled(drawn), None).task.support_y) >= n - 1


def test_training_stages_are_cleaned_those_with_few_labels_by_the_others():
    stages = [replace(_labelled(_around(20, seed=i)), stage=f"s{i}") for i in range(6)]
    wrong = _around(20, seed=9)
    wrong[5] *= 100
    few = np.array([41.2, 4100.0, 40.9])
    clean = sound_tasks([*stages, replace(_labelled(wrong), stage="long"), replace(_labelled(few), stage="short")])
    assert [len(t.support_y) for t in clean] == [20] * 6 + [19, 2]
    assert [t.stage for t in clean] == [*(f"s{i}" for i in range(6)), "long", "short"]


@pytest.fixture(scope="module")
def light():
    tasks = [replace(t, support_y=t.support_y + 41) for t in sisters(stages=7)]
    return make_learner(members=LIGHT).fit(tasks[1:]), tasks[0]


@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 5, 20])
def test_the_portfolio_answers_as_if_wrong_labels_had_not_been_given(light, n):
    prior, task = light
    task = take(task, range(n))
    y = task.support_y.copy()
    y[n // 2] *= 100
    adapted, units = prior.adapt(replace(task, support_y=y)), task.unlabelled_x
    assert adapted.sentences()[0].startswith("1 label set aside as implausible: ")
    wrong = adapted.predict(units).mean - prior.adapt(task).predict(units).mean
    assert np.abs(wrong).max() < task.support_y.std() + 1.0


@pytest.mark.slow
def test_wrong_labels_of_sisters_teach_nothing():
    tasks = sisters(stages=5)
    tasks = [replace(t, support_y=t.support_y + 41) for t in tasks]
    wrong = tasks[2].support_y.copy()
    wrong[7] *= 100
    spoilt = [*tasks[1:2], replace(tasks[2], support_y=wrong), *tasks[3:]]
    few = take(tasks[0], range(5))
    a, b = (make_learner(members=LIGHT).fit(t).adapt(few).predict(few.unlabelled_x) for t in (tasks[1:], spoilt))
    assert np.abs(a.mean - b.mean).max() < 0.3
    assert (b.upper - b.lower).max() < 2 * (a.upper - a.lower).max()


@pytest.mark.slow
def test_a_stranger_without_a_label_claims_nothing():
    for kind in ("continuous", "binary"):
        tasks = sisters(kind)
        prior = make_learner(members=(*LIGHT, "defect_head")).fit(tasks[1:4])
        other = replace(take(tasks[0], []), columns=("a", "b", "c", "d"), family=None, characteristic="weight")
        check_unknown(prior, other)
        with pytest.raises(NotExportable, match="measure some units first"):
            export_model(prior.adapt(other), other.unlabelled_x, None)


def test_the_specification_stands_in_and_that_is_said():
    task = replace(take(sisters()[0], []), limits=(39.0, 41.0, 43.0))
    adapted = make_learner(members=LIGHT).fit([]).adapt(task)
    p = adapted.predict(task.unlabelled_x)
    np.testing.assert_allclose(p.mean, 41.0)
    assert (p.upper - p.lower > 4).all()
    assert not p.in_domain.any()
    assert any(s.endswith("the value is not known; its specification stands in") for s in adapted.sentences())


def test_a_sister_without_a_label_is_known_by_its_sisters():
    tasks = sisters()
    adapted = make_learner("stage_mean").fit(tasks[1:]).adapt(take(tasks[0], []))
    p = adapted.predict(tasks[0].unlabelled_x)
    assert np.isfinite(p.upper).all()
    assert p.in_domain.any()


def test_columns_that_do_not_fit_are_named():
    with pytest.raises(TaskError, match=r"one column for each of the parameters \(force, speed, heat, gap\)"):
        make_learner("stage_mean").fit([]).adapt(sisters()[0]).predict(np.zeros((2, 3)))
    with pytest.raises(TaskError, match=r"p10, p11 and 28 more\)"):
        Task("s", "c", [f"p{i}" for i in range(40)], [[1.0]], [1.0])


def test_a_long_tail_is_measured_by_the_sisters_too():
    y = np.append(np.exp(np.linspace(-1.2, 1.2, 20)), 40.0)
    assert _aside(_labelled(y)) == []
    assert _aside(_labelled(y), Levels(mean=1.3, between=0.3, within=1.0, stages=9)) == [40.0]


def _written(state, **header):
    data = to_bytes(state)
    size = int.from_bytes(data[:8], "little")
    about = json.loads(data[8 : 8 + size])
    told = json.loads(about["__metadata__"]["state"]) | header
    about["__metadata__"]["state"] = json.dumps({k: v for k, v in told.items() if v is not None})
    head = json.dumps(about).encode()
    return len(head).to_bytes(8, "little") + head + data[8 + size :]


def test_a_state_of_the_future_asks_for_another_program():
    state = make_learner("stage_mean").fit(sisters()[1:]).state()
    for header in ({"format": 99}, {"learned": 99}):
        with pytest.raises(StateError, match=r"99, this program .* - update the program"):
            from_bytes(_written(state, **header))


def test_a_state_of_older_learners_is_read_or_asks_to_train_again():
    state = make_learner("pooled").fit(sisters()[1:]).state()
    old = from_bytes(_written(state, learned=None))
    assert old.learned == 0
    assert load_learner(old).name == "pooled"
    gone = next(key for key in sorted(old.arrays) if not key.startswith("families/"))  # files keep no order
    fewer = replace(old, arrays={key: array for key, array in old.arrays.items() if key != gone})
    with pytest.raises(StateError, match=r"written by older learners \(0, .* train again"):
        load_learner(fewer)
    with pytest.raises(StateError, match=r"missing or damaged$"):
        load_learner(replace(fewer, learned=LEARNED))


def test_a_state_file_that_was_cut_or_is_something_else_is_refused():
    data = to_bytes(make_learner("stage_mean").fit(sisters()[1:]).state())
    for broken in (b"", data[:40], data[:-9], b"PK" + data, data[:8] + b"[" + data[9:]):
        with pytest.raises(StateError, match="restore the file or train again"):
            from_bytes(broken)


@pytest.mark.parametrize("others", [0, 1, 3])
def test_units_that_are_all_alike_are_served(others):
    x = np.zeros((40, 2))
    x[:others, 0] = np.arange(1, others + 1)
    task = Task("s", "c", ["a", "b"], x[:12], np.arange(12.0), unlabelled_x=x[12:])
    p = make_learner("prior_mixture").fit([]).adapt(task).predict(x)
    assert np.isfinite(p.mean).all()
    assert p.in_domain[-1]


@pytest.mark.realdata
def test_of_true_labels_of_real_stages_hardly_any_is_set_aside(packs_dir):
    seen = lost = 0
    for pack in (load(folder) for folder in folders(packs_dir)):
        for name in (c for c, kind in pack.characteristics.items() if kind == "continuous"):
            ys = [stage.y[name][np.isfinite(stage.y[name])] for stage in pack.stages]
            for i, y in enumerate(ys):
                others = levels([y for j, y in enumerate(ys) if j != i and len(y)])
                seen, lost = seen + len(y), lost + len(_aside(_labelled(y), others))
    assert seen > 100_000
    assert lost < seen / 1000


def test_a_sister_without_a_label_says_that_its_level_is_a_guess_where_levels_lie_far_apart():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(6, 30, 2))
    far = [Task(f"s{i}", "c", ["a", "b"], x[i], 100.0 * i + x[i, :, 0], family="f") for i in range(6)]
    near = [Task(f"s{i}", "c", ["a", "b"], x[i], 0.1 * i + x[i, :, 0], family="f") for i in range(6)]
    for tasks, guess in ((far, True), (near, False)):
        prior = make_learner("stage_mean").fit(tasks[1:])
        none = Task("s0", "c", ["a", "b"], np.zeros((0, 2)), [], unlabelled_x=x[0], family="f")
        assert ("is a guess until labelled" in prior.adapt(none).sentences()[0]) is guess
        assert "guess" not in prior.adapt(tasks[0]).sentences()[0]
