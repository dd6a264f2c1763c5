"""Multivariate charts against published examples, to the digits that were printed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from models import spc
from models.spc import Observations
from models.spc.multivariate.hotelling import _limit
from models.spc.multivariate.principal import components
from models.spc.reference import Reference, of_vectors

BIVARIATE = """
72 84 79 49  23 30 28 10
56 87 33 42  14 31  8  9
55 73 22 60  13 22  6 16
44 80 54 74   9 28 15 25
97 26 48 58  36 10 14 15
83 89 91 62  30 35 36 18
47 66 53 58  12 18 14 16
88 50 84 69  31 11 30 19
57 47 41 46  14 10  8 10
26 39 52 48   7 11 35 30
46 27 63 34  10  8 19  9
49 62 78 87  11 20 27 31
71 63 82 55  22 16 31 15
71 58 69 70  21 19 17 20
67 69 70 94  18 19 18 35
55 63 72 49  15 16 20 12
49 51 55 76  13 14 16 26
72 80 61 59  22 28 18 17
61 74 62 57  19 20 16 14
35 38 41 46  10 11 13 16
"""
"""Four readings of each of two variables, twenty samples (Ryan, Statistical Methods for Quality Improvement, table 9.2;
R package qcc, example of mqcc)."""

BOILER = """
507 512 520 520 530 528 522 527 533 530 530 527 529 522 532 531 535 516 514 536 522 520 526 527 529
516 513 512 514 515 516 513 509 514 512 512 513 514 509 515 514 514 515 510 512 514 514 517 514 518
527 533 537 538 542 541 537 537 528 538 541 541 542 539 545 543 542 537 532 540 540 540 546 543 544
516 518 518 516 525 524 518 521 529 524 525 523 525 518 528 525 530 515 512 526 518 518 522 523 525
499 502 503 504 504 505 503 504 508 507 507 506 506 501 507 507 509 501 497 509 497 501 502 502 504
512 510 512 517 512 514 512 508 512 512 511 512 512 510 511 511 511 516 512 512 514 514 516 512 516
472 476 480 480 481 482 479 478 482 482 482 481 481 476 481 482 483 476 471 482 475 475 477 475 479
477 475 477 479 477 480 477 472 477 477 476 476 477 475 478 477 477 481 476 477 478 478 480 476 481
"""
"""Temperatures at eight burners of a boiler, 25 readings (R package qcc, boiler)."""


def numbers(table: str) -> np.ndarray:
    return np.array([line.split() for line in table.strip().splitlines()], dtype=float)


def test_ryans_samples_of_two_variables():
    """T2 by qcc 2.24, .65, 1.27; samples 10 and 20 are beyond 11.04 (Ryan), phase II limit 12.20."""
    seen = numbers(BIVARIATE).reshape(20, 2, 4).transpose(0, 2, 1).reshape(-1, 2)
    data, alpha = Observations(seen, groups=np.repeat(np.arange(20), 4).tolist()), 1 - 0.9973**2
    chart = spc.t2(data, alpha=alpha)
    assert chart.reference.mean == pytest.approx([60.375, 18.4875])
    assert chart.reference.covariance == pytest.approx(np.array([[222.033333, 103.116667], [103.116667, 56.579167]]))
    assert chart.main.points[[0, 1, 2, 9]] == pytest.approx([2.2416049, 0.6526961, 1.2721838, 63.76], abs=5e-3)
    assert chart.main.upper[0] == pytest.approx(11.03975666, abs=5e-9)
    assert [s.index + 1 for s in chart.main.signals] == [10, 20]
    later = spc.t2(data, reference=chart.reference, alpha=alpha)
    assert later.main.upper[0] == pytest.approx(12.201836, abs=5e-7)


def test_temperatures_of_a_boiler():
    """T2 of single readings by qcc: 13.963962, 9.779084, 5.472671; limits 17.417047 (phase I) and 70.029432 (II)."""
    data = numbers(BOILER).T
    chart = spc.t2(data, alpha=0.001)
    assert chart.reference.mean == pytest.approx([525.00, 513.56, 538.92, 521.68, 503.80, 512.44, 478.72, 477.24])
    assert chart.main.points[:3] == pytest.approx([13.963962, 9.779084, 5.472671], abs=5e-7)
    assert chart.main.upper[0] == pytest.approx(17.417047, abs=5e-7)
    later = spc.t2(data, reference=chart.reference, alpha=0.001)
    assert later.main.upper[0] == pytest.approx(70.029432, abs=5e-7)


def test_multivariate_ewma_of_its_authors():
    """Lowry, Woodall, Champ & Rigdon 1992, their example: smoothing .10, correlation .5, exact covariance."""
    first = [-1.19, 0.12, -1.69, 0.30, 0.89, 0.82, -0.30, 0.63, 1.56, 1.46]
    second = [0.59, 0.90, 0.40, 0.46, -0.75, 0.98, 2.28, 1.75, 1.58, 3.05]
    known = Reference(("a", "b"), np.zeros(2), np.array([[1, 0.5], [0.5, 1]]), 0)
    chart = spc.mewma(np.column_stack([first, second]), reference=known, smoothing=0.1, limit=8.66)
    printed = [3.29, 3.18, 7.37, 5.26, 1.09, 1.28, 5.66, 8.32, 9.64, 17.21]
    assert chart.main.points == pytest.approx(printed, abs=5.1e-3)
    assert [s.index + 1 for s in chart.main.signals] == [9, 10]


def test_tensile_strength_and_diameter():
    """Montgomery, 11.3.1: means 115.59 and 1.06, variances 1.23 and .83, covariance .79; first sample T2 2.16."""
    of = Reference(("strength", "diameter"), np.array([115.59, 1.06]), np.array([[1.23, 0.79], [0.79, 0.83]]), 20, 10)
    chart = spc.t2(np.array([[115.25, 1.04]]), reference=of, alpha=0.001)
    assert chart.main.points[0] == pytest.approx(2.16, abs=5e-3)
    assert _limit(of, 0.001, phase=1) == pytest.approx(13.72, abs=5e-3)


STRENGTH = [115.25, 115.91, 115.05, 116.21, 115.90, 115.55, 114.98, 115.25, 116.15, 115.92, 115.75, 114.90, 116.01]
STRENGTH += [115.83, 115.29, 115.47, 115.58, 115.72, 115.40]
DIAMETER = [
    1.04,
    1.06,
    1.09,
    1.05,
    1.07,
    1.06,
    1.05,
    1.10,
    1.09,
    1.05,
    0.99,
    1.06,
    1.05,
    1.07,
    1.11,
    1.03,
    1.05,
    1.06,
    1.04,
]
"""Means of ten, samples 1 to 15 and 17 to 20 (Montgomery, table 11.1)."""


def test_every_point_of_tensile_strength_and_diameter():
    """Montgomery, table 11.1, the column of T2; no point is above 13.72. Sample 16 is left out: see the README."""
    of = Reference(("strength", "diameter"), np.array([115.59, 1.06]), np.array([[1.23, 0.79], [0.79, 0.83]]), 20, 10)
    chart = spc.t2(np.column_stack([STRENGTH, DIAMETER]), reference=of, alpha=0.001)
    printed = [2.16, 2.14, 6.77, 8.29, 1.89, 0.03, 7.54, 3.01, 5.92, 2.41, 1.13, 9.96, 3.86, 1.11, 2.56, 0.19, 0.00]
    printed += [0.35, 0.62]
    assert chart.main.points == pytest.approx(printed, abs=5.1e-3)
    assert chart.stable


@pytest.mark.parametrize(("m", "n", "p", "alpha"), [(20, 10, 2, 0.001), (25, 1, 3, 0.01), (30, 1, 2, 0.05)])
def test_limits_of_t2_in_both_phases_of_the_nist_handbook_6_5_4_3(m, n, p, alpha):
    """Subgroups: p (m -+ 1) (n - 1) / (m n - m - p + 1) F, both phases.

    Individuals: (m - 1)^2 / m beta, then p (m + 1) (m - 1) / (m^2 - m p) F.
    """
    of = Reference(tuple("abcd"[:p]), np.zeros(p), np.eye(p), m, n)
    if n > 1:
        free = m * n - m - p + 1
        told = [p * (m + s) * (n - 1) / free * stats.f.ppf(1 - alpha, p, free) for s in (-1, 1)]
    else:
        first = (m - 1) ** 2 / m * stats.beta.ppf(1 - alpha, p / 2, (m - p - 1) / 2)
        told = [first, p * (m + 1) * (m - 1) / (m**2 - m * p) * stats.f.ppf(1 - alpha, p, m - p)]
    assert [_limit(of, alpha, phase=k) for k in (1, 2)] == pytest.approx(told)


CHEMICAL = """
10.0 20.7 13.6 15.5   10.5 19.9 18.1 14.8    9.7 20.0 16.1 16.5    9.8 20.2 19.1 17.1   11.7 21.5 19.8 18.3
11.0 20.9 10.3 13.8    8.7 18.8 16.9 16.8    9.5 19.3 15.3 12.2   10.1 19.4 16.2 15.8    9.5 19.6 13.6 14.5
10.5 20.3 17.0 16.5    9.2 19.0 11.5 16.3   11.3 21.6 14.0 18.7   10.0 19.8 14.0 15.9    8.5 19.2 17.4 15.8
 9.7 20.1 10.0 16.6    8.3 18.4 12.5 14.2   11.9 21.8 14.1 16.2   10.3 20.5 15.6 15.1    8.9 19.0  8.5 14.7
"""
FIRST_SCORES = """
.291681 .294281 .197337 .839022 3.20488 .203271 -.99211 -1.70241 -.14246 -.99498
.944697 -1.2195 2.60867 -.12378 -1.10423 -.27825 -2.65608 2.36528 .411311 -2.14662
"""
SECOND_SCORES = """
-.6034 .491533 .640937 1.46958 .879172 -2.29514 1.67046 -.36089 .560808 -.31493
.504711 -.09129 -.42176 -.08767 1.47259 -.94763 .135288 -1.30494 -.21893 -1.17849
"""
"""Four variables of a chemical process, and the scores of two components (Montgomery, 11.7.1, table 11.6)."""


def test_components_of_a_chemical_process():
    """Montgomery, 11.7.1: variances 2.3181, 1.0118, .6088, .0613; all scores as printed; 83.24 % by two components."""
    x = np.array(CHEMICAL.split(), dtype=float).reshape(20, 4)
    known = of_vectors(x, ("x1", "x2", "x3", "x4"))
    found = components(known, share=0.8)
    assert [*found.variances, *found.rest] == pytest.approx([2.3181, 1.0118, 0.6088, 0.0613], abs=5e-5)
    assert found.variances.sum() / 4 == pytest.approx(0.8324, abs=1e-4)
    printed = np.array([FIRST_SCORES.split(), SECOND_SCORES.split()], dtype=float)
    scores = ((x - known.mean) / np.sqrt(np.diag(known.covariance)) @ found.loadings).T
    scores *= np.sign(scores[:, 4:5] * printed[:, 4:5])
    assert scores == pytest.approx(printed, abs=5.5e-6)
    t2 = spc.pca(x, share=0.8).main.points
    assert t2 == pytest.approx(printed[0] ** 2 / 2.3181 + printed[1] ** 2 / 1.0118, rel=1e-3)
