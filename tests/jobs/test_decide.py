"""The night's decision as a table."""

from __future__ import annotations

import pytest

from qc_app.jobs.model.decide import Evidence, decide
from qc_app.plant import Gate

GATE = Gate(min_new_labels=3, patience_nights=7)


def seen(**facts):
    plain = {
        "has_prior": True,
        "champion": "c",
        "challenger": None,
        "labels": 20,
        "new_labels": 0,
        "champion_labels": 9,
    }
    return Evidence(**(plain | facts))


@pytest.mark.parametrize(
    ("facts", "choice", "words"),
    [
        ({"has_prior": False, "champion": None}, "wait", "no prior"),
        (
            {"champion": None, "newer_prior": True, "labels": 0},
            "adapt",
            "no model yet: the first one stands on 0 labels",
        ),
        ({"champion": None, "newer_prior": True, "labels": 0, "sisters": False}, "wait", "0 labels of 8 that a stage"),
        ({"champion": None, "new_labels": 9, "labels": 9, "sisters": False}, "adapt", "stands on 9 labels"),
        ({"champion": None, "new_labels": 1, "labels": 1}, "wait", "1 label of 3"),
        ({"champion": None, "new_labels": 3, "labels": 3}, "adapt", "3 labels and what the prior"),
        ({"champion": None}, "keep", "last attempt at a first model failed"),
        ({"new_labels": 0}, "keep", "no new labels"),
        ({"new_labels": 2}, "keep", "only 2 of 3"),
        ({"new_labels": 3}, "adapt", "3 labels came"),
        ({"new_labels": 2, "champion_labels": 0}, "keep", "only 2 of 3"),
        ({"new_labels": 1, "drift": "speed fell"}, "adapt", "speed fell"),
        ({"drift": "speed fell"}, "keep", "no label since: speed fell"),
        ({"newer_prior": True}, "adapt", "newer prior"),
        ({"has_prior": False, "new_labels": 9}, "wait", "no prior"),
        ({"challenger": "x", "new_labels": 50}, "wait", "on trial since 0 nights"),
        ({"challenger": "x", "nights_waiting": 6}, "wait", "on trial since 6 nights"),
        ({"challenger": "x", "nights_waiting": 7}, "wait", "given up"),
        ({"challenger": "x", "nights_waiting": 70, "awaiting": True}, "wait", "a person's approval since 70 nights"),
    ],
)
def test_table(facts, choice, words):
    plan = decide(seen(**facts), GATE)
    assert plan.choice == choice
    assert words in plan.reason
    assert plan.drop == ("given up" in words)


def test_the_nights_of_the_shadow_do_not_count_as_waiting():
    gate = Gate(patience_nights=7, shadow_nights=5)
    assert not decide(seen(challenger="x", nights_waiting=11), gate).drop
    assert decide(seen(challenger="x", nights_waiting=12), gate).drop
