"""Hostile numbers: every public function answers with something finite, or tells in a typed error what was wrong."""

from __future__ import annotations

import numpy as np
import pytest

from models import spc
from models.errors import ModelsError, NotEnoughData, NotThisKind, TaskError
from models.spc import Observations, chart_kind, chart_names, gauge, make_chart
from models.spc.capability import anderson_darling, best_fit, fit, fit_box_cox, normality, probability_plot, within
from models.spc.lengths.multivariate import mcusum_limit, mcusum_run_length, mewma_limit, mewma_run_length
from models.spc.reference import Reference
from models.spc.series import MOST, as_numbers

N = 40
NOISE = np.random.default_rng(0).normal(size=N)
SERIES = {
    "empty": [],
    "one": [1.0],
    "two": [1.0, 2.0],
    "constant": [5.0] * N,
    "zeros": [0.0] * N,
    "missing": [np.nan] * N,
    "infinite": [np.inf] * N,
    "some infinite": [1.0, np.inf, -np.inf, 2.0] * 10,
    "every second": np.where(np.arange(N) % 2, NOISE, np.nan),
    "tiny": NOISE * 1e-12,
    "tiny on one": 1 + NOISE * 1e-12,
    "huge": NOISE * 1e12,
    "far from zero": 1e12 + NOISE,
    "too large": NOISE * 1e300,
    "whole": np.arange(N, dtype=np.uint8),
    "objects": np.array([1, 2.5, None, 3] * 10, dtype=object),
    "yes and no": (NOISE > 0),
    "half precision": NOISE.astype(np.float16),
    "ties": [1.0, 1.0, 1.0, 2.0] * 10,
    "words": ["a"] * N,
    "complex": NOISE * 1j,
    "dates": np.arange(N).astype("datetime64[s]"),
    "beyond any double": [10**400] * N,
    "a table": np.ones((5, 8)),
    "a number": 3.0,
    "nothing": None,
}

FUNCTIONS = {
    "acf": lambda v: spc.acf(v, 3),
    "ljung_box": lambda v: spc.ljung_box(v, 3),
    "check": spc.check,
    "dependent": spc.dependent,
    "advise": lambda v: spc.advise(Observations(v)),
    "advise counts": lambda v: spc.advise(Observations(v), counted=True),
    "capability": lambda v: spc.capability(v, -1, 0, 1),
    "one-sided capability": lambda v: spc.capability(v, upper=1),
    "capability by percentiles": lambda v: spc.capability(v, -1, 0, 1, method="percentiles", resamples=20),
    "capability by Box-Cox": lambda v: spc.capability(v, 1, 2, 3, method="box-cox"),
    "normality": normality,
    "anderson_darling": anderson_darling,
    "probability_plot": probability_plot,
    "fit_box_cox": fit_box_cox,
    "best_fit": best_fit,
    "fit": lambda v: fit(v, "weibull"),
    "within": within,
    "estimate_limits": lambda v: spc.estimate_limits(v, iterate=True),
    "median moving range": lambda v: spc.estimate_limits(v, estimator="median moving range"),
    "phase_one": lambda v: spc.phase_one("imr", Observations(v)),
    "bias": lambda v: gauge.bias(v, 1.0),
    "type_one": lambda v: gauge.type_one(v, 1.0, 1.0),
    "fleiss_kappa": gauge.fleiss_kappa,
    "attribute_study": gauge.attribute_study,
    "crossed": gauge.crossed,
    "average_range": gauge.average_range,
    "short_range": gauge.short_range,
    "c_chart": spc.c_chart,
    "sizes of a c chart": lambda v: spc.c_chart([1, 2, 3], v),
    "sizes of an np chart": lambda v: spc.np_chart([1] * N, v),
    "p_chart": lambda v: spc.p_chart(v, v),
    "t2": spc.t2,
    "nominal": lambda v: spc.nominal(v, v),
}


def observed(name: str, values) -> Observations:
    """The series as the chart reads it: with subgroups, sizes, parts, or as the first of three columns."""
    n = len(values) if np.ndim(values) else 0
    needs = chart_kind(name).needs
    if needs == "vectors" and np.ndim(values) == 1 and n > 2:
        column = np.array(values, dtype=object)
        return Observations(np.column_stack([column, np.roll(column, 1), np.resize(NOISE, n)]))
    if needs == "subgroups":
        return Observations(values, groups=(np.arange(n) // 4).tolist() if n else None)
    if needs == "parts":
        return Observations(values, parts=["a"] * n if n else None, nominals=np.zeros(n) if n else None)
    return Observations(values, sizes=np.full(n, 100.0) if needs == "counts" and n else None)


def tried(call):
    """What a call answers, or what it tells in a typed error."""
    try:
        return call(), ""
    except ModelsError as error:
        return None, str(error)


@pytest.mark.parametrize("kind", SERIES)
@pytest.mark.parametrize("name", chart_names())
def test_every_chart_answers_or_tells(name, kind):
    chart, told = tried(lambda: make_chart(name, observed(name, SERIES[kind])))
    if chart is None:
        assert len(told) > 20
        return
    assert not any(np.isinf(panel.points).any() for panel in chart.panels)
    assert np.isfinite([chart.main.limits.center, chart.main.limits.sigma]).all()
    assert chart.sentence


@pytest.mark.parametrize("kind", SERIES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_answers_or_tells(name, kind):
    found, told = tried(lambda: FUNCTIONS[name](SERIES[kind]))
    assert found is not None or len(told) > 20


@pytest.mark.parametrize("values", [[1j], np.array(["2026-01-01"], dtype="datetime64[D]"), [10**400], ["a"], {"a": 1}])
def test_what_is_no_number_is_told(values):
    with pytest.raises(TaskError, match="no number"):
        as_numbers(values)


def test_what_cannot_be_squared_is_told_and_the_largest_that_can_is_charted():
    with pytest.raises(TaskError, match="larger unit"):
        spc.imr([1.0, 2 * MOST])
    assert np.isfinite(spc.xbar_s(MOST / 10 * NOISE.reshape(10, 4)).limits.sigma)


def test_sizes_of_another_number_are_told():
    with pytest.raises(TaskError, match="3 of them and 2 sizes"):
        spc.p_chart([1, 2, 3], [10, 10])


def test_a_count_that_is_nearly_whole_shows_why_it_is_not():
    with pytest.raises(TaskError, match=r"1\.0000001 at point 0"):
        spc.c_chart([1.0000001, 2.0])


def test_a_family_that_no_member_fits_is_told_and_the_best_fit_takes_another():
    with pytest.raises(NotThisKind, match="try another"):
        fit(1e12 + NOISE, "gamma")
    assert best_fit(1e12 + NOISE).name in {"normal", "logistic"} | {
        f"{w} extreme value" for w in ("smallest", "largest")
    }


def test_missing_ratings_and_few_values_are_told():
    with pytest.raises(TaskError, match="ratings are missing"):
        gauge.cohen_kappa([1, float("nan")], [1, 0])
    with pytest.raises(NotEnoughData):
        within([1.0])
    with pytest.raises(TaskError, match="variances are negative"):
        Reference(("a",), np.zeros(1), np.array([[-1.0]]), 5)


@pytest.mark.parametrize(
    "asked",
    [
        lambda: spc.ewma_run_length(1e-12, 3.0),
        lambda: spc.ewma_run_length(0.1, float("inf")),
        lambda: spc.ewma_run_length(0.1, 3.0, float("nan")),
        lambda: spc.cusum_run_length(1e12),
        lambda: spc.cusum_run_length(5.0, 1e300),
        lambda: spc.cusum_run_length(5.0, shift=float("inf")),
        lambda: spc.run_length(["we1"], float("inf")),
        lambda: spc.signal_probability(["we1"], -1),
        lambda: spc.individuals_run_length(float("nan")),
        lambda: mewma_run_length(0.1, 8.6, 101),
        lambda: mewma_run_length(1e-9, 8.6, 2),
        lambda: mcusum_run_length(0.5, 5.0, 0),
        lambda: mewma_limit(0.1, 2, float("nan")),
        lambda: mcusum_limit(0.5, 2, 1.0),
        lambda: spc.ewma([1.0, 2.0], center=float("inf"), sigma=1.0),
        lambda: spc.cusum([1.0, 2.0, 3.0], target=float("nan")),
        lambda: spc.moving_average([1.0, 2.0, 3.0], span=float("nan")),
        lambda: spc.capability(NOISE, upper=1e300),
    ],
)
def test_settings_that_nothing_can_be_made_of_are_told(asked):
    with pytest.raises(TaskError, match=r"use|give|at most"):
        asked()


@pytest.mark.parametrize("shift", [6.0, 30.0, 1e6, -1e6])
def test_far_shifts_are_seen_at_once_and_the_other_sum_never_signals(shift):
    assert spc.ewma_run_length(0.5, 3.0, shift) == pytest.approx(1.0, abs=0.01)
    assert 1.0 <= spc.cusum_run_length(5.0, shift=shift, headstart=0.5) <= 1.6
    assert 1.0 <= mewma_run_length(0.5, 10.0, 2, shift).value <= 1.01
    assert spc.cusum_run_length(30.0, 5.0) == np.inf
