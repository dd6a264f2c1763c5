"""A model says which of its parameters look as if they were known after the result only, in every language."""

from __future__ import annotations

import numpy as np
import pytest

from models.base import Task
from qc_app.jobs.model.adapt import _given_away
from qc_app.language import LANGUAGES, is_foreign, speaking
from qc_app.views import recorded

RNG = np.random.default_rng(5)


def task() -> Task:
    x = RNG.normal(50, 5, (80, 2))
    y = 10 + 0.05 * x[:30, 0] + RNG.normal(0, 0.1, 30)
    gauge = np.concatenate([y / 25.4, np.full(50, np.nan)])
    lab = np.concatenate([RNG.normal(size=30), np.full(50, np.nan)])
    x = np.column_stack([x, gauge, lab])
    return Task(stage="press", characteristic="width", columns=("force", "temp", "gauge", "lab_temp"),
                support_x=x[:30], support_y=y, unlabelled_x=x[30:])  # fmt: skip


def test_it_names_them_and_no_others():
    first, second = _given_away(task())
    assert first.startswith("gauge goes with width almost exactly")
    assert second.startswith("lab_temp is there for units with a result, and hardly for any other")


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_it_is_told_in_the_language(code):
    with speaking(code):
        for sentence in _given_away(task()):
            told = recorded(sentence)
            assert not is_foreign(told)
            assert "leave it out" not in told
