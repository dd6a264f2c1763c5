"""Results in words: what good and bad of a source mean, what neither means, and what cannot be."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from data_connectors import conform
from data_connectors.base import Batch
from data_connectors.errors import DefinitionError
from data_connectors.rows.verdict_words import BAD, GOOD
from data_connectors.schema import Characteristic, Parameter, Source, Stage
from data_connectors.settings_keys import require_known

NOW = datetime(2026, 6, 1, tzinfo=UTC)
CRACK, DEPTH = Characteristic("crack", kind="binary"), Characteristic("depth", "mm")
STAGE = Stage("press", "A", "press", (Parameter("force", "kN"),), (CRACK, DEPTH))


def labels(source: Source, crack: list[str | None], depth: list[str] | None = None):
    frame = pl.DataFrame({"unit_id": [f"T{n}" for n in range(len(crack))], "time": "2026-05-01T06:00Z", "crack": crack})
    frame = frame if depth is None else frame.with_columns(pl.Series("depth", depth))
    return conform(Batch("press", frame, "1", "lab.csv"), STAGE, source, NOW)


def source_with(**settings: object) -> Source:
    return Source("lab", "file_folder", "press", "labels", settings=settings)


def test_words_become_good_and_bad_and_an_unknown_one_waits_with_what_to_do():
    made = labels(source_with(good="OK", bad=["NOK", "scrap"]), ["ok ", "NOK", "Scrap", "later", None, "1"])
    assert made.rows["value"].to_list() == [0.0, 1.0, 1.0, 1.0]
    assert [(r.offset, r.reason) for r in made.rejects] == [(3, "unknown_word")]
    assert "write 0 or 1, or name the word under good or bad in [sources.lab]" in made.rejects[0].message


def test_a_measured_result_knows_no_words():
    made = labels(source_with(good=["OK"], bad=["NOK"]), ["OK", "NOK"], ["OK", "1.5"])
    assert made.rows.filter(pl.col("characteristic") == "depth")["value"].to_list() == [1.5]
    assert [r.reason for r in made.rejects] == ["not_a_number"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [({"good": ["ok"], "bad": ["OK "]}, "'ok' is good and bad"), ({"bad": 1}, 'give words, e.g. bad = ["OK", "pass"]')],
)
def test_words_that_cannot_be_are_refused_with_the_definition(settings, words):
    with pytest.raises(DefinitionError, match="source 'lab'") as refused:
        require_known(source_with(**settings), {})
    assert words in str(refused.value)


def test_no_word_means_both():
    assert not GOOD & BAD
    assert all(word == word.casefold() for word in GOOD | BAD)
