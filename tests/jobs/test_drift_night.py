"""The night's drift and performance: stored with pictures, seen by views and command, context and baseline marks."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from models import drift
from qc_app.cli import main
from qc_app.jobs.model.answers import Answers
from qc_app.jobs.monitoring.monitor import _values
from qc_app.jobs.monitoring.windows import contexts, newest, seen
from qc_app.jobs.night import Night
from qc_app.plant import Mark
from qc_app.records import Event
from qc_app.views import drift_view, performance_view
from tests.jobs.conftest import NIGHT, START


def night_of(works, store, plant, day):
    return Night(store, plant, START.date() + timedelta(days=day), START + timedelta(days=day) + NIGHT,
                 Answers(store.registry))  # fmt: skip


@pytest.mark.slow
def test_a_moved_input_is_kept_with_its_picture_and_alarmed(after):
    works = after(6)
    works.nights(range(6, 8), shift=4.0)
    with works.open(day=7) as store:
        view = drift_view(store, works.plant(), "p-1", "width")
        moved = next(one for one in view.drawn if one.report.subject == "force")
        alarms = {a.kind for a in store.journal.alarms.list(stage="p-1", open_only=True)}
    assert view.state == "watch"
    assert moved.report.matters
    assert moved.bins.height <= 20
    assert abs(moved.bins["before"].sum() - 1) < 0.02
    assert moved.medians[1] > moved.medians[0] + 1
    assert "drift" in alarms
    assert view.nights.height >= 2


def test_plain_nights_are_quiet(grown):
    with grown.open(day=6) as store:
        view = drift_view(store, grown.plant(), "p-1", "width")
        alarms = [a for a in store.journal.alarms.list(stage="p-1", open_only=True) if a.kind in {"drift", "bad_data"}]
    assert view.faults == ()
    assert not any(r.matters for r in view.reports)
    assert alarms == []


def test_performance_is_scored_and_then_estimated(grown):
    with grown.open(day=6) as store:
        view = performance_view(store, grown.plant(), "p-1", "width")
        learned = store.journal.runs.list(job="losses", stage="", last=1)[0]
    mae = view.scores.row(0, named=True)
    assert mae["lower"] < mae["value"] < mae["upper"]
    assert view.series["realised"].drop_nulls().len() > 0
    assert math.isfinite(view.estimate["value"])
    assert learned.numbers["continuous"]["labels"] >= 20
    assert "estimated" in view.sentence


def test_a_stuck_sensor_is_named_and_gets_no_verdict(after):
    works = after(6)
    with works.open() as store:
        from qc_app.jobs.nightly import nightly
        from tests.jobs.conftest import drop, units_of

        frame = units_of("p-1", 6).drop("width").with_columns(temp=pl.lit(50.5))
        drop(works.folder / "drop", "p-1", "measurements", "d6", frame)
        store.clock.moment = START + timedelta(days=6) + NIGHT
        nightly(store, works.plant())
        view = drift_view(store, works.plant(), "p-1", "width")
    assert [(f["column"], f["kind"]) for f in view.faults] == [("temp", "stuck")]
    assert "temp" not in {r.subject for r in view.reports}


def test_contexts_come_from_events_or_from_a_parameter(grown):
    with grown.open(day=6) as store:
        stage = replace(grown.plant().stages[0], context="grade_change")
        night = night_of(grown, store, grown.plant(), 6)
        rows = night.sound(stage)
        middle = rows["t_event"][rows.height // 2]
        told = [Event("p-1", middle, "grade_change", "grade B", "line"), Event("p-1", middle, "note", "tea", "anna")]
        for event in told:
            store.journal.events.add(event)
        found = contexts(night, stage, rows.head(5), rows.tail(5))
        assert found.reference.tolist() == ["?"] * 5
        assert found.current.tolist() == ["grade B"] * 5
        by_value = contexts(night, replace(stage, context="force"), rows.head(2), rows.tail(2))
        assert by_value.reference[0] == f"{rows['force'][0]:g}"
        assert contexts(night, replace(stage, context=""), rows, rows) is None


def test_a_baseline_mark_cuts_off_what_was_before(after):
    works = after(6)
    with works.open(day=5) as store:
        plain = works.plant()
        marked = replace(plain, marks=(Mark("maintenance", baseline=True),))
        stage, what = plain.stages[0], plain.stages[0].characteristics[0]
        store.journal.events.add(Event("p-1", START + timedelta(days=3), "maintenance", "new bearing", "anna"))
        all_ = seen(night_of(works, store, plain, 5), stage, what).windows
        since = seen(night_of(works, store, marked, 5), stage, what).windows
    assert len(since.x[0]) < len(all_.x[0])
    assert np.array_equal(since.x[1], all_.x[1])


def test_the_command_says_it_in_words_and_as_json(grown, capsys):
    assert main(["drift", "p-1", "--home", str(grown.home())]) == 0
    said = capsys.readouterr().out
    assert "performance: error" in said
    assert "force has not moved" in said
    assert main(["drift", "p-1", "--since", "2026-03-05", "--json", "--home", str(grown.home())]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["width"]["verdicts"]
    assert all(night["plant_day"] >= "2026-03-05" for night in told["width"]["nights"])
    assert main(["drift", "p-1", "--since", "yesterday", "--home", str(grown.home())]) == 2
    assert main(["drift", "nowhere", "--home", str(grown.home())]) == 2


@pytest.mark.parametrize(
    ("results", "since", "predicted", "current"),
    [(300, 3, 290, 20), (300, 40, 290, 40), (300, 280, 284, 60), (50, 34, 34, 17), (30, 2, 30, 7), (5, 5, 0, 0)],
)
def test_results_are_held_against_a_past_whoever_the_model_is(results, since, predicted, current):
    """An eager model leaves few results since its cut-off, a first one that stayed none before it."""
    known = pl.Series([START + timedelta(hours=3 * n) for n in range(results)])
    new = newest(known, known[results - since - 1] if since < results else START - timedelta(1), predicted)
    assert new.sum() == current
    assert not current or new[-current:].all()


def test_the_picture_shows_the_window_that_moved():
    x = np.arange(100.0)[:, None]
    x[3] = np.nan
    seen = drift.Windows((x[:80], x[80:]), ["force"], np.ones(1), 1.0, [(None, None)])
    still = drift.no_verdict("inputs", "force", 20, 20.0, "")
    assert [len(part) for part in _values(still, seen)] == [80, 20]
    assert [len(part) for part in _values(replace(still, newest=60), seen)] == [39, 60]
