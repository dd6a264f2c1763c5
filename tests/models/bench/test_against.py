"""Two runs compared exam by exam."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.bench import PackError, Result, Row, Settings, compare


def run_of(shift: float, noise: float = 0.0, stages: int = 12, method: str = "ours") -> Result:
    fresh = np.random.default_rng(1)
    rows = [
        Row("p", "c", "continuous", "random", k, 0, f"s{i}", method, True, 10, 1.0, nrmse=float(base + change))
        for k in (5, 10)
        for i in range(stages)
        for base, change in [(1 + 0.5 * np.sin(i * k), shift + noise * fresh.normal())]
    ]
    settings = Settings("packs", (method,), (), ("random",), (5, 10), (), (0,))
    return Result(settings, {"numpy": "2"}, tuple(rows), 1.0)


@pytest.mark.parametrize(
    ("shift", "noise", "verdict"),
    [
        (-0.05, 0.01, "better"),
        (0.05, 0.01, "worse"),
        (0.0, 0.1, "no difference shown"),
        (0.0, 0.0, "no difference shown"),
    ],
)
def test_pairs_show_what_means_alone_would_hide(shift: float, noise: float, verdict: str) -> None:
    (change,) = compare(run_of(shift, noise), run_of(0.0)).changes
    assert change.verdict == verdict
    assert change.mean == pytest.approx(shift, abs=0.06)
    assert change.lower <= change.mean <= change.upper
    assert (change.stages, change.exams) == (12, 24)


def test_the_interval_is_over_stages_not_exams() -> None:
    (one,) = compare(run_of(-0.05, 0.05), run_of(0.0)).changes
    doubled = [replace(r, seed=s) for r in run_of(-0.05, 0.05).rows for s in (0, 1, 2)]
    before = [replace(r, seed=s) for r in run_of(0.0).rows for s in (0, 1, 2)]
    (three,) = compare(replace(run_of(0.0), rows=tuple(doubled)), replace(run_of(0.0), rows=tuple(before))).changes
    assert three.upper - three.lower == pytest.approx(one.upper - one.lower, rel=0.05)
    assert three.exams == 3 * one.exams


def test_few_stages_show_nothing() -> None:
    (change,) = compare(run_of(-0.5, stages=4), run_of(0.0, stages=4)).changes
    assert change.verdict == "no difference shown"


def test_what_only_one_run_holds_is_said() -> None:
    now, before = run_of(-0.05, stages=12), run_of(0.0, stages=6)
    other = replace(before, rows=before.rows + tuple(replace(r, seed=1) for r in before.rows), versions={"numpy": "1"})
    found = compare(now, other)
    assert found.changes[0].stages == 6
    assert "seeds in one run only: 1" in found.scope
    assert "versions differ: numpy" in found.scope
    (sentence,) = found.sentences()
    assert sentence.startswith("nRMSE, random: ours ")
    assert "better than before: -0.0500" in sentence


def test_nothing_in_common_is_an_error() -> None:
    with pytest.raises(PackError, match="share no exam"):
        compare(run_of(0.0), run_of(0.0, method="theirs"))


def test_unanswered_exams_are_not_compared() -> None:
    now = run_of(-0.05)
    silent = replace(now, rows=tuple(replace(r, status="refused", nrmse=None) if r.k == 5 else r for r in now.rows))
    (change,) = compare(silent, run_of(0.0)).changes
    assert change.exams == 12
