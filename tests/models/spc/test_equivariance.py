"""Another unit, another zero, another order: charts and studies that must not mind do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import spc
from models.spc import chart_kind, chart_names, make_chart
from models.spc.capability import normality
from tests.models.spc.samples import observations

MEASURED = [name for name in chart_names() if chart_kind(name).needs in {"values", "subgroups", "parts"}]
VECTORS = list(chart_names("vectors"))
COUNTED = [name for name in chart_names() if chart_kind(name).needs == "counts"]
scales = st.sampled_from([2.0**-40, 2.0**-7, 0.25, 8.0, 2.0**40])
seeds = st.integers(0, 50)


def signals(chart):
    return [(panel.kind, s.index, s.rule) for panel in chart.panels for s in panel.signals]


def changed(data, scale=1.0, shift=0.0):
    values = np.asarray(data.values, dtype=float) * scale + shift
    nominals = None if data.nominals is None else np.asarray(data.nominals) * scale + shift
    return replace(data, values=values, nominals=nominals)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(MEASURED), scales, seeds)
def test_charts_of_measurements_scale_with_the_unit_from_millionths_of_a_millionth_on(name, scale, seed):
    data = observations(name, shift=3.0, seed=seed)
    one, other = make_chart(name, data), make_chart(name, changed(data, scale))
    assert signals(other) == signals(one)
    unit = 1.0 if name == "z_mr" else scale
    for panel, scaled in zip(one.panels, other.panels, strict=True):
        assert scaled.points == pytest.approx(panel.points * unit, rel=1e-9, nan_ok=True)
        assert scaled.upper == pytest.approx(panel.upper * unit, rel=1e-9, nan_ok=True)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(MEASURED), st.integers(-1000, 1000), seeds)
def test_charts_of_measurements_move_with_the_zero(name, shift, seed):
    data = observations(name, shift=3.0, seed=seed)
    one, other = make_chart(name, data), make_chart(name, changed(data, shift=float(shift)))
    assert signals(other) == signals(one)
    assert other.main.limits.sigma == pytest.approx(one.main.limits.sigma, rel=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(MEASURED), seeds)
def test_the_mirror_image_signals_alike(name, seed):
    data = observations(name, shift=3.0, seed=seed)
    one, other = make_chart(name, data), make_chart(name, changed(data, -1.0))
    assert {(s.index, s.rule) for s in other.signals} == {(s.index, s.rule) for s in one.signals}


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(VECTORS), st.permutations(range(3)), scales, seeds)
def test_multivariate_charts_mind_neither_the_unit_of_a_variable_nor_their_order(name, order, scale, seed):
    data = observations(name, shift=3.0, seed=seed)
    x = np.asarray(data.values) * np.array([1.0, scale, 1.0])
    names = tuple(np.array(data.names)[list(order)])
    one, other = make_chart(name, data), make_chart(name, replace(data, values=x[:, list(order)], names=names))
    for panel, same in zip(one.panels, other.panels, strict=True):
        assert same.points == pytest.approx(panel.points, rel=1e-5, abs=1e-9)
    assert np.nan_to_num(other.contributions.values) == pytest.approx(
        np.nan_to_num(one.contributions.values[:, list(order)]), rel=1e-4, abs=1e-6
    )


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(["xbar_r", "xbar_s"]), seeds)
def test_the_order_inside_a_subgroup_does_not_matter(name, seed):
    data = observations(name, shift=2.0, seed=seed)
    x = np.random.default_rng(seed).permuted(np.asarray(data.values).reshape(-1, 5), axis=1).ravel()
    assert signals(make_chart(name, replace(data, values=x))) == signals(make_chart(name, data))


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(["p", "np", "c", "u", "t2", "xbar_s"]), seeds)
def test_limits_of_points_that_know_nothing_of_each_other_do_not_depend_on_their_order(name, seed):
    data = observations("t2" if name == "t2" else name, seed=seed)
    turned = np.asarray(data.values)[::-1]
    groups = None if data.groups is None else list(data.groups)[::-1]
    one, other = make_chart(name, data), make_chart(name, replace(data, values=turned, groups=groups))
    assert other.main.points[::-1] == pytest.approx(one.main.points, nan_ok=True)
    assert other.main.limits.sigma == pytest.approx(one.main.limits.sigma)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(COUNTED), st.integers(2, 5), seeds)
def test_counts_of_larger_samples_at_the_same_rate_have_narrower_limits(name, times, seed):
    data = observations(name, seed=seed)
    if name in {"c", "np"}:
        return
    sizes = np.asarray(data.sizes) * times
    more = replace(data, values=np.asarray(data.values) * times, sizes=sizes)
    one, other = make_chart(name, data).main, make_chart(name, more).main
    assert other.points == pytest.approx(one.points)
    if not name.startswith("laney"):
        width, narrow = one.upper - one.center_line, other.upper - other.center_line
        assert narrow == pytest.approx(width / times**0.5)


@settings(max_examples=25, deadline=None)
@given(seeds, scales)
def test_overall_indices_and_normality_mind_neither_order_nor_unit(seed, scale):
    x = np.random.default_rng(seed).normal(10, 1, 60)
    turned = np.sort(x) * scale
    one, other = spc.capability(x, 6, 10, 14), spc.capability(turned, 6 * scale, 10 * scale, 14 * scale)
    for name in ("pp", "ppk"):
        assert getattr(other, name).value == pytest.approx(getattr(one, name).value)
    assert normality(turned).anderson_darling_p == pytest.approx(normality(x).anderson_darling_p, abs=1e-9)
