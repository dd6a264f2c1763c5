"""Run rules: each completes where it should, and its conventions hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import UnknownName
from models.spc import (
    AIAG,
    MONTGOMERY,
    NELSON,
    RULES,
    WESTERN_ELECTRIC,
    WESTGARD,
    run_length,
    run_signals,
    signal_probability,
)
from models.spc.lengths.chain import normal_cells, transitions
from models.spc.rules import rules_named

ZIGZAG = [0.5 * (-1) ** i for i in range(14)]
CASES = {
    "nelson1": ([0.0, 3.1], 1),
    "nelson2": ([0.1] * 9, 8),
    "nelson3": ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 5),
    "nelson4": (ZIGZAG, 13),
    "nelson5": ([2.1, 0.0, 2.1], 2),
    "nelson6": ([1.1, 1.1, 0.0, 1.1, 1.1], 4),
    "nelson7": ([0.9, -0.9, 0.2] * 5, 14),
    "nelson8": ([1.1, -1.2] * 4, 7),
    "we1": ([0.0, -3.1], 1),
    "we2": ([-2.1, -2.1], 1),
    "we3": ([-1.1] * 4, 3),
    "we4": ([-0.1] * 8, 7),
    "westgard_1_3s": ([0.0, 3.1], 1),
    "westgard_2_2s": ([2.1, 2.1], 1),
    "westgard_r_4s": ([2.1, -2.1], 1),
    "westgard_4_1s": ([1.1] * 4, 3),
    "westgard_10_x": ([0.1] * 10, 9),
    "westgard_1_2s": ([2.1], 0),
}
CASES |= {f"aiag{n}": CASES[f"nelson{n}"] for n in (1, 3, 4, 5, 6, 7, 8)} | {"aiag2": ([0.1] * 7, 6)}
CASES |= {f"montgomery{n}": CASES[f"nelson{m}"] for n, m in enumerate((1, 5, 6, 0, 3, 7, 4, 8), 1) if m}
CASES |= {"montgomery4": ([0.1] * 8, 7)}


def completed(points, rule, breaks=()):
    return [s.index for s in run_signals(np.array(points, dtype=float), [rule], breaks)]


def test_every_rule_has_a_case():
    sets = (NELSON, WESTERN_ELECTRIC, AIAG, MONTGOMERY, WESTGARD, ("westgard_1_2s",))
    assert set(CASES) == set(RULES) == set().union(*sets)


@pytest.mark.parametrize("rule", CASES)
def test_completing_point_is_reported_and_the_mirror_image_signals_alike(rule):
    points, index = CASES[rule]
    assert completed(points, rule) == [index]
    assert completed([-p for p in points], rule) == [index]


@pytest.mark.parametrize("rule", CASES)
def test_one_point_short_is_silent(rule):
    points, index = CASES[rule]
    assert completed(points[:index], rule) == []


@pytest.mark.parametrize("rule", [r for r in CASES if RULES[r].need > 1])
@pytest.mark.parametrize("gap", ["missing", "break"])
def test_no_pattern_reaches_across_a_gap(rule, gap):
    points, index = CASES[rule]
    head, tail = points[:index], points[index:]
    if gap == "missing":
        assert completed([*head, np.nan, *tail], rule) == []
    else:
        assert completed(points, rule, breaks=[index]) == []


@pytest.mark.parametrize(
    ("rule", "points"),
    [
        ("nelson1", [3.0, -3.0]),
        ("nelson5", [2.0, 2.0, 2.0]),
        ("nelson2", [0.1, 0.2, 0.1, 0.2, 0.0, 0.1, 0.2, 0.1, 0.2]),
        ("nelson3", [0.1, 0.2, 0.3, 0.3, 0.4, 0.5]),
        ("nelson4", [0.0] * 14),
        ("nelson7", [1.0] * 15),
        ("nelson8", [1.0] * 8),
    ],
)
def test_ties_with_a_limit_or_a_neighbour_do_not_count(rule, points):
    assert completed(points, rule) == []


def test_opposite_sides_complete_only_the_rule_that_asks_for_them():
    assert completed([2.1, -2.1, 2.1], "westgard_r_4s") == [1, 2]
    assert completed([2.1, 2.1, 0.0, -2.1], "westgard_r_4s") == []


def test_two_of_three_is_not_completed_by_a_point_inside():
    assert completed([2.1, 2.2, 0.0, 0.0], "nelson5") == [1]


def test_sides_are_not_added_up():
    assert completed([2.1, -2.1, 0.0], "nelson5") == []


def test_unknown_rule_names_its_neighbour():
    with pytest.raises(UnknownName, match="we4"):
        run_signals(np.zeros(3), ["we5"])


def test_empty_series_is_silent():
    assert run_signals(np.array([]), NELSON) == ()


@given(st.lists(st.floats(-4, 4), max_size=40), st.sampled_from(NELSON))
def test_signals_mirror_and_do_not_depend_on_what_comes_later(points, rule):
    z = np.array(points, dtype=float)
    found = completed(z, rule)
    assert completed(-z, rule) == found
    half = len(z) // 2
    assert completed(z[:half], rule) == [i for i in found if i < half]


def test_exact_run_length_agrees_with_a_simulation():
    rules = ("nelson1", "nelson5", "nelson6")
    rng = np.random.default_rng(0)
    firsts = []
    for _ in range(600):
        found = run_signals(rng.normal(1.0, 1.0, 200), rules)
        firsts.append(found[0].index + 1 if found else 200)
    mean, error = np.mean(firsts), np.std(firsts) / np.sqrt(600)
    assert run_length(rules, 1.0).value == pytest.approx(mean, abs=4 * error)


def test_simulated_run_length_of_a_zone_rule_agrees_with_the_exact_one():
    mixed = run_length(["nelson1", "nelson3"])
    assert mixed.method == "simulation"
    assert mixed.value < run_length(["nelson1"]).value
    assert mixed.value == pytest.approx(1 / (1 / 370.4 + 1 / 410), rel=0.1)


def test_signal_probability_of_shewhart_is_geometric():
    assert signal_probability(["we1"], 100) == pytest.approx(1 - 0.9973002**100, abs=1e-6)


def test_equal_futures_are_one_state():
    """Without forgetting, the four Western Electric rules would need thousands of states."""
    assert transitions(rules_named(WESTERN_ELECTRIC), normal_cells()).shape[0] < 300
