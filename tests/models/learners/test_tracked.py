"""What nets expect of a unit, and the level of what they leave: better than either where both play a part."""

from dataclasses import replace

import numpy as np
import pytest

from models import Task, load_learner, make_learner
from models.checks import sisters, take
from models.errors import StateError
from models.state import State

ROWS = 80
EVERY = 4


def _stages(slope, wander, stages=6, seed=0):
    """Stages whose labels hang on a parameter, on a level that wanders, and on noise."""
    rng = np.random.default_rng(seed)
    out = []
    for i in range(stages):
        x = rng.normal(size=(ROWS, 2))
        level = np.cumsum(wander * rng.normal(size=ROWS))
        y = slope * x[:, 0] + level + 0.3 * rng.normal(size=ROWS)
        out.append(Task(f"s{i}", "c", ["a", "b"], x, y, support_t=np.arange(ROWS) * 60.0))
    return out


def _error(said, task, asked):
    return float(np.sqrt(np.mean((said - task.support_y[asked]) ** 2)))


def _known(tasks):
    """Return a new stage of which every fourth unit is labelled, the other rows, and two learners of the others."""
    own = np.arange(0, ROWS, EVERY)
    rest = np.setdiff1d(np.arange(ROWS), own)
    return take(tasks[0], own), rest, [make_learner(n).fit(tasks[1:]) for n in ("tracked", "recent")]


def test_it_knows_what_parameters_do_and_follows_the_rest():
    """Far better than the level alone, and than the nets with a constant for what they leave."""
    tasks = _stages(2.0, 0.5)
    few, rest, (prior, recent) = _known(tasks)
    x, t = tasks[0].support_x[rest], tasks[0].support_t[rest]
    tracked = _error(prior.adapt(few).predict(x, t).mean, tasks[0], rest)
    gaze, scale = prior.expected[0].look(few, prior.recent.families[0])
    left = few.support_y - scale * gaze.expect(few.support_x, few.support_t)
    assert tracked < 0.7 * _error(recent.adapt(few).predict(x, t).mean, tasks[0], rest)
    assert tracked < 0.8 * _error(left.mean() + scale * gaze.expect(x, t), tasks[0], rest)


def test_where_parameters_say_nothing_it_is_the_recent_level():
    """What nets make of noise holds at no stage that they never saw: their share is small or nothing."""
    tasks = _stages(0.0, 0.3, seed=1)
    few, rest, both = _known(tasks)
    assert both[0].expected[0].share < 0.2
    x, t = tasks[0].support_x[rest], tasks[0].support_t[rest]
    tracked, recent = (_error(p.adapt(few).predict(x, t).mean, tasks[0], rest) for p in both)
    assert tracked < 1.05 * recent


def test_its_answer_is_what_recent_says_of_the_differences_plus_the_nets():
    """Golden: nets and differences by hand."""
    tasks = _stages(1.0, 0.2)
    prior = make_learner("tracked").fit(tasks[1:])
    few = take(tasks[0], range(12))
    x, t = tasks[0].support_x[12:20], tasks[0].support_t[12:20]
    gaze, scale = prior.expected[0].look(few, prior.recent.families[0])
    rest = replace(
        few, support_y=few.support_y - scale * gaze.see(gaze.inputs.static(few.support_x), few.support_t)[1].ravel()
    )
    left, answer = prior.recent.adapt(rest).predict(x, t), prior.adapt(few).predict(x, t)
    np.testing.assert_allclose(
        answer.mean, left.mean + scale * gaze.see(gaze.inputs.static(x), t)[1].ravel(), rtol=0, atol=1e-12
    )
    np.testing.assert_allclose(answer.upper - answer.lower, left.upper - left.lower, rtol=0, atol=1e-12)


def test_without_nets_it_is_recent():
    """Defects have no nets, and a stranger is served by none."""
    tasks, odd = sisters("binary"), _stages(1.0, 0.2)[0]
    for known, new in ((tasks[1:], tasks[0]), (tasks[1:], replace(odd, columns=("u", "v")))):
        said = [make_learner(n).fit(known).adapt(take(new, range(9))) for n in ("tracked", "recent")]
        both = [one.predict(new.support_x, new.support_t) for one in said]
        assert np.array_equal(both[0].mean, both[1].mean)
        assert said[0].sentences() == said[1].sentences()


@pytest.mark.parametrize("harm", ["share", "nets", "recent"])
def test_a_damaged_state_is_told(harm):
    state = make_learner("tracked").fit(sisters()[1:]).state()
    arrays, meta = dict(state.arrays), dict(state.meta)
    if harm == "recent":
        meta.pop("recent")
    else:
        arrays.pop("shares/0" if harm == "share" else "nets/0/sizes")
    with pytest.raises(StateError, match="train again"):
        load_learner(State(meta, arrays))


def test_nets_of_a_mixture_are_taken_over_and_change_nothing():
    tasks = _stages(2.0, 0.5)
    mixture, alone = make_learner("prior_mixture").fit(tasks), make_learner("tracked").fit(tasks)
    heir = make_learner("tracked").fit_after(tasks, [make_learner("ridge"), mixture])
    assert heir.expected[0].nets is mixture.nets[0]
    mine, other = heir.state(), alone.state()
    assert mine.meta == other.meta
    assert mine.arrays.keys() == other.arrays.keys()
    for name, array in mine.arrays.items():
        np.testing.assert_array_equal(array, other.arrays[name], err_msg=name)
    of_another_seed = make_learner("tracked", seed=1).fit_after(tasks, [mixture])
    assert of_another_seed.expected[0].nets is not mixture.nets[0]
