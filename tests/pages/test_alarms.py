"""The alarms page: links, filters, plans, hiding, incidents, the report; who may do what."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from qc_app.alarming.rates import Rung
from qc_app.records import Alarm, AlarmMove
from qc_app.views import Sieve, alarm_report, alarms_view, enter, plant_now
from qc_app.views.alarms.report import rung_of
from tests.pages.made_plants import NOW, told


@pytest.fixture
def home(homes, tmp_path):
    return Path(shutil.copytree(homes("troubled"), tmp_path / "home"))


def number(home, kind: str) -> int:
    with enter(home) as store:
        return next(int(a.id) for a in store.journal.alarms.list(open_only=False) if a.kind == kind)


def state(home, one: int) -> Alarm:
    with enter(home) as store:
        return store.journal.alarms.get(one)


def test_a_link_opens_one_alarm_with_its_story(open_app, home):
    one = number(home, "stale_source")
    app = open_app(home, "alarms", alarm=str(one))
    html = told(app)
    assert f"Alarm {one}" in html
    assert "shelve: unacknowledged → shelved: the line stands until tomorrow" in html
    app.button(key="alarm_unlink").click().run()
    assert "from the link" not in told(app)


@pytest.mark.parametrize("asked", ["99999", "drop table"])
def test_a_link_to_no_alarm_says_so(open_app, home, asked):
    app = open_app(home, "alarms", alarm=asked)
    assert not app.exception
    assert "There is no alarm" in told(app)
    assert "Waiting for you" in told(app)


def test_filters_come_from_the_address_and_go_into_it(open_app, home):
    app = open_app(home, "alarms", line="Hot strip 1", priority="medium", kind="drift")
    html = told(app)
    assert "roll_force moved by" in html
    assert "coolant_flow is stuck" not in html
    app.selectbox(key="alarm_kind").set_value("any").run()
    assert "kind" not in app.query_params
    app.selectbox(key="alarm_stage").set_value("rolling-1").run()
    assert "rolling-1" in str(app.query_params["stage"])
    assert "coolant_flow is stuck" in told(app)
    assert "roll_force moved by" not in told(app)


def test_the_sieve_reads_lines_from_the_plant(home):
    with enter(home) as store:
        plant = plant_now(store)
        strip = alarms_view(store, plant=plant, sieve=Sieve(line="Hot strip 1"))
        everything = alarms_view(store, plant=plant)
    assert {a.stage for a in strip.waiting} == {"rolling-1", "rolling-2"}
    assert len(strip.waiting) < len(everything.waiting)
    assert [a.state for a in everything.hidden] == ["shelved", "suppressed", "out_of_service"]


def test_a_step_is_ticked_and_stays_ticked(open_app, home):
    one = number(home, "anomaly")
    app = open_app(home, "alarms", "operator")
    app.checkbox(key=f"step_{one}_1_False").check().run()
    alarm = state(home, one)
    assert alarm.ticked == [1]
    assert app.checkbox(key=f"step_{one}_1_True").value is True
    with enter(home) as store:
        last = store.journal.alarm_moves.list(alarm=one)[-1]
    assert (last.event, last.author, last.reason) == ("step done", "maria", alarm.steps[1])


def test_what_is_shelved_or_out_of_service_comes_back_by_a_button(open_app, home):
    shelved, removed = number(home, "stale_source"), number(home, "control_rule")
    app = open_app(home, "alarms")
    app.button(key=f"unshelve_{shelved}").click().run()
    app.button(key=f"restore_{removed}").click().run()
    assert (state(home, shelved).state, state(home, removed).state) == ("unacknowledged", "unacknowledged")


def test_out_of_service_needs_a_reason_and_an_engineer(open_app, home):
    one = number(home, "drift")
    app = open_app(home, "alarms")
    app.button(key=f"remove_go_{one}").click().run()
    assert "needs a reason" in told(app)
    app.text_input(key=f"shelve_why_{one}").set_value("gauge is away")
    app.button(key=f"remove_go_{one}").click().run()
    assert state(home, one).removed == "gauge is away"
    operator = open_app(home, "alarms", "operator")
    assert f"restore_{one}" not in [b.key for b in operator.button]


def test_an_incident_is_closed_with_cause_and_action_once_nothing_stands(open_app, home):
    with enter(home) as store:
        gone = next(a for a in store.journal.alarms.list() if a.kind == "bad_data")
    app = open_app(home, "alarms", "operator")
    app.button(key=f"close_go_{gone.incident}").click().run()
    assert "needs its cause" in told(app)
    app.text_input(key=f"close_cause_{gone.incident}").set_value("flow meter loose")
    app.text_input(key=f"close_action_{gone.incident}").set_value("fastened")
    app.button(key=f"close_go_{gone.incident}").click().run()
    with enter(home) as store:
        closed = store.journal.incidents.get(gone.incident)
        assert store.journal.audit.list(last=1)[0].action == "close_incident"
    assert (closed.cause, closed.action, closed.closed_by) == ("flow meter loose", "fastened", "maria")
    assert state(home, gone.id).state == "normal"
    assert f"close_go_{gone.incident}" not in [b.key for b in app.button]


def test_a_viewer_is_told_who_may(open_app, home):
    one = number(home, "drift")
    app = open_app(home, "alarms", "viewer")
    app.button(key=f"ack_go_{one}").click().run()
    assert "viewer and may not acknowledge alarm" in told(app)
    assert state(home, one).state == "unacknowledged"


def test_the_report_names_what_is_nobodys_business(home):
    with enter(home) as store:
        found = alarm_report(store, timedelta(days=7))
    remarks = {(kind, subject): remark for kind, _, subject, _, remark in found.rows}
    assert "is it an alarm at all?" in remarks["bad_data", "coolant_flow"]
    assert found.rows[0][4], "what is wrong stands first"


def test_an_annunciation_ends_and_is_answered_by_moves():
    def move(minutes, event, before, after):
        return AlarmMove(1, NOW + timedelta(minutes=minutes), event, before, after, "maria")

    alarm = Alarm("drift", "s", "p", "low", "normal", NOW, NOW, "moved", incident=7, id=1)
    moves = [
        move(0, "raise", "normal", "unacknowledged"),
        move(5, "acknowledge", "unacknowledged", "acknowledged"),
        move(9, "return", "acknowledged", "normal"),
        move(20, "raise", "normal", "unacknowledged"),
    ]
    key, minute = ("drift", "s", "p"), timedelta(minutes=1)
    assert rung_of(moves, {1: alarm}, {7}) == [
        Rung(key, "low", NOW, NOW + 9 * minute, NOW + 5 * minute, caused=True),
        Rung(key, "low", NOW + 20 * minute, caused=True),
    ]


def test_models_page_tells_the_night_against_what_should_have_run(look):
    html = told(look("troubled", "models"))
    assert "Last night" in html
    assert "3 of 4 stages done, 1 with failures" in html
    assert "should have reported" not in html


def test_every_page_says_that_the_night_did_not_report(look):
    for page in ("overview", "alarms"):
        assert "The night of 2026-03-01 should have reported by 2026-03-02 06:00 +01:00" in told(look("empty", page))
