"""The door to the alarms: rules of the plant, dead band, suppression by design, incidents along the line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from data_connectors.schema import Stage
from qc_app.clock import ManualClock
from qc_app.jobs.monitoring.alarms import SWITCHED_OFF, Condition, hush, ring, settle
from qc_app.plant import AlarmRule, Plant, digest, render
from qc_app.settings import Settings
from qc_app.store import open_store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CAST, ROLL = Stage("cast", "A", "casting", (), ()), Stage("roll", "A", "rolling", (), (), upstream=("cast",))


@pytest.fixture
def store(tmp_path):
    with open_store(Settings(home=tmp_path / "home"), create=True, clock=ManualClock(NOON)) as opened:
        define(opened)
        yield opened


def define(store, *rules):
    plant = Plant("Works", stages=(CAST, ROLL), alarms=rules)
    store.journal.plants.save(render(plant), digest(plant), "test", "", NOON)


def found(kind, level=1.0, subject="width"):
    return Condition(kind, subject, "medium", f"{kind} at {level:g}", level)


def states(store):
    return {(a.stage, a.kind): a.state for a in store.journal.alarms.list()}


def test_within_the_dead_band_an_alarm_stays_and_none_begins(store):
    def look(level):
        settle(store, "roll", ("predicted_out_of_spec",), [found("predicted_out_of_spec", level)], NOON)
        return states(store).get(("roll", "predicted_out_of_spec"))

    assert [look(level) for level in (0.67, 1.0, 0.67, 0.33)] == [None, "unacknowledged", "unacknowledged", "returned"]


def test_the_plant_changes_a_rule_for_the_site_and_for_a_stage(store):
    define(
        store,
        AlarmRule("drift", priority="high", response=("call the shift leader",)),
        AlarmRule("drift", "cast", on_delay_s=3600.0),
    )
    for stage in ("cast", "roll"):
        settle(store, stage, ("drift",), [found("drift")], NOON)
    assert states(store) == {("roll", "drift"): "unacknowledged"}
    (alarm,) = store.journal.alarms.list()
    assert (alarm.priority, alarm.steps) == ("high", ["call the shift leader"])
    settle(store, "cast", ("drift",), [found("drift")], NOON + HOUR)
    assert states(store)["cast", "drift"] == "unacknowledged"


def test_what_only_repeats_a_cause_is_suppressed_while_it_stands(store):
    kinds = ("anomaly", "bad_data")
    settle(store, "roll", kinds, [found("anomaly"), found("bad_data", subject="force")], NOON)
    assert states(store) == {("roll", "anomaly"): "suppressed", ("roll", "bad_data"): "unacknowledged"}
    settle(store, "roll", kinds, [found("anomaly")], NOON + HOUR)
    assert states(store)["roll", "anomaly"] == "unacknowledged", "the sensor is well and the units are still strange"


def test_another_look_at_the_stage_suppresses_what_it_did_not_look_for(store):
    settle(store, "roll", ("anomaly",), [found("anomaly")], NOON)
    settle(store, "roll", ("bad_data",), [found("bad_data", subject="force")], NOON + HOUR)
    assert states(store)["roll", "anomaly"] == "suppressed"
    settle(store, "roll", ("bad_data",), [], NOON + 2 * HOUR)
    assert states(store)["roll", "anomaly"] == "unacknowledged"


def test_a_kind_that_is_switched_off_is_recorded_and_asks_nobody(store):
    define(store, AlarmRule("anomaly", "roll", enabled=False))
    settle(store, "roll", ("anomaly",), [found("anomaly")], NOON)
    (alarm,) = store.journal.alarms.list()
    assert (alarm.state, alarm.suppressed, store.journal.alarms.counts()) == ("suppressed", SWITCHED_OFF, {})
    settle(store, "roll", ("anomaly",), [], NOON + HOUR)
    assert states(store) == {}


def test_what_travels_along_the_line_is_one_incident(store):
    settle(store, "cast", ("drift",), [found("drift")], NOON)
    settle(store, "roll", ("predicted_out_of_spec", "stale_source"),
           [found("predicted_out_of_spec"), found("stale_source", subject="")], NOON + HOUR)  # fmt: skip
    of = {(a.stage, a.kind): a.incident for a in store.journal.alarms.list()}
    assert of["cast", "drift"] == of["roll", "predicted_out_of_spec"] != of["roll", "stale_source"]


def test_what_is_noticed_by_itself_rings_and_is_hushed(store):
    ring(store, "roll", Condition("step_failed", "adapt width", "medium", "no rows"), NOON)
    assert states(store) == {("roll", "step_failed"): "unacknowledged"}
    hush(store, "step_failed", "roll", "adapt width", NOON + HOUR)
    assert states(store) == {("roll", "step_failed"): "returned"}


def test_an_unknown_kind_is_an_alarm_of_the_program(store):
    ring(store, "roll", Condition("brand_new", "", "low", "something"), NOON)
    (alarm,) = store.journal.alarms.list()
    assert store.journal.incidents.get(alarm.incident).group == "program"
