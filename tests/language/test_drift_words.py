"""Every sentence of drift tests and of failed sensors is told in the other languages: no template is missing."""

from __future__ import annotations

import numpy as np
import pytest

from models import drift
from models.drift.relation import relation
from models.drift.sensors import sensor_faults
from models.drift.sensors.clock import clock_fault
from qc_app.language import LANGUAGES, is_foreign, signed, speaking
from qc_app.views import drift_words
from qc_app.views.drift import words
from tests.models.drift.test_equal_context import graded, judged, ramp, verdict

OTHERS = [code for code in LANGUAGES if code != "en"]
ENGLISH = ("moved", "needed", "before", "values", "tails", "units", "where", "effect", "since", "verdict")


def windows(shift: float, n: int = 300, m: int = 120) -> drift.Windows:
    rng = np.random.default_rng(3)
    reference, current = rng.normal(20, 1, (n, 4)), rng.normal(20, 1, (m, 4))
    current[:, 0] += shift
    current[:, 1] += 0.6 * shift
    current[:, 2] = np.round(current[:, 2])
    reference[:, 2] = np.round(reference[:, 2])
    reference[:, 3], current[:, 3] = reference[:, 0] + 0.01 * reference[:, 3], -current[:, 0]
    names = ("roll_force", "bending", "pass_count", "gap")
    return drift.Windows((reference, current), names, np.array([1.0, 0.0, 0.2, 0.1]), 0.3, [(None, None)] * 4)


def sentences() -> list[str]:
    rng = np.random.default_rng(1)
    found = [drift.examine(w) for w in (windows(0.0), windows(2.0), windows(2.0, n=10, m=5))]
    walk = np.cumsum(rng.normal(size=(400, 1)), axis=0)
    found.append(drift.examine(drift.Windows((walk[:300], walk[300:]), ("speed",), np.ones(1), 0.3, [(None, None)])))
    told = [v.sentence for one in found for v in one.verdicts]
    told.append(verdict(np.random.default_rng(0), ramp).sentence)
    x, grade = graded(np.random.default_rng(0))
    x[1000:, 1] += 1.0
    told += [v.sentence for v in judged(x, grade).values()]
    assert any("units at equal context" in s for s in told)
    assert any("make of it at equal context" in s for s in told)
    noise = rng.normal(size=200)
    currents = (noise[:30], noise[:30] + 2, noise[:30] - 2, 4 * noise[:30], noise[:3])
    told += [relation(noise[50:], current).sentence for current in currents]
    plain = rng.normal(20, 1, (160, 1))
    spoiled = [np.full((40, 1), 20.1), np.full((40, 1), 99.0), 1.8 * plain[:60] + 32, np.full((60, 1), np.nan)]
    spoiled += [20 + 0.001 * plain[:60], 20 + 9 * (plain[:60] - 20), np.where(np.arange(60) % 9, 20.0, 40.0)[:, None]]
    told += [f.sentence for now in spoiled for f in sensor_faults(plain[60:], now, ["exit_temp"])]
    late = clock_fault(np.full(40, 90.0), np.full(20, 90.0 - 3600.0))
    assert late is not None
    first = next(v.sentence for v in found[1].verdicts if v.subject == "roll_force")
    more = [f"{first}; it moves the predicted thickness by +0.1 {unit}of +0.2 in all" for unit in ("mm, ", "")]
    return [*told, late.sentence, *more]


@pytest.fixture(scope="module")
def made() -> list[str]:
    return sentences()


@pytest.mark.parametrize("code", OTHERS)
def test_every_sentence_is_told_in_the_language(made, code):
    with speaking(code):
        for sentence in made:
            told = drift_words(sentence)
            assert not is_foreign(told), sentence
            assert not [word for word in ENGLISH if f" {word} " in told], (sentence, told)


def test_english_stays_as_it_was_said_but_for_the_signs_of_the_pages(made):
    assert [drift_words(sentence) for sentence in made] == [signed(sentence) for sentence in made]
    assert not any(" -> " in drift_words(sentence) for sentence in made)


def test_most_templates_are_met_by_what_the_models_say(made):
    with speaking("de"):
        met = {t.text for t in words._PHRASES._known if any(t.pattern.fullmatch(s) for s in made)}
    assert len(met) >= 15


def test_what_nobody_foresaw_stays_english_visibly():
    with speaking("zh"):
        assert drift_words("the roof fell in") == "the roof fell in (en)"


def test_numbers_are_written_as_the_language_writes_them():
    with speaking("de"):
        told = drift_words(
            "roll_force moved by -1.25 sd (median 20.5 -> 19.25) (ks 0.8 > 0.4, p 1e-05, n 40; far tails)"
        )
    assert (
        told == "roll_force: um −1,25 σ verschoben (Median 20,5 → 19,25) (ks 0,8 > 0,4, p 1e−05, n 40; weite Ausläufer)"
    )
