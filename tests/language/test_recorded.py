"""What the night, models and actions really say is told in the other languages: the templates are their sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from data_connectors.schema import Characteristic, Parameter, Stage
from models.gate import judge
from models.labels import Outlook, Point
from models.transfer import Transfer
from qc_app.access import Actor, require
from qc_app.actions.labels.entry import fault_of, limit_remark
from qc_app.actions.labels.text import Entry, decode, read_entries
from qc_app.alarming import KINDS
from qc_app.errors import QcError
from qc_app.jobs.model.decide import Evidence, decide
from qc_app.jobs.monitoring import conditions as look
from qc_app.language import LANGUAGES, known, speaking
from qc_app.plant import Gate, Plant, difference, soundness
from qc_app.views import likeness, recorded
from qc_app.views.vocabulary import alarm_kind

OTHERS = [code for code in LANGUAGES if code != "en"]
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
WIDTH = Characteristic("width", "mm", lower=2.4, upper=2.6)
#: Kinds whose word is the English one there.
SAME = {"de": {"drift"}, "es": set(), "zh": set()}
CRACK = Characteristic("crack", kind="binary")


def units(n: int, **columns: object) -> pl.DataFrame:
    times = [NOW - timedelta(hours=n - k) for k in range(n)]
    frame = pl.DataFrame({"unit_id": [f"C-{k}" for k in range(n)], "t_event": times, "t_ingest": times})
    return frame.with_columns(pl.lit(value).alias(name) for name, value in columns.items())


def conditions() -> list[str]:
    said = units(60, mean=2.9, in_domain=True, anomaly=0.999)
    once = said.with_columns(pl.when(pl.col("unit_id") == "C-59").then(2.9).otherwise(2.5).alias("mean"))
    rare = said.with_columns(pl.when(pl.col("unit_id") == "C-59").then(0.999).otherwise(0.1).alias("anomaly"))
    poor = units(60, value=2.9, lower=2.0, upper=2.1)
    late = units(9, t_known=NOW + timedelta(days=30))
    silent = said["t_event"]
    found = [
        *(look.predicted_out(frame, what) for frame in (said, once) for what in (WIDTH, CRACK)),
        look.measured_out(units(9, value=2.9), WIDTH),
        look.measured_out(units(40, value=0.0).vstack(units(20, value=1.0)), CRACK),
        *(look.abnormal_units(frame, WIDTH) for frame in (said.tail(20), said, rare)),
        look.model_off(poor, WIDTH),
        look.stale_model(40, 30, 5, WIDTH),
        look.silent(silent, NOW + timedelta(days=1), NOW + timedelta(days=5), "Europe/Berlin"),
        look.overdue(WIDTH, NOW - timedelta(days=3), 12, NOW),
        *(look.slow_results(late, 7, WIDTH, left_out) for left_out in (0, 3)),
        look.gauge_overdue(WIDTH, NOW - timedelta(days=30), NOW),
    ]
    told = [one.sentence for one in found if one is not None]
    assert len(told) >= 14
    return told


def refusals() -> list[str]:
    told = []
    acts = [
        lambda: require(Actor("maria", "viewer"), "promote"),
        lambda: read_entries("", "UTC"),
        lambda: read_entries("C-1", "UTC"),
        lambda: read_entries("C-1,2.5,yesterday", "UTC"),
        lambda: decode(b"\xff\xfe\x00"),
    ]
    for act in acts:
        with pytest.raises(QcError) as refusal:
            act()
        told.append(str(refusal.value))
    return told


def of_models() -> list[str]:
    curve = (Point(20, 3.2, 2.8, 3.9),)
    outlooks = [Outlook(Point(12, 4.1, 3.5, 4.8), then, 5, 12) for then in (curve, (Point(20, 4.05, 3.0, 5.0),), ())]
    sisters = ["a", "b", "c", "d", "e"]
    shares = [Transfer.even(30, 0.8, sisters), Transfer.even(30, 0.8, sisters[:2]), Transfer.even(30, 1.0, sisters[:2])]
    return [*(o.sentence(unit) for o in outlooks for unit in ("mm", "")), *(t.sentence() for t in shares)]


def of_definitions() -> list[str]:
    press = Stage("press-1", "A", "press", (Parameter("force", "kN"),), (WIDTH,))
    old, new = Plant("A"), Plant("A", night_at="03:00", stages=(press,))
    wider = Plant("A", stages=(replace(press, parameters=(Parameter("force", "N"), Parameter("speed", "m/s"))),))
    told = [*difference(old, new), *difference(new, old), *difference(new, wider), *soundness.remarks(wider)]
    assert len(told) >= 8
    return [*told, *soundness.remarks(old)]


def judged() -> list[str]:
    """What the gate says of challengers that are better, worse, alike, too young, or better at a price."""
    rng = np.random.default_rng(3)
    near, lots = rng.gamma(2.0, 1.0, 60), np.arange(60) // 2
    pairs = [(near, 0.4 * near), (0.4 * near, near), (near, near), (near[:4], near[:4]), (near, rng.permutation(near))]
    told = [judge(a, b, lots[: len(a)], delta=0.01, seed=1, min_rows=8, unit="mm").sentence for a, b in pairs]
    told += [decide(seen, Gate()).reason for seen in (
        Evidence(True, "m1", None, labels=12, new_labels=2, champion_labels=9),
        Evidence(True, "m1", None, labels=30, new_labels=9, champion_labels=9),
        Evidence(True, "m1", "m2", labels=30, new_labels=9, champion_labels=9, nights_waiting=1),
        Evidence(False, None, None, labels=0, new_labels=0),
        Evidence(True, None, None, labels=9, new_labels=9, sisters=True))]  # fmt: skip
    return told


@pytest.fixture(scope="module")
def made() -> list[str]:
    checked = [fault_of(Entry(unit, value, text="x"), what, NOW, twice=twice) for unit, value, what, twice in (
        ("", 2.5, WIDTH, False), ("C-1", float("nan"), WIDTH, False), ("C-1", 0.5, CRACK, False),
        ("C-1", 2.5, WIDTH, True))]  # fmt: skip
    remarks = [limit_remark(value, WIDTH) for value in (2.65, 2.35, 25.1, -25.1)]
    state = ["no unit has come yet", f"the night of {date(2026, 3, 1)} should have reported by x and has not run"]
    return [*conditions(), *refusals(), *of_models(), *of_definitions(), *judged(), *checked, *remarks, *state]


@pytest.mark.parametrize("code", OTHERS)
def test_what_is_said_is_told_in_the_language(made, code):
    with speaking(code):
        told = {sentence: recorded(sentence) for sentence in made}
    assert [one for one in told.values() if "(en)" in one] == []
    assert all(one != sentence for sentence, one in told.items())


def test_english_stays_as_it_was_said_but_for_the_signs_of_its_numbers(made):
    said = [recorded(sentence) for sentence in made]
    assert [one.replace(" %", "%").replace("−", "-") for one in said] == [one.replace(" %", "%") for one in made]
    assert recorded("gain -0.2 (90% sure: -0.5 to 0.1) of C-7") == "gain −0.2 (90 % sure: −0.5 to 0.1) of C-7"


def test_sentences_are_told_one_by_one_and_lists_as_the_language_lists():
    night = (
        "width: act, only 5 of the newest 9 results lie in their predicted 90 % interval; crack: ok, nothing abnormal"
    )
    drift = "force moved by 3.90 sd (median 10 -> 14) (and temp); it tells on width and crack"
    with speaking("de"):
        assert recorded(night).endswith("90\u00a0%-Intervall; crack: in Ordnung, nichts Auffälliges")
        assert recorded(drift).endswith("(und temp); es wirkt auf width und crack")
        assert recorded(night + "; the pump said nine").endswith("nine (en)")
    with speaking("zh"):
        assert "；crack：" in recorded(night)


def test_the_message_of_a_library_stays_english_inside_of_what_is_said_of_it():
    with speaking("es"):
        told = recorded("adapt width of stage 'p-1' failed: Singular matrix")
    assert told == "falló adaptación de width de la etapa 'p-1': Singular matrix (en)"


def test_what_a_connector_says_is_told_behind_its_place():
    said = "stage 'press-1': shift 3.csv is empty - it needs a line with the names of the columns"
    tried = (
        "ingest of stage 'press-1' failed: source 'plc': 10.0.0.5:502 cannot be reached - check that the device runs"
    )
    with speaking("de"):
        assert recorded(said).startswith("Stufe 'press-1': shift 3.csv ist leer")
        assert "Quelle 'plc': 10.0.0.5:502 ist nicht erreichbar" in recorded(f"{tried}; tried 3 times")
        assert recorded(f"{tried}; tried 3 times").endswith("; 3-mal versucht")


def test_why_a_stage_is_near_is_told_part_by_part():
    with speaking("de"):
        assert likeness("2 of 3 parameters shared, similar noise, level 5 % lower").endswith("Lage 5\u00a0% tiefer")


def test_what_nobody_foresaw_stays_english_and_says_so():
    with speaking("es"):
        assert recorded("the pump said: nine") == "the pump said: nine (en)"


@pytest.mark.parametrize("code", OTHERS)
def test_plans_of_alarms_are_told_and_those_of_a_plant_stay_its_own(code):
    with speaking(code):
        for rule in KINDS.values():
            assert alarm_kind(rule.kind) not in {rule.kind, rule.kind.replace("_", " ")} or rule.kind in SAME[code]
            for text in (rule.consequence, *rule.response):
                assert text.startswith("`") or known(text) != text
        assert known("Meister rufen") == "Meister rufen"


def test_numbers_and_dates_inside_are_written_as_the_language_writes_them():
    with speaking("de"):
        told = recorded("3 of the newest 20 units are predicted out of specification (2.4 to 2.6 mm), last C-7 at 2.71")
        due = recorded("results of width were due by 2026-03-01; 12 units came since the last measured one")
    assert told.startswith("3 der neuesten 20 Einheiten sind außerhalb der Spezifikation vorhergesagt")
    assert told.endswith("(2,4 bis 2,6 mm), zuletzt C-7 mit 2,71")
    assert due.startswith("Ergebnisse von width waren bis 01.03.2026 fällig")


@pytest.mark.parametrize("sentence", [
    "labels left out in turn", "the pump is loud", "the pump is loud - look at it", "nobody = somebody - who knows",
    "pump 7: it sings in the morning", "all of it (or most) came in time",
])  # fmt: skip
@pytest.mark.parametrize("code", OTHERS)
def test_no_template_is_so_wide_that_it_takes_what_nobody_here_says(sentence, code):
    with speaking(code):
        assert recorded(sentence) == f"{sentence} (en)"


@pytest.mark.parametrize("code", OTHERS)
def test_a_sentence_of_two_parts_leaves_no_part_in_english(code):
    known = "303 labels: ±0.02 on labels left out in turn; what more would bring cannot be said: "
    said = f"{known}0 sister stages show errors with 303 labels, 3 are needed to say what more labels would give"
    with speaking(code):
        assert "left out in turn" not in recorded(said)
