"""Units that matter are explained before anyone asks; any other on request; never at the cost of a prediction."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from data_connectors.schema import Characteristic
from qc_app.access import Actor
from qc_app.actions import request_explanation
from qc_app.cli import main
from qc_app.errors import ActionError
from qc_app.jobs.model import explain as module
from qc_app.jobs.model.explain import explain, explain_unit, matter
from qc_app.jobs.refresh import refresh
from qc_app.jobs.requests import now, serve
from tests.jobs.conftest import NIGHT, stage

WHAT = Characteristic("width", "mm", lower=8.0, upper=12.0)


def predictions(**columns):
    n = len(columns["mean"])
    usual = {"unit_id": [f"u{i}" for i in range(n)], "anomaly": [0.3] * n, "in_domain": [True] * n}
    return pl.DataFrame(usual | columns)


def test_the_gravest_reason_comes_first_then_the_newest():
    frame = predictions(
        mean=[13.0, 10.0, 10.0, 99.0, 7.0, 10.0, 10.0, 10.0, 10.0],
        anomaly=[0.3, 0.999, 0.3, 0.3, 0.999, 0.3, 0.3, 0.3, 0.3],
        in_domain=[True, True, True, False, True, True, True, True, None],
    )
    assert matter(frame, WHAT) == [
        ("u4", "out of specification"),
        ("u0", "out of specification"),
        ("u1", "strange"),
        ("u3", "outside the domain"),
        ("u8", "latest"),
        ("u7", "latest"),
        ("u6", "latest"),
    ]
    assert matter(frame.clear(), WHAT) == []


def test_a_night_explains_the_latest_units_and_the_parts_sum_to_the_prediction(grown):
    with grown.open(day=6) as store:
        kept = store.journal.explanations.list("p-1", "width")
        said = store.lake.predictions("p-1", characteristic="width", last=3)
        latest = [e for e in kept if e.why == "latest"][-3:]
        assert [e.unit_id for e in latest] == said["unit_id"].to_list()
        for e, mean in zip(latest, said["mean"], strict=True):
            parts = sum(p["part"] for p in e.content["parts"]) + e.content["rest"]
            assert np.isclose(e.content["value"], mean)
            assert np.isclose(e.content["base"] + parts, mean)
            assert e.content["parts"][0]["name"] == "force", "width follows the force"
            assert len(e.content["near"]) == 5
            assert {m["name"] for m in e.content["moves"]} == {"force", "temp"}
        runs = store.journal.runs.list(job="explain width", stage="p-1")
        assert {run.status for run in runs} == {"done"}


def test_what_is_explained_is_not_explained_again(grown):
    with grown.open(day=6) as store:
        night, plant = now(store, grown.plant()), grown.plant()
        first = explain(night, plant.stages[0], plant.stages[0].characteristics[0])
        again = explain(night, plant.stages[0], plant.stages[0].characteristics[0])
        assert first.numbers["explained"] <= module.AT_ONCE
        assert again.numbers["explained"] == 0


def test_the_nearest_units_carry_what_was_measured_of_them_and_never_the_unit_itself(grown):
    with grown.open(day=6) as store:
        one = stage("p-1")
        known = store.journal.labels.known("p-1", "width")
        measured = dict(known.select("unit_id", "value").iter_rows())
        unit = known["unit_id"][0]
        found = explain_unit(now(store, grown.plant()), one, one.characteristics[0], unit)
        near = found.content["near"]
        assert unit not in [n["unit_id"] for n in near]
        assert all(measured[n["unit_id"]] == n["value"] for n in near)
        assert [n["distance"] for n in near] == sorted(n["distance"] for n in near)


def test_a_person_asks_and_the_scheduler_answers(after):
    works = after(4)
    with works.open(day=3) as store:
        maria = Actor("maria", "operator")
        asked = request_explanation(store, maria, "p-1", "width", "p-1-0-5")
        assert request_explanation(store, maria, "p-1", "width", "p-1-0-5").id == asked.id
        request_explanation(store, maria, "p-1", "width", "nobody's")
        assert serve(store, works.plant()) == 2
        done, failed = store.journal.requests.list()
        assert (done.state, done.sentence) == ("done", "width of unit p-1-0-5 explained")
        assert failed.state == "failed"
        assert 'has no unit "nobody\'s"' in failed.sentence
        assert store.journal.explanations.get("p-1", "width", "p-1-0-5").why == "asked"
        with pytest.raises(ActionError, match="no unit named"):
            request_explanation(store, maria, "p-1", "width", " ")


def test_before_any_label_nobody_answers_and_nothing_breaks(works):
    with works.open() as store:
        works.day(0, labels=0)
        refresh(store, works.plant())
        one = stage("p-1")
        night = now(store, works.plant())
        assert explain(night, one, one.characteristics[0]).numbers["explained"] == 0
        with pytest.raises(ActionError, match="nobody answers"):
            explain_unit(night, one, one.characteristics[0], "p-1-0-1")


def test_the_baseline_explains_that_no_parameter_is_used(after):
    works = after(3)
    with works.open(day=2) as store:
        one, night = stage("p-1"), now(store, works.plant())
        what = one.characteristics[0]
        answer = night.answers.answer(type(store.journal.models.pointers("", ""))(), night.task(one, what))
        (found,) = module.explained(night, one, what, answer, [("p-1-1-3", "asked")])
        assert found.content["tier"] == "baseline"
        assert np.isclose(found.content["base"], found.content["value"])
        assert all(p["part"] == 0 for p in found.content["parts"])
        assert not found.content["weighted"]


def test_the_command_says_it_in_words(grown, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["explain", "p-1", "p-1-0-5", "--home", str(grown.home())]) == 0
    said = capsys.readouterr().out
    assert "p-1 / width, unit p-1-0-5" in said
    assert "Most of it: force" in said
    assert "5 nearest measured units" in said
    assert "own data only" in said.lower()
    assert "not a promise" in said
    assert main(["explain", "p-1", "nobody", "--home", str(grown.home())]) == 1
    assert "has no unit 'nobody'" in capsys.readouterr().err
    assert main(["explain", "p-1", "p-1-0-5", "-c", "heigth", "--home", str(grown.home())]) == 2


def test_drift_says_what_the_parameter_did_to_the_prediction(after):
    works = after(6)
    works.nights(range(6, 8), shift=3.0)
    with works.open(day=7) as store:
        said = [d.sentence for d in store.journal.drift.list() if d.subject == "force" and d.drifted]
        assert said
        assert re.search(r"; it moves the predicted width by \+\d\.\d+ mm(, of \+\d\.\d+ in all)?$", said[-1])


def test_between_nights_only_what_is_off_is_explained(after):
    works = after(3)
    with works.open(day=3) as store:
        before = {e.unit_id for e in store.journal.explanations.list("p-1", "width")}
        works.day(3, labels=0)
        refresh(store, works.plant())
        kept = store.journal.explanations.list("p-1", "width")
        new = [e.why for e in kept if e.unit_id not in before]
        assert "latest" not in new
        assert len(new) <= 3
        works.day(4, labels=0, shift=30.0)
        store.clock.moment += NIGHT
        refresh(store, works.plant())
        kept = store.journal.explanations.list("p-1", "width")
        assert {e.why for e in kept if e.unit_id.startswith("p-1-4-")} <= {"strange", "outside the domain"}
        assert len([e for e in kept if e.unit_id.startswith("p-1-4-")]) == 3


def test_a_failing_explanation_costs_no_prediction(after, monkeypatch):
    works = after(3)

    def broken(*_):
        raise ValueError("no luck")

    monkeypatch.setattr("qc_app.jobs.refresh.explain", broken)
    works.day(3)
    with works.open(day=3) as store:
        run = refresh(store, works.plant())
        assert run.numbers["predicted"] > 0
        assert run.numbers["failed"] == 0
        (alarm, *_) = [a for a in store.journal.alarms.list() if a.kind == "step_failed"]
        assert "explain width" in alarm.sentence


def test_limits_decide_what_is_out_of_specification():
    frame = predictions(mean=[9.0, 10.0])
    narrow = replace(WHAT, lower=9.5)
    assert dict(matter(frame, narrow))["u0"] == "out of specification"
