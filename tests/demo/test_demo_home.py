"""Setting up the simulated plant: its past, its nights, its clock, and what then is there to see."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from qc_app.clock import ManualClock
from qc_app.demo import create_demo, plant_definition, start_clock
from qc_app.demo.creation import _history, _nights
from qc_app.errors import StoreError
from qc_app.jobs.sources.ingest import ingest
from qc_app.plant import parse
from qc_app.settings import Settings
from qc_app.store import open_store

NOW = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)


@pytest.fixture
def young(tmp_path):
    """A store and the simulated plant, ten days old, nothing ingested."""
    clock = ManualClock(NOW - timedelta(days=10))
    with open_store(Settings(home=tmp_path / "home"), create=True, clock=clock) as store:
        yield store, plant_definition(2, clock.moment, units_per_day=60), clock


def test_the_past_comes_through_the_ordinary_ingest_and_is_accounted_for(young):
    store, plant, clock = young
    heard = []
    _history(store, plant, clock, NOW, lambda what, share: heard.append((what, share)))
    for source in plant.sources:
        book = store.lake if source.carries == "measurements" else store.journal.labels
        counts = book.counts(source.stage, source.name)
        assert counts.balanced
        assert counts.new > 10
        assert counts.duplicates == counts.revisions == 0
    assert store.lake.units("casting-1") > 500
    known = store.journal.labels.known("rolling-1", "thickness_deviation")
    assert known["t_known"].n_unique() == 2, "results became known as time went on, not all at the end"
    assert (known["t_known"] >= known["t_measured"]).all()
    assert heard


def test_tool_and_grade_changes_come_with_the_process_data_once_and_go_on_coming(young):
    store, plant, clock = young
    clock.moment = NOW
    ingest(store, plant)
    past = store.journal.events.list(stage="rolling-1")
    assert {event.kind for event in past} == {"tool_change", "grade_change"}
    assert past[0].at < NOW - timedelta(days=8)
    assert all(event.author == "rolling-1-process" for event in past)
    ingest(store, plant)
    assert store.journal.events.list(stage="rolling-1") == past
    clock.moment = NOW + timedelta(days=2)
    ingest(store, plant)
    later = store.journal.events.list(stage="rolling-1", since=NOW)
    assert len(later) > 3
    assert len(store.journal.events.list(stage="rolling-1")) == len(past) + len(later)


@pytest.mark.parametrize("hour", [0, 1, 2, 12, 23])
def test_the_nights_lie_before_now_and_one_week_holds_them(hour):
    end = datetime(2026, 3, 30, hour, 15, tzinfo=UTC)
    nights = _nights(end)
    assert nights == sorted(set(nights))
    assert len(nights) == 4
    assert nights[-1] <= end < nights[-1] + timedelta(hours=25)
    assert nights[-1] - nights[0] < timedelta(days=6)


def test_the_clock_runs_on_from_where_history_ends(tmp_path):
    start_clock(tmp_path, NOW, 3600.0)
    told = json.loads((tmp_path / "clock.json").read_text())
    assert told["plant_origin"] == NOW.isoformat()
    with open_store(Settings(home=tmp_path), create=True) as store:
        assert timedelta() <= store.clock.now() - NOW < timedelta(days=2)


def test_a_home_with_a_plant_is_left_alone(tmp_path):
    start_clock(tmp_path, NOW, 1.0)
    with pytest.raises(StoreError, match="already"):
        create_demo(tmp_path)


@pytest.mark.slow
def test_after_the_demo_every_page_has_something_true_to_show(tmp_path):
    shares = []
    made = create_demo(tmp_path / "home", weeks=3, now=NOW, told=lambda _, share: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    with open_store(Settings(home=made.home)) as store:
        latest = {(found.stage, found.characteristic): found.values for found in store.journal.latest.all()}
        assert len(latest) == 12
        assert "ok" in {values["state"] for values in latest.values()}
        assert "drift" in {values["drift"] for values in latest.values()}
        assert any(values["labels_owed"] for values in latest.values())
        assert all(values["tier"] == "champion" for values in latest.values())
        alarms = store.journal.alarms.list(open_only=True)
        assert "heat_treatment-1" in {alarm.stage for alarm in alarms}
        assert sum(store.journal.quarantine.counts().values()) > 0
        assert all(decision.sentence for decision in store.journal.decisions.list())
        assert not [run for run in store.journal.runs.list() if run.status == "failed"]
        assert parse(store.journal.plants.current().definition) == made.plant
        assert store.journal.events.list(stage="rolling-1")
        assert store.clock.now() >= NOW
