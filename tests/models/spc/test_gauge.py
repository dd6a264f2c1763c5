"""Gauge studies: the AIAG manual to its printed digits, scipy beside them, edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from models.errors import NotEnoughData, TaskError
from models.spc import gauge
from tests.models.spc.gauge_sheets import AIAG_CROSSED, AIAG_LINEARITY, FOURTEEN_RATERS


def test_anova_of_the_aiag_study_line_by_line():
    lines = {line.source: line for line in gauge.interaction_table(AIAG_CROSSED)}
    printed = {
        "appraiser": (2, 3.1673, 1.58363, 79.406),
        "part": (9, 88.3619, 9.81799, 492.291),
        "interaction": (18, 0.3590, 0.01994, 0.434),
        "repeatability": (60, 2.7589, 0.04598, None),
        "total": (89, 94.6471, None, None),
    }
    for name, (df, squares, mean, f) in printed.items():
        assert lines[name].df == df
        assert lines[name].squares == pytest.approx(squares, abs=5.1e-5)
        if mean is not None:
            assert lines[name].mean_square == pytest.approx(mean, abs=5.1e-6)
        if f is not None:
            assert lines[name].f == pytest.approx(f, abs=5.1e-4)


def test_anova_method_of_the_aiag_study():
    study = gauge.crossed(AIAG_CROSSED)
    printed = {
        "repeatability": (0.199933, 18.4),
        "appraiser": (0.226838, 20.9),
        "gauge R&R": (0.302373, 27.9),
        "part": (1.042327, 96.0),
    }
    for name, (sd, share) in printed.items():
        assert study.component(name).sd == pytest.approx(sd, abs=2e-6)
        assert round(100 * study.component(name).share, 1) == share
    assert study.component("total").sd == pytest.approx(1.085, abs=5e-4)
    assert (study.categories, study.verdict) == (4, "marginal")
    assert "pooled" in study.warnings[0]


def test_average_and_range_method_of_the_aiag_study():
    """The form is filled in by hand from a mean range rounded to .3417; without that its fifth digit differs."""
    study = gauge.average_range(AIAG_CROSSED)
    printed = {
        "repeatability": (0.20188, 17.62),
        "reproducibility": (0.22963, 20.04),
        "gauge R&R": (0.30575, 26.68),
        "part": (1.10456, 96.38),
        "total": (1.14610, 100.0),
    }
    for name, (sd, share) in printed.items():
        assert study.component(name).sd == pytest.approx(sd, abs=5e-5), name
        assert 100 * study.component(name).share == pytest.approx(share, abs=0.01)
    assert study.categories == 5


def test_the_form_of_the_aiag_study_to_its_last_digit():
    """MSA 4, figure III-B 16: mean range .3417, appraisers .4446 apart, parts 3.511 apart, as they stand on it."""
    study = gauge.from_form(gauge.Form(0.3417, 0.4446, 3.511, 10, 3, 3))
    printed = {
        "repeatability": (0.20188, 17.62), "reproducibility": (0.22963, 20.04), "gauge R&R": (0.30575, 26.68),
        "part": (1.10456, 96.38), "total": (1.14610, 100.00),
    }  # fmt: skip
    for name, (sd, share) in printed.items():
        assert round(study.component(name).sd, 5) == pytest.approx(sd, abs=1.01e-5), name
        assert 100 * study.component(name).share == pytest.approx(share, abs=0.006), name
    assert (study.categories, study.verdict) == (5, "marginal")


def test_the_range_method_of_aiag():
    """MSA 4, table III-B 1: mean range .07, d2* 1.19, gauge .0588; rounded, 75.7 % of a process of .0777."""
    values = [[0.85, 0.80], [0.75, 0.70], [1.00, 0.95], [0.45, 0.55], [0.50, 0.60]]
    study = gauge.short_range(values, process_sd=0.0777)
    assert study.gauge_sd == pytest.approx(0.0588, abs=5e-5)
    assert 100 * round(study.gauge_sd, 4) / 0.0777 == pytest.approx(75.7, abs=0.05)
    assert 100 * study.component("gauge R&R").share == pytest.approx(75.64, abs=0.005)
    assert 1 / gauge.k_factor(2, 5) == pytest.approx(1.19, abs=5e-3)
    assert study.verdict == "not acceptable"
    with pytest.raises(TaskError, match="missing"):
        gauge.short_range([[1.0, 2.0], [np.nan, 2.0]])
    with pytest.raises(NotEnoughData):
        gauge.short_range([[1.0, 2.0]])
    with pytest.raises(TaskError, match="ranges of 0 or more"):
        gauge.from_form(gauge.Form(-0.1, 0.4, 3.5, 10, 3, 3))


@pytest.mark.parametrize(
    ("m", "groups", "printed"),
    [(2, None, 0.8862), (3, None, 0.5908), (2, 1, 0.7071), (3, 1, 0.5231), (4, 1, 0.4467), (5, 1, 0.4030),
     (6, 1, 0.3742), (7, 1, 0.3534), (8, 1, 0.3375), (9, 1, 0.3249), (10, 1, 0.3146)],
)  # fmt: skip
def test_factors_of_the_printed_form(m, groups, printed):
    assert gauge.k_factor(m, groups) == pytest.approx(printed, abs=1e-9)


def test_linearity_of_the_aiag_study():
    references = [r for r, values in AIAG_LINEARITY.items() for _ in values]
    found = gauge.linearity(references, [v for values in AIAG_LINEARITY.values() for v in values])
    assert found.slope == pytest.approx(-0.131667, abs=5.1e-7)
    assert found.intercept == pytest.approx(0.736667, abs=5.1e-7)
    assert found.r_squared == pytest.approx(0.714, abs=5e-4)
    assert found.sd == pytest.approx(0.23954, abs=5.1e-6)
    assert (found.slope_t, found.intercept_t) == pytest.approx((-12.043, 10.158), abs=5.1e-4)
    assert found.biases == pytest.approx([0.491667, 0.125, 0.025, -0.291667, -0.616667], abs=5.1e-7)
    assert not found.acceptable


def test_linearity_agrees_with_a_regression():
    rng = np.random.default_rng(3)
    x = np.repeat([1.0, 2.0, 3.0, 4.0], 5)
    y = x + 0.1 * x + rng.normal(0, 0.05, 20)
    line, found = stats.linregress(x, y - x), gauge.linearity(x, y)
    assert (found.slope, found.intercept) == pytest.approx((line.slope, line.intercept))
    assert found.slope_p == pytest.approx(line.pvalue)
    assert found.intercept_t == pytest.approx(line.intercept / line.intercept_stderr)
    assert found.r_squared == pytest.approx(line.rvalue**2)


@pytest.mark.parametrize(
    ("table", "printed"),
    [([[44, 6], [3, 97]], 0.863), ([[43, 7], [8, 92]], 0.776), ([[42, 5], [9, 94]], 0.788), ([[20, 5], [10, 15]], 0.4)],
)
def test_cohen_of_the_aiag_attribute_study_and_of_the_text_book(table, printed):
    a = [i for i in (0, 1) for j in (0, 1) for _ in range(table[i][j])]
    b = [j for i in (0, 1) for j in (0, 1) for _ in range(table[i][j])]
    assert round(gauge.cohen_kappa(a, b).value, 3) == printed


def test_fleiss_of_fourteen_raters():
    assert round(gauge.fleiss_kappa(FOURTEEN_RATERS).value, 3) == 0.210


def test_fleiss_of_two_raters_is_scotts_pi():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 3, 60), rng.integers(0, 3, 60)
    b[:40] = a[:40]
    shares = np.bincount(np.concatenate([a, b]), minlength=3) / 120
    pi = (np.mean(a == b) - shares @ shares) / (1 - shares @ shares)
    counts = [[int(a[i] == k) + int(b[i] == k) for k in range(3)] for i in range(60)]
    assert gauge.fleiss_kappa(counts).value == pytest.approx(pi)


def test_bias_is_a_t_test():
    x = np.random.default_rng(4).normal(6.02, 0.2, 15)
    found, peer = gauge.bias(x, 6.0), stats.ttest_1samp(x, 6.0)
    assert (found.t, found.p) == pytest.approx((peer.statistic, peer.pvalue))
    assert (found.lower, found.upper) == pytest.approx(
        tuple(v - 6.0 for v in peer.confidence_interval(0.95))
    )  # fmt: skip


def test_type_one_by_hand():
    x = np.tile([20.300, 20.302, 20.304], 10)
    found = gauge.type_one(x, 20.301, 0.06)
    sd = x.std(ddof=1)
    assert found.cg.value == pytest.approx(0.2 * 0.06 / (6 * sd))
    assert found.cgk.value == pytest.approx((0.1 * 0.06 - 0.001) / (3 * sd))
    assert found.cgk.lower < found.cgk.value < found.cgk.upper


def test_type_one_tells_a_coarse_gauge():
    found = gauge.type_one([5.0] * 30, 5.0, 1.0, resolution=0.1)
    assert found.cg is None
    assert any("coarser" in w for w in found.warnings)
    assert any("10% of the tolerance" in w for w in found.warnings)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from([0.25, 8.0, 1000.0]), st.integers(-50, 50))
def test_shares_do_not_depend_on_the_unit(seed, scale, shift):
    x = np.random.default_rng(seed).normal(size=(5, 3, 2)).cumsum(axis=0)
    for method in (gauge.crossed, gauge.average_range):
        a, b = method(x), method(x * scale + shift)
        assert b.gauge_sd == pytest.approx(a.gauge_sd * scale, rel=1e-6)
        for left, right in zip(a.components, b.components, strict=True):
            assert right.share == pytest.approx(left.share, abs=1e-7)


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_squares_add_up_whoever_is_pooled(seed):
    x = np.random.default_rng(seed).normal(size=(6, 3, 2)) + np.arange(6)[:, None, None]
    for pool_above in (0.0, 0.25, 1.0):
        study = gauge.crossed(x, pool_above=pool_above)
        assert study.component("total").sd ** 2 == pytest.approx(
            study.gauge_sd**2 + study.component("part").sd ** 2
        )  # fmt: skip
        between = study.component("reproducibility").sd ** 2
        assert study.gauge_sd**2 == pytest.approx(study.component("repeatability").sd ** 2 + between)


@given(st.permutations(range(5)), st.permutations(range(3)))
def test_order_of_parts_and_appraisers_does_not_matter(parts, people):
    x = np.random.default_rng(1).normal(size=(5, 3, 2))
    a, b = gauge.crossed(x), gauge.crossed(x[np.ix_(parts, people)])
    assert [c.sd for c in b.components] == pytest.approx([c.sd for c in a.components])


def test_intervals_of_the_repeatability_cover_as_promised():
    hits = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        x = rng.normal(0, 3, (8, 1, 1)) + rng.normal(0, 1, (8, 3, 2))
        found = gauge.crossed(x, pool_above=1.0, level=0.9).component("repeatability")
        hits += found.lower <= 1.0 <= found.upper
    assert 0.84 < hits / 200 < 0.96


def test_an_interaction_that_is_there_is_kept_and_told():
    x = np.random.default_rng(2).normal(0, 0.05, (8, 3, 3)) + np.random.default_rng(5).normal(0, 1, (8, 3, 1))
    study = gauge.crossed(x)
    assert study.component("interaction").sd > 0.5
    assert "appraisers differ by part" in study.warnings[0]
    assert gauge.crossed(x, pool_above=0.0).component("repeatability").sd > 0.5


def test_a_gauge_without_spread_and_a_study_without_any():
    parts = np.arange(4.0).reshape(4, 1, 1) * np.ones((4, 2, 2))
    study = gauge.crossed(parts)
    assert study.gauge_sd == 0
    assert "no variation of the gauge" in study.sentence
    for method in (gauge.crossed, gauge.average_range):
        with pytest.raises(TaskError, match="all measurements are equal"):
            method(np.ones((4, 2, 2)))


@pytest.mark.parametrize("method", [gauge.crossed, gauge.average_range])
@pytest.mark.parametrize(
    ("x", "error", "words"),
    [
        (np.ones((3, 3)), TaskError, "expected"),
        (np.ones((1, 3, 3)), NotEnoughData, "at least 2"),
        (np.ones((3, 1, 3)), NotEnoughData, "type-1"),
        ([[[1.0, np.nan], [1.0, 2.0]], [[1.0, 2.0], [2.0, 1.0]]], TaskError, "1 measurements are missing"),
        ([[["a", 2], [1, 2]], [[1, 2], [1, 2]]], TaskError, "no number"),
    ],
)
def test_wrong_sheets_are_told(method, x, error, words):
    with pytest.raises(error, match=words):
        method(x)


def test_wrong_arguments_are_told():
    good = AIAG_CROSSED
    with pytest.raises(TaskError, match="tolerance"):
        gauge.crossed(good, tolerance=-1)
    with pytest.raises(TaskError, match="process_sd"):
        gauge.crossed(good, process_sd=0)
    with pytest.raises(TaskError, match="level"):
        gauge.average_range(good, level=95)
    with pytest.raises(TaskError, match="from 2 to 50"):
        gauge.k_factor(51)
    with pytest.raises(TaskError, match="above 0"):
        gauge.type_one(np.arange(10.0), 5, 0)
    with pytest.raises(NotEnoughData):
        gauge.bias([1.0, 2.0], 1.0)
    with pytest.raises(TaskError, match="reference"):
        gauge.bias(np.arange(10.0), float("nan"))
    with pytest.raises(NotEnoughData, match="2 references"):
        gauge.linearity([1, 1, 2, 2], [1, 1, 2, 2])
    with pytest.raises(TaskError, match="one reference a reading"):
        gauge.linearity([1, 2], [1, 2, 3])
    with pytest.raises(TaskError, match="no spread"):
        gauge.linearity([1, 1, 2, 2, 3, 3], [1, 1, 2, 2, 3, 3])


def test_ratings_that_cannot_be_judged_are_told():
    with pytest.raises(TaskError, match="different numbers"):
        gauge.fleiss_kappa([[1, 1], [2, 1], [1, 1]])
    with pytest.raises(TaskError, match="whole numbers"):
        gauge.fleiss_kappa([[-1, 3], [1, 1], [1, 1]])
    with pytest.raises(TaskError, match="same units"):
        gauge.cohen_kappa([1, 0], [1])
    with pytest.raises(TaskError, match="missing"):
        gauge.attribute_study([[[0, None]], [[1, 1]], [[0, 0]]])
    with pytest.raises(TaskError, match="2 references for 3 parts"):
        gauge.attribute_study([[[0, 0]], [[1, 1]], [[0, 0]]], [0, 1])


def test_one_rating_throughout_is_agreement_without_a_test_of_it():
    assert gauge.cohen_kappa([0, 0, 0], [0, 0, 0]).value == 1.0
    assert gauge.fleiss_kappa([[2, 0], [2, 0], [2, 0]]).value == 1.0


def test_attribute_study_counts_misses_and_false_alarms():
    truth = [0, 0, 1, 1]
    ratings = [[[0, 0], [0, 1]], [[0, 0], [0, 0]], [[1, 1], [1, 0]], [[1, 1], [1, 1]]]
    study = gauge.attribute_study(ratings, truth)
    assert study.within == (1.0, 0.5)
    assert study.effective == (1.0, 0.5)
    assert study.misses == (0.0, 0.25)
    assert study.false_alarms == (0.0, 0.25)
    assert [round(k.value, 2) for k in study.against] == [1.0, 0.5]
    assert study.verdict == "fair"
