"""The gate: error rates by simulation, labels still needed, guards, and a verdict that can be reproduced."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from models.errors import TaskError
from models.gate import MOST_LABELS, judge
from models.guards import Evidence, coverage_holds, domain_kept, no_segment_worse, not_worse_than_baseline


def losses(n, gain, rng, lot_sd=0.0, per_lot=1):
    lots = np.repeat(np.arange(n // per_lot + 1), per_lot)[:n]
    champion = 3 + rng.normal(size=n)
    noise = rng.normal(size=n) + lot_sd * rng.normal(size=n // per_lot + 1)[lots]
    return champion, champion - gain - noise, lots


def verdicts(n, gain, delta=0.0, times=200, **lots):
    rng = np.random.default_rng(0)
    found = []
    for seed in range(times):
        champion, challenger, groups = losses(n, gain, rng, **lots)
        found.append(judge(champion, challenger, groups, delta=delta, seed=seed).verdict)
    return {v: np.mean([f == v for f in found]) for v in ("promote", "keep", "undecided")}


@pytest.mark.parametrize("n", [8, 20, 60])
def test_an_equal_challenger_is_rarely_promoted_or_thrown_out(n):
    """Each bound of a 90 % interval is missed in 5 %; 200 nights, so up to 9 % is chance."""
    rates = verdicts(n, 0.0)
    assert rates["promote"] <= 0.09
    assert rates["keep"] <= 0.09


def test_a_challenger_worse_by_delta_is_rarely_promoted():
    assert verdicts(30, -0.4, delta=0.4)["promote"] <= 0.05


def test_lots_are_resampled_whole():
    """With strong lots the rows are few independent pieces of evidence; forgetting that would promote at random."""
    shared = {"lot_sd": 2.0, "per_lot": 10}
    assert verdicts(100, 0.0, **shared)["promote"] <= 0.1
    rng = np.random.default_rng(1)
    blind = [judge(*losses(100, 0.0, rng, **shared)[:2], delta=0.0, seed=i).verdict for i in range(100)]
    assert np.mean([v == "promote" for v in blind]) > 0.2


def test_a_better_challenger_is_promoted_and_a_worse_one_kept_out():
    assert verdicts(30, 1.0)["promote"] > 0.95
    assert verdicts(30, -1.0)["keep"] > 0.95


def test_labels_asked_for_are_about_those_that_decide():
    rng = np.random.default_rng(2)
    champion, challenger, _ = losses(20, 0.0, rng)
    gain = champion - challenger
    challenger = challenger + gain.mean() - 0.2
    first = judge(champion, challenger, delta=0.0, seed=0)
    assert first.verdict == "undecided"
    assert f"{first.more_labels} more labels" in first.sentence
    copies = int(np.ceil((20 + first.more_labels) / 20))
    enough = judge(np.tile(champion, copies + 1), np.tile(challenger, copies + 1), delta=0.0, seed=0)
    short = judge(np.tile(champion, max(copies // 2, 1)), np.tile(challenger, max(copies // 2, 1)), delta=0.0, seed=0)
    assert enough.verdict == "promote"
    assert short.verdict == "undecided"


def test_no_difference_at_all_keeps_the_champion():
    result = judge([1.0, 2.0] * 6, [1.0, 2.0] * 6, delta=0.1, seed=0)
    assert (result.verdict, result.estimate, result.more_labels) == ("keep", 0.0, 0)
    assert "alike" in result.sentence


def test_a_difference_not_worth_the_labels_is_capped():
    champion = np.tile([1.0, 3.0], 10)
    challenger = champion + np.tile([1.0, -1.0], 10) + 1e-6
    result = judge(champion, challenger, delta=0.0, seed=0)
    assert (result.verdict, result.more_labels) == ("undecided", MOST_LABELS)
    assert "1000 or more" in result.sentence


@pytest.mark.parametrize("rows", [0, 1, 7])
def test_too_few_rows_are_undecided_with_the_number_needed(rows):
    result = judge(np.ones(rows), np.zeros(rows), delta=0.0, seed=0)
    assert (result.verdict, result.rows, result.more_labels) == ("undecided", rows, 8 - rows)
    assert np.isnan(result.lower)
    json.dumps(result.numbers(), allow_nan=False)


def test_too_few_lots_are_undecided_whatever_the_rows():
    result = judge(np.ones(40), np.zeros(40), [1, 2, 3, 4] * 10, delta=0.0, seed=0)
    assert (result.verdict, result.lots, result.more_labels) == ("undecided", 4, 10)


def test_rows_without_a_loss_of_both_are_left_out():
    champion = np.ones(12)
    champion[3] = np.nan
    assert judge(champion, np.zeros(12), delta=0.0, seed=0).rows == 11


@given(st.integers(0, 2**31), st.permutations(list(range(15))))
def test_the_same_arguments_give_the_same_verdict_and_lots_may_carry_any_name(seed, order):
    rng = np.random.default_rng(3)
    champion, challenger, lots = losses(30, 0.3, rng, per_lot=2)
    names = np.array([f"lot {i}" for i in order], dtype=object)[lots[:30]]
    a = judge(champion, challenger, lots, delta=0.1, seed=seed)
    assert a == judge(champion, challenger, lots, delta=0.1, seed=seed)
    assert a == judge(champion, challenger, names, delta=0.1, seed=seed)


def test_the_verdict_does_not_depend_on_the_unit():
    rng = np.random.default_rng(4)
    champion, challenger, _ = losses(20, 0.5, rng)
    a = judge(champion, challenger, delta=0.1, seed=1)
    b = judge(champion * 25.4, challenger * 25.4, delta=2.54, seed=1)
    assert b.verdict == a.verdict
    assert (b.estimate, b.lower, b.upper) == pytest.approx((a.estimate * 25.4, a.lower * 25.4, a.upper * 25.4))
    assert b.more_labels == a.more_labels


def test_a_record_holds_everything_and_is_json():
    rng = np.random.default_rng(5)
    champion, challenger, _ = losses(20, 2.0, rng)
    evidence = Evidence(loss_challenger=challenger, loss_baseline=champion, covered=[True] * 18 + [False] * 2)
    numbers = judge(champion, challenger, delta=0.1, seed=9, evidence=evidence).numbers()
    assert json.loads(json.dumps(numbers)) == numbers
    assert set(numbers) >= {"estimate", "lower", "upper", "rows", "lots", "delta", "level", "seed", "resamples"}
    assert set(numbers["guards"]) == {"baseline", "coverage"}


def test_a_failed_guard_turns_a_promotion_into_a_keep_with_its_reason():
    rng = np.random.default_rng(6)
    champion, challenger, _ = losses(20, 2.0, rng)
    evidence = Evidence(covered=[True] * 5 + [False] * 15)
    result = judge(champion, challenger, delta=0.0, seed=0, evidence=evidence)
    assert result.verdict == "keep"
    assert "the interval covers too little: 5 of 20" in result.sentence
    assert judge(champion, challenger, delta=0.0, seed=0).verdict == "promote"


def test_coverage_is_judged_with_its_uncertainty():
    assert coverage_holds([True] * 5 + [False] * 3).passed
    assert not coverage_holds([True] * 50 + [False] * 30).passed
    assert coverage_holds([]).passed
    assert not coverage_holds([True] * 100, nominal=0.5, tolerance=0.1).passed


def test_an_honest_interval_rarely_fails_the_coverage_guard():
    rng = np.random.default_rng(7)
    assert np.mean([coverage_holds(rng.random(12) < 0.9).passed for _ in range(500)]) > 0.98


def test_domain_may_move_but_not_shrink():
    inside = np.ones(40, dtype=bool)
    half = inside.copy()
    half[:12] = False
    assert not domain_kept(inside, half).passed
    assert domain_kept(half, inside).passed
    assert domain_kept(half, half[::-1]).passed
    assert domain_kept([], []).passed


def test_baseline_guard_allows_delta():
    assert not_worse_than_baseline([1.05] * 9, [1.0] * 9, 0.1).passed
    assert not not_worse_than_baseline([1.2] * 9, [1.0] * 9, 0.1).passed


def test_a_machine_that_became_worse_is_named():
    rng = np.random.default_rng(8)
    champion = rng.normal(3, 0.2, size=40)
    machine = np.repeat(["A", "B"], 20)
    challenger = champion + np.where(machine == "B", 0.5, -1.0) + rng.normal(0, 0.2, size=40)
    guard = no_segment_worse(champion, challenger, machine)
    assert not guard.passed
    assert guard.sentence == "significantly worse for B"
    assert no_segment_worse(champion, champion, machine).passed
    assert no_segment_worse(champion[:3], champion[:3] + 1, machine[:3]).passed


def test_wrong_use_is_told():
    with pytest.raises(TaskError, match="shapes"):
        judge([1.0], [1.0, 2.0], delta=0.0, seed=0)
    with pytest.raises(TaskError, match="delta"):
        judge([1.0], [1.0], delta=-1.0, seed=0)
    with pytest.raises(TaskError, match="domain guard"):
        domain_kept([True], [True, False])


def test_a_slightly_worse_challenger_inside_delta_is_not_promoted():
    champion = np.tile([1.0, 1.2, 0.9], 8)
    result = judge(champion, champion + np.tile([0.05, -0.045, 0.004], 8), delta=0.5, seed=0)
    assert result.lower > -0.5
    assert result.estimate < 0
    assert result.verdict == "keep"
    assert "as good, no reason to change" in result.sentence


def test_lots_of_unequal_size_weigh_by_their_rows():
    lots = np.repeat(np.arange(6), [1, 2, 3, 5, 8, 13])
    result = judge(np.full(32, 3.0), np.full(32, 2.0), lots, delta=0.0, seed=0)
    assert (result.estimate, result.lower, result.upper) == pytest.approx((1.0, 1.0, 1.0))


def test_the_interval_of_few_rows_is_as_wide_as_that_of_student():
    """A plain percentile interval of 8 rows would be a quarter narrower."""
    rng = np.random.default_rng(9)
    ratios = []
    for seed in range(40):
        gain = rng.normal(size=8)
        result = judge(gain, np.zeros(8), delta=0.0, seed=seed)
        student = 2 * stats.t.ppf(0.95, 7) * gain.std(ddof=1) / np.sqrt(8)
        ratios.append((result.upper - result.lower) / student)
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.06)


def test_a_domain_that_lost_two_of_ten_units_may_be_chance():
    assert domain_kept([True] * 10, [True] * 8 + [False] * 2).passed


def test_the_sentence_gives_both_errors_in_units_and_the_digits_that_are_known():
    champion = [0.030, 0.034, 0.029, 0.033, 0.031, 0.035] * 3
    challenger = [0.024, 0.029, 0.025, 0.026, 0.027, 0.028] * 3
    result = judge(champion, challenger, delta=0.0005, seed=0, unit="mm")
    words = "mean error 0.0265 mm against the champion's 0.0320 mm on 18 labels, gain +0.0055"
    assert result.sentence.startswith(f"the challenger is better: {words} (90% sure: ")
    assert (result.loss_champion, result.loss_challenger) == pytest.approx((0.032, 0.0265))


def test_rounding_is_no_difference():
    losses = np.linspace(1.0, 2.0, 20)
    result = judge(losses, losses * (1 + 1e-15), delta=0.01, seed=0)
    assert (result.verdict, result.estimate) == ("keep", 0.0)
    assert "alike" in result.sentence


def test_a_gain_within_delta_is_no_reason_to_change_however_sure():
    champion = np.tile([1.0, 1.2, 0.9, 1.1], 20)
    result = judge(champion, champion - np.tile([0.01, 0.012], 40), delta=0.05, seed=0)
    assert result.least > 0
    assert result.verdict == "keep"
    assert "as good, no reason to change" in result.sentence


def test_a_delta_of_the_wrong_sign_would_be_noticed():
    """The mutant `estimate > -delta` promotes what is worse; the gate does not, on any seed."""
    rng = np.random.default_rng(4)
    for seed in range(20):
        champion = rng.gamma(2.0, 0.5, 40)
        result = judge(champion, champion + 0.03 + rng.normal(0, 0.05, 40), delta=0.05, seed=seed)
        assert result.estimate > -0.05
        assert result.verdict != "promote"
    assert judge([1.0, 1.1] * 20, [1.03, 1.13] * 20, delta=0.05, seed=0).verdict == "keep"


def clear_gain(later):
    """Twenty rows on which the challenger is better by 1 of 3, but for those that a test makes worse."""
    champion = np.full(20, 3.0) + np.linspace(-0.2, 0.2, 20)
    challenger = np.where(later, champion + 0.1, champion - 1.4)
    return champion, challenger


def test_a_gain_waits_for_units_made_since_and_says_how_many():
    champion, challenger = clear_gain(np.zeros(20, dtype=bool))
    assert judge(champion, challenger, delta=0.1, seed=0).verdict == "promote"
    found = judge(champion, challenger, later=[False] * 18 + [True] * 2, delta=0.1, seed=0, min_rows=8)
    assert (found.verdict, found.more_labels) == ("undecided", 2)
    assert "only 2 labels of units made since it was built" in found.sentence
    assert judge(champion, challenger, later=[False] * 16 + [True] * 4, delta=0.1, seed=0).verdict == "promote"


def test_a_gain_that_later_units_do_not_show_is_not_promoted():
    """Without asking them it would be: on all rows the challenger is clearly better."""
    later = np.arange(20) >= 15
    champion, challenger = clear_gain(later)
    assert judge(champion, challenger, delta=0.1, seed=0).verdict == "promote"
    found = judge(champion, challenger, later=later, delta=0.1, seed=0)
    assert found.verdict == "undecided"
    assert "not on the 5 labels of units made since" in found.sentence


def test_later_rows_without_a_loss_confirm_nothing():
    later = np.arange(20) >= 15
    champion, challenger = clear_gain(np.zeros(20, dtype=bool))
    challenger[later] = np.nan
    assert judge(champion, challenger, later=later, delta=0.1, seed=0).verdict == "undecided"
    with pytest.raises(TaskError, match="later or not"):
        judge(champion, challenger, later=[True], delta=0.1, seed=0)


def test_a_gain_must_be_sure_to_be_a_part_of_delta_and_not_only_above_zero():
    rng = np.random.default_rng(3)
    champion = 3 + rng.normal(size=40)
    noise = rng.normal(size=40)
    challenger = champion - 0.33 - (noise - noise.mean()) / noise.std()
    found = judge(champion, challenger, delta=0.3, seed=0)
    assert 0 < found.least < 0.3 / 4
    assert found.estimate > 0.3
    assert found.verdict == "undecided"
    assert judge(champion, challenger, delta=0.1, seed=0).verdict == "promote"
