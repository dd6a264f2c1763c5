"""The palette for every eye: states and marks stay apart with each common deficiency of colour vision."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from qc_app.dashboard.theme import DARK, LIGHT, contrast
from tests.pages.colour_sight import DEFICIENCIES, difference, seen

#: Told apart at a glance, not only side by side; the eye's threshold is about 1.
APART = 10.0
EYES = ["", *DEFICIENCIES]


def closest(inks, names: tuple[str, ...], eye: str) -> float:
    pairs = combinations(names, 2)
    return min(difference(seen(getattr(inks, a), eye), seen(getattr(inks, b), eye)) for a, b in pairs)


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("inks", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("names", [("ink", "act", "watch", "info"), ("ink", "act", "watch", "model")])
def test_states_and_marks_stay_apart(inks, eye, names):
    assert closest(inks, names, eye) >= APART


def test_a_red_and_an_amber_as_they_are_often_chosen_would_fail():
    assert difference(seen("#b3261e", "deuteranopia"), seen("#8a5600", "deuteranopia")) < 2
    assert difference(seen("#b3261e"), seen("#8a5600")) > 20


@pytest.mark.parametrize("inks", [LIGHT, DARK], ids=["light", "dark"])
def test_marks_of_a_chart_can_be_seen_on_its_ground(inks):
    for name in ("ink", "model", "act", "watch", "info", "soft"):  # WCAG 2.2, 1.4.11: 3 to 1
        assert contrast(getattr(inks, name), inks.paper) >= 3


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [  # Sharma, Wu, Dalal (2005), table 1: pairs 1, 7, 17, 20, 25, 34
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((50.0, 2.5, 0.0), (50.0, 3.1736, 0.5854), 1.0000),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_measure_is_the_published_one(one, other, expected):
    assert difference(np.array(one), np.array(other)) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("eye", DEFICIENCIES)
def test_greys_stay_greys(eye):
    assert np.allclose(seen("#808080", eye), seen("#808080"), atol=0.01)
