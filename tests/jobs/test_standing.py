"""A young model must deserve its word: a wrong level is found out by the first labels."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from models import make_learner
from models.base import Task
from qc_app.jobs.model.standing import left_out, recipe_guard

from .conftest import START, drop, units_of


def task(n=9, **facts):
    rng = np.random.default_rng(4)
    x = rng.normal(size=(n, 2))
    return Task(stage="s", characteristic="y", columns=["a", "b"], support_x=x, support_y=5 + 3 * x[:, 0], **facts)


def test_a_good_recipe_passes_and_a_bad_one_fails():
    good = recipe_guard(make_learner("ridge"), task(), 0.02)
    assert good is not None
    assert good.passed

    class Shouts:
        def adapt(self, task):
            inner = make_learner("stage_mean").adapt(task)

            class Loud:
                def predict(self, x, t=None):
                    said = inner.predict(x, t)
                    return type(said)(said.mean + 100, said.lower, said.upper, said.anomaly, said.in_domain)

            return Loud()

    bad = recipe_guard(Shouts(), task(), 0.02)
    assert not bad.passed
    assert "worse than the stage baseline" in bad.sentence


def test_too_few_labels_and_defects_say_nothing():
    assert recipe_guard(make_learner("ridge"), task(2), 0.02) is None
    few = Task(
        stage="s", characteristic="y", columns=["a"], support_x=[[0.0]] * 4, support_y=[0, 1, 0, 1], kind="binary"
    )
    assert recipe_guard(make_learner("ridge"), few, 0.02) is None


def test_lots_are_left_out_whole():
    groups = np.array(["a", "a", "a", "b", "b", "b", "c", "c", "c"], dtype=object)
    model, mean = left_out(make_learner("stage_mean"), task(groups=groups))
    np.testing.assert_allclose(model, mean)
    y = task().support_y
    assert mean[0] == abs(y[0] - y[3:].mean())


@pytest.mark.slow
def test_two_labels_far_from_the_sisters_silence_a_model_that_knows_none(works):
    works.stages = ("p-1", "p-2")
    works.nights(range(3), stages=["p-1"])
    works.nights([3], labels=0)
    with works.open(3) as store:
        assert set(store.lake.predictions("p-2")["tier"]) == {"champion"}
    far = units_of("p-2", 3).select("unit_id", "time", width=pl.col("width") + 500).head(2)
    drop(works.folder / "drop", "p-2", "labels", "far", far)
    works.nights([4], labels=0)
    with works.open(4) as store:
        newest = store.lake.predictions("p-2", last=24)
        assert newest["t_event"].min() >= START
        assert set(newest["tier"]) == {"baseline"}
        assert abs(newest["mean"].mean() - far["width"].mean()) < 1
