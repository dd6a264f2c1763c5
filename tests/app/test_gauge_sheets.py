"""Gauge studies from a sheet: what is understood, what is told, what is kept."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest

from data_connectors.schema import Characteristic
from models.errors import NotEnoughData
from qc_app.access import Actor
from qc_app.actions import judge_sheet, read_sheet, record_gauge_study
from qc_app.errors import ActionError
from qc_app.views import enter
from tests.models.spc.gauge_sheets import AIAG_CROSSED, AIAG_LINEARITY
from tests.pages.made_plants import NOW, empty

WIDTH = Characteristic("width", "mm", lower=0.0, upper=8.0)
CRACK = Characteristic("crack", kind="binary")
ENGINEER = Actor("emil", "engineer")


def crossed_text(separator=";", decimal=","):
    lines = [separator.join(("Part", "Operator", "Trial", "Reading"))]
    for p in range(10):
        for a, person in enumerate("ABC"):
            for t in range(3):
                value = f"{AIAG_CROSSED[p, a, t]}".replace(".", decimal)
                lines.append(separator.join((str(p + 1), person, str(t + 1), value)))
    return "\n".join(lines)


@pytest.mark.parametrize(("separator", "decimal"), [(";", ","), ("\t", "."), (",", ".")])
def test_the_aiag_sheet_is_read_and_judged(separator, decimal):
    found = judge_sheet(read_sheet(crossed_text(separator, decimal)), WIDTH)
    assert found.kind == "crossed"
    assert found.gauge_sd == pytest.approx(0.302373, abs=2e-6)
    gauge = {c["name"]: c for c in found.numbers["components"]}["gauge R&R"]
    assert gauge["of_tolerance"] == pytest.approx(6 * 0.302373 / 8, abs=1e-5)
    assert found.numbers["anova"][0]["source"] == "part"
    assert found.numbers["by_ranges"][0]["sd"] == pytest.approx(0.30575, abs=5e-5)


def test_the_columns_say_which_study_it_is():
    linear = "reference,value\n" + "\n".join(f"{r},{v}" for r, values in AIAG_LINEARITY.items() for v in values)
    assert judge_sheet(read_sheet(linear), WIDTH).verdict == "not acceptable"
    once = read_sheet("value\n" + "\n".join(f"{4 + 0.01 * (n % 3)}" for n in range(30)))
    typed = judge_sheet(once, WIDTH, reference=4.01)
    assert (typed.kind, typed.verdict) == ("type 1", "acceptable")
    assert typed.gauge_sd > 0
    biased = judge_sheet(once, Characteristic("width"), reference=5.0)
    assert (biased.kind, math.isnan(biased.gauge_sd)) == ("bias", True)
    with pytest.raises(ActionError, match="give the reference"):
        judge_sheet(once, WIDTH)


def test_go_and_no_go_are_ratings():
    rows = [f"{p},{a},{int(p > 2) if (p, a) != (4, 'B') else 0},{int(p > 2)}" for p in range(1, 6) for a in "AB"]
    found = judge_sheet(read_sheet("part,appraiser,rating,reference\n" + "\n".join(rows * 2)), CRACK)
    assert found.kind == "attribute"
    assert found.numbers["misses"] == (0.0, pytest.approx(1 / 3))
    words = [row.replace(",0", ",pass").replace(",1", ",fail") for row in rows]
    named = judge_sheet(read_sheet("part,appraiser,rating,reference\n" + "\n".join(words * 2)), CRACK)
    assert named.numbers["effective"] == found.numbers["effective"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("part,appraiser,value", "no readings"),
        ("part,apraiser,value\n1,A,2", "did you mean 'appraiser'"),
        ("part,appraiser\n1,A", "one called value"),
        ("part,part,value\n1,1,2", "each column once"),
        ("part,appraiser,value\n1,A", "line 2 has 2 cells"),
        ("colour,value\nred,2", "known are: part"),
    ],
)
def test_a_sheet_that_cannot_be_read_is_told(text, words):
    with pytest.raises(ActionError, match=words):
        read_sheet(text)


def test_a_study_that_cannot_be_judged_is_told():
    lines = crossed_text(",", ".").splitlines()
    with pytest.raises(ActionError, match="part 10, appraiser C: 2 readings, others have 3"):
        judge_sheet(read_sheet("\n".join(lines[:-1])), WIDTH)
    with pytest.raises(ActionError, match="line 2: value 'n/a' is no number"):
        judge_sheet(read_sheet("part,appraiser,value\n1,A,n/a\n1,B,2"), WIDTH)
    with pytest.raises(NotEnoughData):
        judge_sheet(read_sheet("part,appraiser,value\n1,A,1\n1,B,2\n2,A,1\n2,B,2"), WIDTH)
    with pytest.raises(ActionError, match="did you mean 'crossed'"):
        judge_sheet(read_sheet(crossed_text()), WIDTH, "crosed")
    with pytest.raises(ActionError, match="no column 'part'"):
        judge_sheet(read_sheet("reference,value\n1,1"), WIDTH, "crossed")
    with pytest.raises(ActionError, match="has no tolerance"):
        judge_sheet(read_sheet("reference,value\n1,1"), Characteristic("y"), "type 1")
    with pytest.raises(ActionError, match="2 references"):
        judge_sheet(read_sheet("reference,value\n1,1\n2,2"), WIDTH, "bias")


def test_a_study_is_kept_with_its_sheet_and_its_date(tmp_path):
    with enter(empty(tmp_path / "home")) as store:
        sheet = read_sheet(crossed_text())
        due = NOW + timedelta(days=365)
        kept = record_gauge_study(store, ENGINEER, "rolling-1", "thickness", sheet, due=due)
        assert store.journal.gauges.newest("rolling-1", "thickness") == kept
        assert kept.sheet["rows"][0] == {"part": "1", "appraiser": "A", "trial": "1", "value": "0,29"}
        assert kept.due == due
        assert store.journal.gauges.sd("rolling-1", "thickness") == pytest.approx(0.302373, abs=2e-6)
        last = store.journal.audit.list(last=1)[0]
        assert (last.action, last.detail["readings"]) == ("record_gauge_study", 90)
        with pytest.raises(ActionError, match="in the future"):
            record_gauge_study(store, ENGINEER, "rolling-1", "thickness", sheet, at=NOW + timedelta(days=1))
        with pytest.raises(ActionError, match="not after its study"):
            record_gauge_study(store, ENGINEER, "rolling-1", "thickness", sheet, due=NOW - timedelta(days=1))
