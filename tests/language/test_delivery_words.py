"""What is written of rows and columns when they come is told in the other languages: no template is missing."""

from __future__ import annotations

import pytest

from data_connectors.rows import refusals
from qc_app.actions.schema import _told
from qc_app.jobs.sources import columns
from qc_app.language import LANGUAGES, is_foreign, speaking
from qc_app.records import Proposal
from qc_app.views.data import words
from qc_app.views.data.words import delivery_words
from tests.pages.made_plants import NOW

OTHERS = [code for code in LANGUAGES if code != "en"]
FIELDS = {
    "unit": "id", "time": "made", "column": "width", "source": "press", "zone": "Europe/Berlin", "skew": "a day",
    "unit_raw": "'A-1'", "time_raw": "'07:00'", "value": "'n/a'",
    "time_hint": "it has no date: let the source write date and time into one column",
}  # fmt: skip
CELLS = {"old": "20.5 mm", "new": "0.807", "name": "width", "unit": "inches", "column": "w", "source": "press"}


def sentences() -> list[str]:
    rows = [f"stage 'press': row 3 of day.csv: {text.format(**FIELDS)}" for text in refusals._SENTENCES.values()]
    told = [text.format(**CELLS) for text in (columns._NEW, columns._UNIT, columns._TYPE, columns._RENAMED)]
    told.append(f"{told[-1]} Its values are those of 'w' in inches.")
    kinds = ("new_column", "renamed", "unit_changed", "type_changed")
    made = [Proposal("press", "process", kind, "w", "width", "", NOW) for kind in kinds]
    answers = [
        _told(one, changes, accept=yes) for one in made for yes, changes in ((True, ["x"]), (True, []), (False, []))
    ]
    return [*rows, *told, *answers]


@pytest.mark.parametrize("code", OTHERS)
def test_every_sentence_is_told_in_the_language(code):
    with speaking(code):
        for sentence in sentences():
            told = delivery_words(sentence)
            assert not is_foreign(told), f"add a template to qc_app/views/data/words.py: {sentence}"
            assert not [word for word in (" replay", " the source", " kept", " set ") if word in told], told


def test_every_reason_for_refusing_a_row_has_a_word():
    assert set(refusals._SENTENCES) <= set(words._REASONS)


def test_english_stays_as_it_was_said():
    assert [delivery_words(sentence) for sentence in sentences()] == sentences()
