"""Capability, gauge studies and charts of counts and averages against capstat-core, scipy and polars on random data."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from models import spc
from models.spc import ChartLimits, Observations, gauge, make_chart
from models.spc.capability import fit, fit_box_cox, normality
from models.spc.reference import Reference
from models.spc.variables.constants import c4, d2, d3, range_limits, sd_limits

peer = pytest.importorskip("capstat_core", reason="the dev extra 'test' brings capstat-core")

seeds = st.integers(0, 10_000)


def normal(seed, *shape):
    return np.random.default_rng(seed).normal(10, 1, shape)


@pytest.mark.parametrize("n", [2, 3, 5, 8, 15, 25])
def test_factors_agree(n):
    ours = (d2(n), d3(n), c4(n), *range_limits(n), *sd_limits(n))
    theirs = [getattr(peer, name)(n) for name in ("d2", "d3", "c4", "D3", "D4", "B3", "B4")]
    assert ours == pytest.approx(theirs, abs=6e-4)


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_indices_of_capability_agree(seed):
    x = normal(seed, 60)
    ours, theirs = spc.capability(x, 6, 10, 14), peer.capability(x, lsl=6, usl=14, target=10)
    assert ours.pp.value == pytest.approx(theirs.pp)
    assert ours.ppk.value == pytest.approx(theirs.ppk)
    assert (ours.cp.value, ours.cpk.value) == pytest.approx((theirs.cp, theirs.cpk), rel=5e-4)  # 1.128, not 1.12838
    assert ours.cpm.value == pytest.approx(8 / (6 * np.hypot(ours.sigma_within, x.mean() - 10)))  # theirs: overall


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_anderson_darling_agrees(seed):
    x = np.exp(normal(seed, 50) / 3)
    ours, theirs = normality(x), peer.anderson_darling(x)
    assert ours.anderson_darling == pytest.approx(theirs.statistic, rel=1e-6)
    assert ours.anderson_darling_p == pytest.approx(theirs.p_value, rel=0.02, abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_powers_and_fits_agree_with_scipy(seed):
    x = np.random.default_rng(seed).lognormal(0.0, 0.5, 80)
    assert fit_box_cox(x).power == pytest.approx(stats.boxcox_normmax(x, method="mle"), abs=2e-3)
    told = fit(x, "lognormal")
    assert told.parameters[0] == pytest.approx(np.log(x).std(), rel=1e-3)
    best = optimize.minimize(lambda p: -stats.norm(p[0], np.exp(p[1])).logpdf(np.log(x)).sum(), [0.0, 0.0])
    assert told.log_likelihood == pytest.approx(-best.fun - np.log(x).sum(), abs=1e-3)


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_crossed_studies_agree_by_both_methods(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 3, (8, 1, 1)) + rng.normal(0, 0.5, (1, 3, 1)) + rng.normal(0, 0.5, (8, 3, 2))
    ours, theirs = gauge.crossed(x), peer.gage_rr(x)
    assert ("interaction" not in {c.name for c in ours.components} or ours.component("interaction").sd == 0) or (
        theirs.interaction_included
    )
    assert ours.component("repeatability").sd ** 2 == pytest.approx(theirs.var_repeatability)
    assert ours.component("part").sd ** 2 == pytest.approx(theirs.var_part)
    assert ours.component("appraiser").sd ** 2 == pytest.approx(theirs.var_operator, abs=1e-12)
    ranges, other = gauge.average_range(x), peer.gage_rr_range(x)
    found = [ranges.component(name).sd ** 2 for name in ("repeatability", "reproducibility", "part")]
    # d2* is printed to three digits: a difference of variances is off by that share of what was taken off
    rounding = 2e-3 * other.var_repeatability
    assert found == pytest.approx([other.var_repeatability, other.var_operator, other.var_part], rel=2e-3, abs=rounding)


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_linearity_and_bias_agree(seed):
    rng = np.random.default_rng(seed)
    references = np.array([2.0, 4.0, 6.0, 8.0])
    readings = references[:, None] + 0.05 * references[:, None] + rng.normal(0, 0.2, (4, 6))
    ours = gauge.linearity(np.repeat(references, 6), readings.ravel())
    theirs = peer.linearity(references.tolist(), readings.tolist())
    assert (ours.slope, ours.intercept, ours.r_squared) == pytest.approx(
        (theirs.slope, theirs.intercept, theirs.r_squared)
    )
    assert (ours.slope_t, ours.slope_p) == pytest.approx((theirs.slope_t_statistic, theirs.slope_p_value), abs=1e-9)
    off, told = gauge.bias(readings[0], 2.0, level=0.95), peer.bias(readings[0], 2.0)
    assert (off.bias, off.t, off.p, off.lower, off.upper) == pytest.approx(
        (told.bias, told.t_statistic, told.p_value, told.ci_lower, told.ci_upper)
    )


@settings(max_examples=20, deadline=None)
@given(seeds, st.integers(1, 9))
def test_moving_averages_agree_with_polars(seed, span):
    x = normal(seed, 40)
    chart = spc.moving_average(x, limits=ChartLimits(7.0, 10.0, 13.0, 1.0, 0), span=span).main
    rolled = pl.Series(x).rolling_mean(span, min_samples=1).to_numpy()
    assert chart.points == pytest.approx(rolled)
    beyond = np.abs(rolled - 10) > 3 / np.sqrt(np.minimum(np.arange(1, 41), span))
    assert [s.index for s in chart.signals] == np.flatnonzero(beyond).tolist()


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(["p", "np", "c", "u", "laney_p", "laney_u"]), seeds)
def test_charts_of_counts_agree_with_their_formulas_in_polars(name, seed):
    rng = np.random.default_rng(seed)
    sizes = np.full(40, 120.0) if name == "c" else rng.integers(50, 300, 40).astype(float)
    frame = pl.DataFrame({"found": rng.binomial(sizes.astype(int), 0.1).astype(float), "size": sizes})
    rate = frame["found"].sum() / (40 if name == "c" else frame["size"].sum())
    chance = rate * (1 - rate) if name in {"p", "np", "laney_p"} else rate
    units = pl.lit(1.0) if name == "c" else pl.col("size")
    told = frame.with_columns(point=pl.col("found") / units, sigma=(chance / units) ** 0.5)
    if name.startswith("laney"):
        z = told.select((pl.col("point") - rate) / pl.col("sigma")).to_series()
        told = told.with_columns(pl.col("sigma") * (z.diff().abs().mean() / 1.128))
    if name == "np":
        told = told.with_columns(pl.col("point") * pl.col("size"), pl.col("sigma") * pl.col("size"))
    center = told["size"].to_numpy() * rate if name == "np" else np.full(40, rate)
    chart = make_chart(name, Observations(frame["found"].to_numpy(), sizes=sizes)).main
    assert chart.points == pytest.approx(told["point"].to_numpy())
    assert chart.upper == pytest.approx(center + 3 * told["sigma"].to_numpy())
    assert chart.lower == pytest.approx(np.maximum(center - 3 * told["sigma"].to_numpy(), 0.0))


@settings(max_examples=15, deadline=None)
@given(seeds, st.sampled_from([0.05, 0.2, 1.0]))
def test_multivariate_averages_and_sums_agree_with_their_definitions(seed, smoothing):
    rng = np.random.default_rng(seed)
    mix = rng.normal(size=(3, 3)) + 2 * np.eye(3)
    x, of = rng.normal(size=(30, 3)) @ mix, Reference(("a", "b", "c"), np.zeros(3), mix.T @ mix, 0)
    weights = smoothing * (1 - smoothing) ** np.maximum(np.subtract.outer(np.arange(30), np.arange(30)), 0)
    z = np.tril(weights) @ x
    shrunk = (weights**2 * np.tri(30)).sum(axis=1)
    distance = np.einsum("ij,jk,ik->i", z, np.linalg.inv(of.covariance), z)
    chart = spc.mewma(x, reference=of, smoothing=smoothing, limit=9.0).main
    assert chart.points == pytest.approx(distance / shrunk)
    white, s, sums = np.linalg.solve(np.linalg.cholesky(of.covariance), x.T).T, np.zeros(3), []
    for row in white:
        length = float(np.linalg.norm(s + row))
        s = (s + row) * max(0.0, 1 - 0.5 / length)
        sums.append(float(np.linalg.norm(s)))
    assert spc.mcusum(x, reference=of, allowance=0.5, limit=5.5).main.points == pytest.approx(sums)
