"""What a label is worth: cases done by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import TaskError
from models.labels import Costs, Point, Process, worth
from models.labels.worth import cost_per_unit

EVEN = Costs(measure=0.0, scrap=1.0, miss=1.0)


@pytest.mark.parametrize("error", [0.1, 0.3, 0.5, 0.8, 0.99])
def test_misjudged_units_are_sheppards_orthants(error):
    """One limit at the mean, equal costs: prediction and value fall on two sides with arccos(rho) / pi.

    Sheppard (1899), Phil. Trans. A 192, 101-167: orthant probability of the bivariate normal; the correlation of
    prediction and value is rho = sqrt(1 - error^2).
    """
    half = Process(0.0, 1.0, upper=0.0)
    assert cost_per_unit(half, error, EVEN) == pytest.approx(math.acos(math.sqrt(1 - error**2)) / math.pi, abs=3e-4)


def test_who_knows_nothing_pays_the_cheaper_of_the_two():
    """A tenth lies above the limit (z = 1.2816): passing all costs 0.1 x 50, scrapping all 0.9 x 2."""
    process = Process(10.0, 2.0, upper=10.0 + 2 * 1.2815515655446004)
    assert cost_per_unit(process, 2.0, Costs(0, 2, 50)) == pytest.approx(1.8)
    assert cost_per_unit(process, 2.0, Costs(0, 2, 10)) == pytest.approx(1.0)
    assert cost_per_unit(process, 99.0, Costs(0, 2, 10)) == pytest.approx(1.0)


def test_mistakes_without_a_cost_make_labels_worthless():
    found = worth(Process(0, 1, upper=1), Point(5, 0.8, 0, 0), [Point(10, 0.4, 0, 0)], Costs(3.0, 0.0, 9.0), 1000)
    assert found[0].saving == 0
    assert found[0].each == -3.0


def test_worth_by_hand():
    """From a spread known to error 0: half a unit of cost saved on each of 100 units by ten labels at 2 each."""
    half = Process(0.0, 1.0, lower=0.0)
    unit = math.sqrt(2 / math.pi)  # mean absolute error of a normal with standard deviation 1
    found = worth(half, Point(10, unit, 1, 1), [Point(20, 0.0, 0, 0)], Costs(2.0, 1.0, 1.0), 100)
    assert (found[0].saving, found[0].each) == pytest.approx((50.0, 3.0), abs=1e-3)
    part = worth(half, Point(10, unit, 1, 1), [Point(20, unit * 0.6, 0, 0)], Costs(2.0, 1.0, 1.0), 100)
    assert part[0].saving == pytest.approx(100 * (0.5 - math.acos(0.8) / math.pi), abs=0.05)


@settings(max_examples=60, deadline=None)
@given(
    mean=st.floats(-3, 3), first=st.floats(0.01, 1.0), second=st.floats(0.01, 1.0), scrap=st.floats(0, 9),
    miss=st.floats(0, 99), width=st.floats(0.1, 4),
)  # fmt: skip
def test_knowing_more_never_costs_more(mean, first, second, scrap, miss, width):
    process = Process(mean, 1.0, -width, width)
    low, high = sorted((first, second))
    costs = Costs(0, scrap, miss)
    assert cost_per_unit(process, low, costs) <= cost_per_unit(process, high, costs) + 1e-2 * (scrap + miss) + 1e-12
    assert 0 <= cost_per_unit(process, high, costs) <= min(scrap, miss)


def test_the_unit_of_the_characteristic_does_not_matter():
    millimetres = cost_per_unit(Process(10, 2, 7, 12), 1.0, Costs(0, 3, 40))
    assert cost_per_unit(Process(10_000, 2_000, 7_000, 12_000), 1_000.0, Costs(0, 3, 40)) == pytest.approx(millimetres)


def test_what_cannot_be_is_refused():
    for wrong in ((-1.0, 0, 0), (0, math.nan, 0), (0, 0, math.inf)):
        with pytest.raises(TaskError, match="cost"):
            Costs(*wrong)
    with pytest.raises(TaskError, match="limit"):
        Process(0, 1)
    with pytest.raises(TaskError, match="spread"):
        Process(0, 0, upper=1)
    with pytest.raises(TaskError, match="error"):
        cost_per_unit(Process(0, 1, upper=1), -0.1, EVEN)
