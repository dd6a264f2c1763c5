"""Levels and neighbours at equal context: slow parameters of a plant that changes its grade every few hours."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from models import drift
from models.drift.contexts import Contexts, levelled
from models.drift.distances import level
from models.drift.looks import in_ranks
from models.drift.neighbours import beside
from models.drift.ranked import ranked
from tests.models.drift.test_inputs import by_name
from tests.models.drift.test_looks import NAMES, line, slow

FDR = 0.0005
LEVELS = np.array([0.0, 3.0, -4.0])


def campaigns(n, rng, length=24, shares=(0.5, 0.3, 0.2)):
    """Which of three grades each unit is of, in campaigns of about a length."""
    made: list[int] = []
    while len(made) < n:
        made += [int(rng.choice(3, p=shares))] * int(rng.integers(length // 2, 2 * length))
    return np.array(made[:n])


def verdict(rng, change=None, contexts=True, n=2200, current=200):
    grade, x = campaigns(n, rng), slow(n, rng)
    x = x + LEVELS[grade]
    if change is not None:
        x += change(n)
    now = n - current
    grades = Contexts.of(grade[:now].tolist(), grade[now:].tolist()) if contexts else None
    return drift.inputs(x[:now, None], x[now:, None], ["temper"], fdr=FDR, contexts=grades)[0]


def ramp(n):
    return np.concatenate([np.zeros(n - 960), np.linspace(0, 3.0, 960)])


def step(n):
    return np.where(np.arange(n) >= n - 730, 2.0, 0.0)


def found(change, times=16):
    return np.mean([verdict(np.random.default_rng(k), change).drifted for k in range(times)])


def test_a_slow_ramp_is_found_at_equal_grade():
    assert found(ramp) >= 0.8


def test_a_slow_step_is_found_at_equal_grade_and_the_sentence_says_where_it_was_looked():
    assert found(step) >= 0.8
    sentence = verdict(np.random.default_rng(0), ramp).sentence
    assert "over the newest 733 units at equal context" in sentence


def test_a_mutant_without_levels_at_equal_grade_finds_no_ramp(monkeypatch):
    def as_before(a, b, contexts, tau, neighbours=None):
        seen = ranked(a, b, contexts)
        return (in_ranks(seen.reference, seen.current, tau, seen.shift),)

    monkeypatch.setattr(importlib.import_module("models.drift.inputs"), "looks_in_context", as_before)
    assert found(ramp) < 0.3


def test_a_stable_slow_parameter_stays_quiet_at_equal_grade():
    assert found(None, times=60) <= 0.05


def test_a_mix_that_moved_is_no_level_that_moved():
    """The rare grade becomes the usual one; AR(1) .94, 40 nights at .05 promised."""
    false = []
    for k in range(40):
        rng = np.random.default_rng(k)
        grade = np.concatenate(
            [campaigns(2000, rng, shares=(0.7, 0.25, 0.05)), campaigns(200, rng, shares=(0.1, 0.1, 0.8))]
        )
        x = slow(2200, rng) + LEVELS[grade]
        grades = Contexts.of(grade[:2000].tolist(), grade[2000:].tolist())
        false.append(drift.inputs(x[:2000, None], x[2000:, None], ["temper"], fdr=0.05, contexts=grades)[0].drifted)
    assert np.mean(false) <= 0.125


def graded(rng, n=1200):
    grade = campaigns(n, rng)
    return line(rng, n) + LEVELS[grade][:, None] * np.array([1.0, -0.5, 2.0, 0.3]), grade


def judged(x, grade):
    grades = Contexts.of(grade[:1000].tolist(), grade[1000:].tolist())
    return by_name(drift.inputs(x[:1000], x[1000:], NAMES, fdr=0.005, contexts=grades))


def test_a_sensor_that_leaves_its_neighbours_is_named_at_equal_grade_and_they_are_not():
    hits, others = 0, 0
    for k in range(15):
        x, grade = graded(np.random.default_rng(k))
        x[1000:, 1] += 0.4
        verdicts = judged(x, grade)
        hits += verdicts["middle"].drifted
        others += sum(verdicts[name].drifted for name in ("entry", "exit", "speed"))
    assert hits >= 13
    assert others <= 1
    assert "against what the others make of it at equal context" in verdicts["middle"].sentence


def test_grades_that_make_parameters_quarrel_are_no_quarrel_at_equal_grade():
    """Each grade sets the parameters apart in its own way, and the mix moves: told apart by context alone."""
    rng = np.random.default_rng(7)
    x, grade = graded(rng)
    x[1000:] += (LEVELS[2] - LEVELS[grade[1000:]])[:, None] * np.array([1.0, -0.5, 2.0, 0.3])
    grade[1000:] = 2
    assert any(v.drifted for v in drift.inputs(x[:1000], x[1000:], NAMES, fdr=0.005))
    assert not any(v.drifted for v in judged(x, grade).values())


def test_rows_of_an_unknown_grade_are_left_out_and_missing_values_stay():
    x = np.arange(80.0).reshape(40, 2)
    x[3, 1] = np.nan
    a, b, kept = levelled(x, np.ones((2, 2)), Contexts.of(["a"] * 40, ["a", "new"]))
    assert a.shape == (40, 2)
    assert np.isnan(a[3, 1])
    assert kept.current.tolist() == ["a"]
    assert len(b) == 1
    assert beside(x, np.ones((2, 2)), ["p", "q"], 0.001, contexts=Contexts.of(["a"] * 40, ["b", "c"])) == {}


@pytest.mark.parametrize("size", [20, 60])
def test_a_rare_grade_is_worth_its_own_units_only(size):
    grades = Contexts.of(["a"] * 500 + ["b"] * size, ["b"] * 50)
    rng = np.random.default_rng(1)
    seen = ranked(rng.normal(size=500 + size), rng.normal(size=50), grades)
    assert len(seen.reference) == size
    assert level(seen.reference, seen.current, tau=1.0).p_value > 0.001


def test_medians_and_grades_are_those_of_the_window_that_moved():
    rng = np.random.default_rng(3)
    grade = campaigns(2200, rng)
    x = slow(2200, rng)
    x[-733:] += 3.0
    x[-200:] -= 3.0
    contexts = Contexts.of(grade[:-200].tolist(), grade[-200:].tolist())
    (moved,) = drift.inputs(x[:-200, None], x[-200:, None], ["temper"], contexts=contexts)
    assert (moved.look, moved.newest) == ("long level", 733)
    assert sum(one.n for one in moved.in_context) == 733
    assert f"(median {np.median(x[:-733]):.4g} -> {np.median(x[-733:]):.4g})" in moved.sentence
