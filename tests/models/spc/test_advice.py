"""The adviser: each situation gets the chart that the books ask for, and says why."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from models.spc import Observations, advise, make_chart

RNG = np.random.default_rng(3)
NORMAL = RNG.normal(10, 1, 200)
SKEWED = RNG.gamma(1.0, 1.0, 200)
SLOW = signal.lfilter([1], [1, -0.85], RNG.normal(size=300))
FIVES = np.repeat(np.arange(40), 5).tolist()
PARTS = np.tile(np.repeat(["x", "y"], 5), 20).tolist()
APART = 3 * np.repeat(RNG.normal(size=40), 5)
RARE = (RNG.random(800) < 0.02) * 1.0
TOGETHER = RNG.normal(size=(200, 2)) @ RNG.normal(size=(2, 12)) + 0.1 * RNG.normal(size=(200, 12))


@pytest.mark.parametrize(
    ("data", "counted", "chart", "because"),
    [
        (Observations(NORMAL), False, "imr", "independent"),
        (Observations(NORMAL[:12]), False, "imr", "provisional"),
        (Observations(SLOW), False, "forecast", "resemble"),
        (Observations(SKEWED), False, "ewma", "not normal"),
        (Observations(NORMAL, groups=FIVES), False, "xbar_r", "subgroups of 5"),
        (Observations(NORMAL, groups=np.repeat(np.arange(20), 10).tolist()), False, "xbar_s", "s uses them all"),
        (Observations(NORMAL + APART, groups=FIVES), False, "forecast", "inside the subgroups"),
        (Observations(RNG.binomial(200, 0.1, 40), sizes=np.full(40, 200)), True, "p", "chance"),
        (Observations(RNG.binomial(200, RNG.beta(8, 72, 60)), sizes=np.full(60, 200)), True, "laney_p", "cry wolf"),
        (Observations(RARE, groups=np.repeat(np.arange(40), 20).tolist()), True, "p", "together"),
        (Observations(RNG.poisson(9.0, 40)), True, "c", "equal areas"),
        (Observations(RNG.poisson(9.0 * np.tile([1, 2], 20)), sizes=np.tile([1.0, 2.0], 20)), True, "u", "differ"),
        (Observations(RNG.poisson(RNG.gamma(9, 10, 60)), sizes=np.full(60, 10.0)), True, "laney_u", "cry wolf"),
        (Observations(NORMAL + np.where(np.array(PARTS) == "x", 0, 50), parts=PARTS), False, "nominal", "alike"),
        (Observations(NORMAL * np.where(np.array(PARTS) == "x", 1, 5), parts=PARTS), False, "z_mr", "differ"),
        (Observations(RNG.normal(size=(100, 3))), False, "t2", "3 variables"),
        (Observations(TOGETHER), False, "pca", "12 variables"),
    ],
)  # fmt: skip
def test_situation_gets_its_chart_and_the_reason(data, counted, chart, because):
    advice = advise(data, counted=counted)
    assert advice.chart == chart, advice.sentence
    assert because in advice.sentence
    assert make_chart(chart, data, **advice.settings).sentence if advice.subgroup != 1 or data.groups is None else True


def test_a_shift_of_the_mean_is_not_taken_for_autocorrelation():
    assert advise(Observations(np.concatenate([NORMAL[:150], NORMAL[150:] + 5]))).chart != "forecast"


def test_nothing_found_is_answered():
    assert advise(Observations(np.zeros(40), groups=np.repeat(np.arange(4), 10).tolist()), counted=True).chart == "p"
    assert "provisional" in advise(Observations([])).sentence
    assert advise(Observations(np.full(50, 2.0))).chart == "imr"
