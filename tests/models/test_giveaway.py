"""Parameters that give the result away are named; honest ones are not."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.giveaway import given_away, warnings_of

NONE = float("nan")


def plant(n: int = 80, labelled: int = 40, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a parameter, the result it drives, and the result of those that were measured."""
    rng = np.random.default_rng(seed)
    force = rng.normal(50, 5, n)
    width = 10 + 0.05 * (force - 50) + rng.normal(0, 0.02, n)
    return force, width, np.where(np.arange(n) < labelled, width, NONE)


@pytest.mark.parametrize(
    ("leak", "why"),
    [
        (lambda width: width, "follows"),
        (lambda width: (width / 25.4).round(4), "follows"),
        (lambda width: -3 * width + 7, "follows"),
        (np.exp, "follows"),
        (lambda width: width + np.random.default_rng(0).normal(0, 0.1, len(width)), ""),
        (lambda width: np.full(len(width), 3.0), ""),
        (lambda width: np.where(np.arange(len(width)) < 40, 1.0 + np.arange(len(width)) % 7, NONE), "only_with"),
    ],
)
def test_each_way_of_telling_the_result_is_named(leak, why):
    force, width, y = plant()
    assert given_away(np.column_stack([force, leak(width)]), y) == ("", why)


def test_a_parameter_that_parts_good_from_bad_without_an_error_is_named_for_a_defect():
    rng = np.random.default_rng(3)
    bad = (np.arange(60) % 6 == 0).astype(float)
    depth = np.where(bad == 1, rng.uniform(2, 9, 60), rng.uniform(0, 1.9, 60))
    honest = rng.normal(bad, 1)
    assert given_away(np.column_stack([depth, honest]), bad) == ("follows", "")
    assert given_away(depth[:24, None], bad[:24]) == ("",), "four defects are too few to tell"


def test_few_units_tell_nothing():
    _, width, _ = plant(9, 9)
    assert given_away(width[:, None], width) == ("",)
    assert given_away(np.zeros((0, 2)), np.zeros(0)) == ("", "")


@given(st.integers(0, 2**32 - 1), st.integers(10, 60))
def test_noise_is_honest(seed, n):
    rng = np.random.default_rng(seed)
    assert set(given_away(rng.normal(size=(n, 5)), rng.normal(size=n))) == {""}


def test_the_sentence_says_what_and_what_to_do():
    force, width, y = plant()
    (sentence,) = warnings_of(["force", "gauge"], np.column_stack([force, width]), y, "width")
    assert sentence.startswith("gauge goes with width almost exactly: it may be measured with it")
    assert sentence.endswith("leave it out of the parameters if that is so")


@pytest.mark.realdata
def test_no_parameter_of_a_real_stage_is_accused(packs_dir):
    looked = 0
    for name in ("gold_rougher", "turning", "injection_lego", "injection_defect"):
        told = json.loads((packs_dir / name / "dataset.json").read_text())
        frame = pl.read_parquet(packs_dir / name / "data.parquet")
        columns, results = told["parameters"], [c["name"] for c in told["characteristics"]]
        for _, stage in frame.group_by("stage", maintain_order=True):
            numbers = stage.select(pl.col(*columns, *results).cast(pl.Float64).fill_null(NONE))
            for result in results:
                found = given_away(numbers.select(columns).to_numpy(), numbers[result].to_numpy())
                looked += len(found)
                assert set(found) == {""}
    assert looked > 500
