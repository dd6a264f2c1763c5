"""Capability without a normal distribution: tests, fits, powers, percentiles, and what they say to bad input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from models.errors import NotEnoughData, NotThisKind, TaskError, UnknownName
from models.spc import capability as study
from models.spc.capability import (
    FAMILIES,
    Specification,
    Within,
    anderson_darling,
    best_fit,
    cp_index,
    cpk_index,
    fit,
    fit_box_cox,
    normality,
    picture,
    probability_plot,
    spread_indices,
    within,
)
from models.spc.capability.normality import anderson_darling_p


def drawn(name, n=300, seed=0):
    rng = np.random.default_rng(seed)
    return {
        "normal": lambda: rng.normal(10, 1, n),
        "lognormal": lambda: rng.lognormal(0, 0.6, n),
        "weibull": lambda: rng.weibull(1.5, n),
        "gamma": lambda: rng.gamma(2.0, 1.0, n),
        "logistic": lambda: rng.logistic(10, 1, n),
        "smallest extreme value": lambda: -rng.gumbel(0, 1, n),
        "largest extreme value": lambda: rng.gumbel(0, 1, n),
    }[name]()


def test_anderson_darling_agrees_with_scipy():
    x = drawn("gamma", 80)
    z = (x - x.mean()) / x.std(ddof=1)
    peer = stats.goodness_of_fit(stats.norm, x, statistic="ad", n_mc_samples=9, rng=np.random.default_rng(0))
    assert anderson_darling(stats.norm.cdf(z)) == pytest.approx(peer.statistic, rel=1e-6)
    assert normality(x).shapiro_wilk_p == pytest.approx(stats.shapiro(x).pvalue)


@pytest.mark.parametrize(("critical", "level"), [(0.631, 0.10), (0.752, 0.05), (0.873, 0.025), (1.035, 0.01)])
def test_p_values_at_the_printed_critical_values(critical, level):
    """D'Agostino & Stephens (1986), table 4.7: modified statistic with mean and variance unknown."""
    assert anderson_darling_p(critical, 10**9) == pytest.approx(level, rel=0.02)


def test_the_normality_test_keeps_its_level():
    rejected = [not normality(drawn("normal", 40, seed)).normal for seed in range(400)]
    assert 0.02 < np.mean(rejected) < 0.085


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_each_family_is_found_again_or_is_as_likely(name):
    x = drawn(name, 1500)
    found = best_fit(x)
    assert found.log_likelihood >= fit(x, name).log_likelihood
    assert found.name == name
    assert found.quantile(found.below(float(x[0]))) == pytest.approx(x[0])
    assert found.below(float(x[0])) + found.above(float(x[0])) == pytest.approx(1.0)


def test_box_cox_finds_scipys_power():
    x = drawn("gamma")
    assert fit_box_cox(x).power == pytest.approx(stats.boxcox(x)[1], abs=1e-4)
    assert fit_box_cox(1000 * x).power == pytest.approx(fit_box_cox(x).power, abs=1e-6)


def test_percentiles_of_a_normal_distribution_are_its_indices():
    """NIST/SEMATECH e-Handbook 6.1.6: mean 16, sigma 2, limits 8 and 20: Cp 1.0, Cpk .6667."""
    three = tuple(stats.norm.ppf([0.00135, 0.5, 0.99865], 16, 2).tolist())
    found = spread_indices(three, Specification(8, None, 20))
    assert (found.pp, found.ppk) == pytest.approx((1.0, 0.6667), abs=1e-4)


def test_glass_containers_and_hard_bake_of_montgomery():
    """Introduction to Statistical Quality Control: bursting strength Cpl .64; hard-bake flow width Cp 1.192."""
    assert round(cpk_index(200, None, 264.06, 77.3 / 2.326, n=100, df=80).value, 2) == 0.64
    assert round(cp_index(1.00, 2.00, 0.1398, df=92).value, 3) == 1.192


@pytest.mark.parametrize("method", ["fitted", "box-cox", "percentiles", "auto"])
def test_methods_agree_on_a_skewed_process(method):
    x = drawn("lognormal", 2000)
    three = (np.log(8) / (3 * 0.6),) if method == "box-cox" else stats.lognorm.ppf([0.00135, 0.5, 0.99865], 0.6)
    truth = three[0] if method == "box-cox" else spread_indices(tuple(three.tolist()), Specification(upper=8.0)).ppk
    found = study(x, upper=8.0, method=method, resamples=60)
    assert found.cpk is None
    assert found.ppk.value == pytest.approx(truth, rel=0.2 if method == "percentiles" else 0.08)
    assert found.ppk.lower <= found.ppk.value <= found.ppk.upper
    assert found.method.split(" (")[0] in {"fitted lognormal", "box-cox", "percentiles"}
    assert found.method in found.sentence


def test_the_normal_answer_would_mislead_and_says_so():
    x = drawn("lognormal", 400)
    plain, fitted = study(x, upper=8.0), study(x, upper=8.0, method="auto", resamples=60)
    assert any("not normal" in w for w in plain.warnings)
    assert plain.ppm_expected < fitted.ppm_expected / 20
    assert not any("not normal" in w for w in fitted.warnings)


def test_auto_stays_normal_where_nothing_speaks_against_it():
    assert study(drawn("normal"), 5, 10, 15, method="auto").method == "normal"


@pytest.mark.slow
def test_bootstrap_intervals_of_a_fit_cover_as_promised():
    truth = spread_indices(tuple(stats.weibull_min.ppf([0.00135, 0.5, 0.99865], 1.5).tolist()), Specification(upper=6))
    hits = 0
    for seed in range(150):
        found = study(drawn("weibull", 120, seed), upper=6, method="fitted", family="weibull", resamples=150, seed=seed)
        hits += found.ppk.lower <= truth.ppk <= found.ppk.upper
    assert 0.82 < hits / 150 < 0.97


@settings(max_examples=6, deadline=None)
@given(st.sampled_from([0.25, 16.0]), st.sampled_from(["fitted", "box-cox", "percentiles"]))
def test_non_normal_indices_do_not_depend_on_the_unit(scale, method):
    x = drawn("gamma", 120)
    options = {"method": method, "resamples": 20} | ({"family": "gamma"} if method == "fitted" else {})
    a, b = study(x, 0, None, 9, **options), study(x * scale, 0, None, 9 * scale, **options)
    assert b.ppk.value == pytest.approx(a.ppk.value, rel=1e-4)


def test_subgroups_make_the_spread_within_smaller_than_the_overall_one():
    rng = np.random.default_rng(7)
    groups = np.repeat(np.arange(25), 5)
    x = rng.normal(0, 1, 125) + np.repeat(rng.normal(0, 2, 25), 5)
    found = study(x, -10, 0, 10, groups=groups.tolist(), stable=True)
    pooled = np.sqrt(np.mean([x[groups == g].var(ddof=1) for g in range(25)]))
    assert found.sigma_within == pytest.approx(pooled)
    assert found.estimator == "pooled standard deviation"
    assert within(x, groups.tolist()).df == 100
    assert found.cpk.value > found.ppk.value


def test_subgroups_of_one_fall_back_to_moving_ranges():
    assert within([1.0, 2.0, 4.0], ["a", "b", "c"]).estimator == "average moving range"
    with pytest.raises(TaskError, match="2 subgroup names for 3"):
        within([1.0, 2.0, 4.0], ["a", "b"])


def test_ppm_has_an_exact_interval():
    found = study(np.concatenate([drawn("normal", 95), [99.0] * 5]), 5, None, 15, level=0.9)
    low, high = (1e6 * v for v in stats.binomtest(5, 100).proportion_ci(0.9, "exact"))
    assert found.ppm_interval == pytest.approx((low, high))


def test_one_sided_indices_stand_beside_the_smaller():
    found = study(drawn("normal"), 5, 10, 20)
    assert found.ppk == found.ppl
    assert found.ppu.value > found.ppl.value


def test_the_picture_counts_every_value_and_its_band_holds_most_of_them():
    x = drawn("normal", 200)
    shown = picture(x, Within(1.0, 100, "given"))
    assert shown.counts.sum() == 200
    assert np.mean((shown.sorted >= shown.lower) & (shown.sorted <= shown.upper)) > 0.8
    width = shown.edges[1] - shown.edges[0]
    assert np.trapezoid(shown.overall, shown.grid) == pytest.approx(200 * width, rel=0.02)
    bent = picture(drawn("lognormal"), Within(1.0, 100, "given"), best_fit(drawn("lognormal")))
    assert (np.diff(bent.expected) > 0).all()
    assert probability_plot(x)[1][0] == pytest.approx(0.7 / 200.4)


def test_what_cannot_be_is_told():
    with pytest.raises(UnknownName, match="did you mean 'weibull'"):
        fit(drawn("weibull"), "weibul")
    with pytest.raises(UnknownName, match="did you mean 'box-cox'"):
        study(drawn("normal"), upper=20, method="boxcox")
    with pytest.raises(NotThisKind, match="above 0"):
        fit(drawn("normal") - 20, "gamma")
    with pytest.raises(NotThisKind, match="above 0"):
        study(drawn("normal") - 20, upper=20, method="box-cox")
    with pytest.raises(NotThisKind, match="no limit above 0"):
        study(drawn("gamma"), lower=-1.0, method="box-cox")
    with pytest.raises(NotEnoughData):
        study([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], upper=9, method="fitted")
    with pytest.raises(NotEnoughData):
        normality([1.0, 2.0])
    for flat in (normality, best_fit, fit_box_cox, lambda x: picture(x, Within(1.0, 5, "given"))):
        with pytest.raises(TaskError, match="are equal"):
            flat(np.full(20, 2.0))


@pytest.mark.parametrize("method", ["fitted", "box-cox", "percentiles", "auto", "normal"])
def test_constant_values_have_no_index_by_any_method(method):
    found = study([2.0] * 12, 0, None, 4, method=method)
    assert (found.pp, found.ppk, found.ppu) == (None, None, None)
    assert found.normality is None
