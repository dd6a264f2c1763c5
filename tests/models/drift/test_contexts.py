"""At equal grade: a mix that moved is no drift, a grade that moved is; and the whole night's examination."""

from __future__ import annotations

import numpy as np
import pytest

from models import drift
from models.errors import TaskError

GRADES = np.array(["S235", "S355", "DP600"])
LEVELS = dict(zip(GRADES, (0.0, 4.0, 9.0), strict=True))


def units(n, shares, rng, moved=None):
    grade = rng.choice(GRADES, n, p=shares)
    x = np.array([LEVELS[g] for g in grade]) + rng.normal(size=n)
    return x + 2.0 * (grade == moved), grade


def look(seed, moved=None, shares=(0.1, 0.2, 0.7), contexts=True):
    rng = np.random.default_rng(seed)
    a, before = units(400, (0.6, 0.3, 0.1), rng)
    b, now = units(120, shares, rng, moved)
    grades = drift.Contexts.of(before, now) if contexts else None
    return drift.inputs(a[:, None], b[:, None], ["force"], contexts=grades)[0]


def test_a_mix_that_moved_is_no_drift_at_equal_grade():
    assert look(0, contexts=False).drifted
    assert sum(look(seed).drifted for seed in range(20)) <= 3


def test_a_grade_that_moved_is_found_and_named():
    found = look(1, moved="DP600")
    assert found.drifted
    assert found.in_context[0].context == "DP600"
    assert "most in DP600" in found.sentence
    assert "at equal context" in found.sentence


def test_a_grade_never_seen_before_is_no_yardstick():
    grades = drift.Contexts.of(["a"] * 100, ["b"] * 50)
    found = drift.inputs(np.zeros((100, 1)), np.ones((50, 1)), ["force"], contexts=grades)[0]
    assert not found.decided
    assert "0 current values" in found.sentence


def test_contexts_of_another_length_are_refused():
    with pytest.raises(TaskError, match="one for each unit"):
        drift.inputs(np.zeros((40, 1)), np.zeros((30, 1)), ["f"], contexts=drift.Contexts.of(["a"], ["a"]))


def windows(x, **more):
    columns = [f"p{i}" for i in range(x.shape[1])]
    told = {"weights": np.ones(x.shape[1]), "error": 1.0, "ranges": [(None, None)] * x.shape[1]} | more
    return drift.Windows((x[:300], x[300:]), columns, **told)


def test_one_night_tells_faults_inputs_and_relation_apart():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(400, 4))
    x[300:, 1] += 3.0
    x[340:, 2] = x[340, 2]
    residuals = rng.normal(size=200), rng.normal(2.5, 1, size=30)
    found = drift.examine(windows(x, residuals=residuals, measured=(rng.normal(size=100), rng.normal(size=40))))
    assert [(f.column, f.kind) for f in found.faults] == [("p2", "stuck")]
    assert found.summary.moved == ("relation", "inputs")
    assert not next(v for v in found.verdicts if v.subject == "p2").decided
    assert found.verdicts[0].matters


def test_effects_are_in_errors_and_a_parameter_without_weight_is_information():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(400, 2))
    x[300:] += 3.0
    found = {v.subject: v for v in drift.examine(windows(x, weights=np.array([0.5, 0.0]), error=2.0)).verdicts}
    assert found["p0"].effect == pytest.approx(0.25 * 3.0, rel=0.15)
    assert found["p0"].matters
    assert found["p1"].drifted
    assert not found["p1"].matters


def test_parameters_that_no_longer_go_together_are_told_though_each_is_as_before():
    rng = np.random.default_rng(4)
    a = rng.normal(size=400)
    x = np.column_stack([a, a + 0.1 * rng.normal(size=400), rng.normal(size=400)])
    x[300:, 1] = rng.permutation(x[300:, 1])
    found = drift.examine(windows(x))
    moved = [v for v in found.verdicts if v.drifted]
    assert [v.subject for v in moved] == ["parameters together"]
    assert "mostly p0, p1" in moved[0].sentence or "mostly p1, p0" in moved[0].sentence
    assert found.summary.state == "none"
