"""Charts, capability and run lengths against published worked examples, to the digits that were printed."""

from __future__ import annotations

import numpy as np
import pytest

from models import spc
from models.spc.capability import cp_index, cpk_index, cpm_index

FLOW = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
EWMA = [52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5, *FLOW]


def test_individuals_chart_of_the_nist_handbook_6_3_2_2():
    chart = spc.imr(FLOW)
    ranges = chart.moving_range.points[1:]
    assert ranges.mean() == pytest.approx(1.8778, abs=5e-5)
    assert chart.limits.center == pytest.approx(50.81, abs=5e-3)
    assert chart.limits.upper == pytest.approx(55.8041, abs=5e-5)
    assert chart.limits.lower == pytest.approx(45.8159, abs=5e-5)
    assert chart.stable
    assert chart.moving_range.limits.upper == pytest.approx(3.267 * 16.9 / 9, rel=1e-4)


def test_ewma_chart_of_the_nist_handbook_6_3_2_4():
    chart = spc.ewma(EWMA, center=50, sigma=2.0539, smoothing=0.3, width=3)
    printed = [50.60, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33]
    printed += [50.11, 49.36, 49.52, 50.05, 49.38, 49.92, 50.73, 51.23, 51.94, 51.99]
    assert chart.points == pytest.approx(printed, abs=6e-3)
    assert chart.limits.upper == pytest.approx(52.5884, abs=1e-4)
    assert chart.limits.lower == pytest.approx(47.4115, abs=1e-4)
    assert chart.stable


def test_ewma_limits_are_exact_from_the_first_point():
    chart = spc.ewma(EWMA, center=50, sigma=2.0539, smoothing=0.3, width=3)
    assert chart.upper[0] == pytest.approx(50 + 3 * 0.3 * 2.0539)
    assert (np.diff(chart.upper) > 0).all()
    assert chart.upper[-1] == pytest.approx(chart.limits.upper, abs=1e-5)


@pytest.mark.parametrize(
    ("rules", "shift", "printed", "digits"),
    [
        (["we1"], 0.0, 370.40, 2),
        (["we1"], 1.0, 43.89, 2),
        (["we1", "we2"], 0.0, 225.44, 2),
        (["we1", "we2", "we3", "we4"], 0.0, 91.75, 2),
    ],
)
def test_run_lengths_of_champ_and_woodall(rules, shift, printed, digits):
    assert round(spc.run_length(rules, shift).value, digits) == printed


@pytest.mark.parametrize(
    ("value", "printed", "share"),
    [
        (lambda: spc.ewma_run_length(0.1, 2.814), 500, 0.003),
        (lambda: spc.ewma_run_length(0.1, 2.814, 1.0), 10.3, 0.005),
        (lambda: spc.ewma_run_length(0.25, 2.998), 500, 0.003),
        (lambda: spc.ewma_run_length(1.0, 3.0), 370.4, 0.001),
        (lambda: spc.cusum_run_length(5.0), 465, 0.002),
        (lambda: spc.cusum_run_length(5.0, shift=1.0), 10.4, 0.005),
        (lambda: spc.cusum_run_length(4.0), 168, 0.005),
    ],
)
def test_run_lengths_of_ewma_and_cusum(value, printed, share):
    assert value() == pytest.approx(printed, rel=share)


def test_capability_of_the_nist_handbook_6_1_6():
    assert cp_index(8, 20, 2, df=99).value == pytest.approx(1.0)
    assert cpk_index(8, 20, 16, 2, n=100, df=99).value == pytest.approx(0.6667, abs=5e-5)
    assert cpk_index(8, None, 16, 2, n=100, df=99).value == pytest.approx(1.3333, abs=5e-5)
    assert cpm_index(8, 14, 20, 16, 2, n=100).value == pytest.approx(0.7071, abs=5e-5)


def test_interval_of_cp_in_montgomery():
    index = cp_index(38, 62, 1.75, df=19, level=0.95)
    assert (index.value, index.lower, index.upper) == pytest.approx((2.29, 1.57, 3.01), abs=6e-3)
