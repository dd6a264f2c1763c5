"""Every learner in the catalogue keeps what learners keep."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models import learner_names, load_learner, make_learner
from models.checks import check_learner, sisters, take
from models.errors import StateError, UnknownName
from models.state import State, from_bytes, to_bytes

SLOW = {
    "portfolio", "prior_mixture", "warm_start", "rl2", "deep_kernel", "imaml", "maml", "fomaml", "anil", "meta_sgd",
    "reptile",
}  # fmt: skip
"""Each takes several seconds; what they are made of is checked by the others, and by tests of their own."""

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    "name", [n if n not in SLOW else pytest.param(n, marks=pytest.mark.slow) for n in learner_names()]
)
def test_every_learner_conforms(name):
    few_steps = {"steps": 8} if hasattr(make_learner(name), "training") else {}
    check_learner(lambda: make_learner(name, **few_steps))


def test_the_portfolio_conforms_with_few_members():
    check_learner(lambda: make_learner(members=("pooled", "ridge", "stage_mean")))


def test_a_learner_that_breaks_the_contract_is_caught():
    class Flipped(type(make_learner("stage_mean"))):
        def adapt(self, task):
            inner = super().adapt(task)

            class Wrong:
                def predict(self, x, t=None, level=0.9):
                    p = inner.predict(x, t, level)
                    return type(p)(p.mean, p.upper, p.lower, p.anomaly, p.in_domain, level)

                def sentences(self):
                    return ("wrong",)

            return Wrong()

    with pytest.raises(AssertionError, match="a lower end above the mean"):
        check_learner(Flipped)


def test_unknown_names_and_settings_name_the_nearest():
    with pytest.raises(UnknownName, match="did you mean 'prior_mixture'"):
        make_learner("prior_mixtur")
    with pytest.raises(UnknownName, match="did you mean 'members'"):
        make_learner("portfolio", member=("ridge",))


def test_a_state_of_nobody_is_refused():
    with pytest.raises(StateError, match="not known here"):
        load_learner(State({"learner": "oracle", "seed": 0}, {}))


def test_a_state_whose_arrays_changed_shape_is_refused():
    state = make_learner("prior_mixture").fit(sisters()[1:]).state()
    key = "knowledge/0/relevance"
    with pytest.raises(StateError, match="wrong shape"):
        load_learner(State(state.meta, {**state.arrays, key: np.ones(9)}))


@pytest.mark.slow
def test_predictions_are_identical_in_a_fresh_process(tmp_path):
    tasks = sisters()
    prior = make_learner("prior_mixture").fit(tasks[1:])
    task = take(tasks[0], range(7))
    here = prior.adapt(task).predict(task.unlabelled_x)
    (tmp_path / "state").write_bytes(to_bytes(prior.state()))
    code = (
        "import sys, numpy as np\n"
        "from models import load_learner\nfrom models.checks import sisters, take\n"
        "from models.state import from_bytes\n"
        "task = take(sisters()[0], range(7))\n"
        "prior = load_learner(from_bytes(open(sys.argv[1] + '/state', 'rb').read()))\n"
        "p = prior.adapt(task).predict(task.unlabelled_x)\n"
        "np.save(sys.argv[1] + '/out.npy', np.array([p.mean, p.lower, p.upper, p.anomaly]))\n"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=env)
    there = np.load(tmp_path / "out.npy")
    assert np.array_equal(there, np.array([here.mean, here.lower, here.upper, here.anomaly]))


def test_states_are_written_alike_every_time():
    state = make_learner("pooled").fit(sisters()[1:]).state()
    data = to_bytes(state)
    assert all(to_bytes(from_bytes(data)) == data for _ in range(8))
