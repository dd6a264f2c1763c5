"""What people do on the pages: it arrives in the store, under their name, or they are told why not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qc_app.plant import parse
from qc_app.records import Proposal
from qc_app.views import enter
from tests.pages.made_plants import NOW, told


@pytest.fixture
def home(homes, tmp_path):
    return Path(shutil.copytree(homes("troubled"), tmp_path / "home"))


def fill_form(app, unit: str, value: str):
    app.text_input(key="label_unit").set_value(unit)
    app.text_input(key="label_value").set_value(value)
    return app.button(key="label_send").click().run()


def known(home, unit: str) -> list[float]:
    with enter(home) as store:
        history = store.journal.labels.history("rolling-2", "thickness", unit_id=unit)
        return history.filter(history["source"] == "entered by hand")["value"].to_list()


def test_a_clean_label_is_entered_at_once_and_shows(open_app, home):
    app = fill_form(open_app(home, "labels", "operator", stage="rolling-2"), "C-120419", "2,51")
    assert not app.exception
    assert known(home, "C-120419") == [2.51]
    assert "1 entered for rolling-2 / thickness" in told(app)
    assert app.text_input(key="label_unit").value == ""
    with enter(home) as store:
        assert store.journal.audit.list(last=1)[0].action == "enter_labels"


def test_a_value_beyond_the_limit_is_asked_about_first(open_app, home):
    app = fill_form(open_app(home, "labels", stage="rolling-2"), "C-120419", "25.1")
    assert known(home, "C-120419") == []
    assert "anyway" in app.button(key="label_enter").label
    app.button(key="label_enter").click().run()
    assert known(home, "C-120419") == [25.1]


def test_what_waits_for_an_answer_is_forgotten_when_the_characteristic_changes(open_app, home):
    app = fill_form(open_app(home, "labels", stage="rolling-2"), "C-120419", "25.1")
    app.selectbox(key="pick_what").set_value("hardness").run()
    assert not app.exception
    assert "label_enter" not in [b.key for b in app.button]
    assert app.text_input(key="label_unit").value == ""


def test_no_number_cannot_be_entered(open_app, home):
    app = fill_form(open_app(home, "labels", stage="rolling-2"), "C-120419", "abc")
    assert app.button(key="label_enter").disabled
    app.button(key="label_discard").click().run()
    assert known(home, "C-120419") == []


def test_a_viewer_may_look_but_not_enter_and_the_attempt_is_on_record(open_app, home):
    app = fill_form(open_app(home, "labels", "viewer", stage="rolling-2"), "C-120419", "2.51")
    assert "viewer and may not enter labels" in told(app)
    with enter(home) as store:
        assert store.journal.audit.list(last=1)[0].action == "refused enter_labels"


def test_pasted_lines_are_entered_together(open_app, home):
    app = open_app(home, "labels", stage="rolling-2")
    app.text_area(key="label_paste").set_value("unit;value\nC-120410;2,55\nC-120411;2,56").run()
    app.button(key="label_enter").click().run()
    assert (known(home, "C-120410"), known(home, "C-120411")) == ([2.55], [2.56])


def test_acknowledging_takes_the_alarm_from_those_waiting(open_app, home):
    with enter(home) as store:
        number = next(a.id for a in store.journal.alarms.list() if a.priority == "high")
    app = open_app(home, "alarms", "operator")
    app.text_input(key=f"ack_note_{number}").set_value("roll gap checked")
    app.button(key=f"ack_go_{number}").click().run()
    with enter(home) as store:
        alarm = next(a for a in store.journal.alarms.list() if a.id == number)
    assert (alarm.state, alarm.acknowledged_by, alarm.note) == ("acknowledged", "maria", "roll gap checked")


def test_shelving_needs_a_reason(open_app, home):
    with enter(home) as store:
        number = next(a.id for a in store.journal.alarms.list() if a.priority == "high")
    app = open_app(home, "alarms")
    app.button(key=f"shelve_go_{number}").click().run()
    assert "needs a reason" in told(app)
    app.text_input(key=f"shelve_why_{number}").set_value("sensor is exchanged")
    app.button(key=f"shelve_go_{number}").click().run()
    with enter(home) as store:
        assert next(a for a in store.journal.alarms.list(open_only=False) if a.id == number).state == "shelved"


def test_retrain_waits_once_for_the_scheduler(open_app, home):
    app = open_app(home, "models", stage="rolling-1")
    app.button(key="retrain").click().run()
    app.button(key="retrain").click().run()
    with enter(home) as store:
        asked = [r for r in store.journal.requests.list() if r.stage == "rolling-1"]
    assert [(r.action, r.state, r.author) for r in asked] == [("adapt", "open", "maria")]


@pytest.mark.parametrize(("role", "moved"), [("engineer", False), ("approver", True)])
def test_promoting_is_for_approvers(open_app, home, role, moved):
    app = open_app(home, "models", role, stage="rolling-2")
    app.text_input(key="promote_why").set_value("trial on line 1 went well")
    app.button(key="promote_go").click().run()
    with enter(home) as store:
        champion = store.journal.models.pointers("rolling-2", "thickness").champion
    assert (champion == "c" * 16) is moved
    assert moved or "ask someone who is approver" in told(app)


def test_roll_back_brings_the_previous_version_back(open_app, home):
    with enter(home) as store:
        before = store.journal.models.pointers("rolling-2", "thickness")
    app = open_app(home, "models", "approver", stage="rolling-2")
    app.text_input(key="roll_back_why").set_value("predicts too low since the roll change")
    app.button(key="roll_back_go").click().run()
    with enter(home) as store:
        assert store.journal.models.pointers("rolling-2", "thickness").champion == before.previous
        assert store.journal.decisions.list(last=1)[0].author == "maria"


def test_an_event_lands_on_the_time_axis(open_app, home):
    app = open_app(home, "data", "operator")
    app.selectbox(key="event_stage").set_value("rolling-1")
    app.text_input(key="event_text").set_value("bearing exchanged")
    app.button(key="event_go").click().run()
    with enter(home) as store:
        event = store.journal.events.list(stage="rolling-1")[-1]
    assert (event.text, event.author) == ("bearing exchanged", "maria")
    assert abs((event.at - NOW).total_seconds()) < 5


def test_asking_for_an_ingest_is_a_request(open_app, home):
    app = open_app(home, "data")
    app.button(key="data_ingest").click().run()
    with enter(home) as store:
        assert store.journal.requests.list(last=1)[0].action == "ingest"


@pytest.mark.parametrize(("button", "state"), [("schema_accept", "accepted"), ("schema_decline", "declined")])
def test_one_click_settles_a_column_that_changed(open_app, home, button, state):
    with enter(home) as store:
        version = store.journal.plants.current()
        source = next(s for s in parse(version.definition).sources if s.carries == "measurements")
        said = Proposal(source.stage, source.name, "new_column", "vibration", "", "Column 'vibration' is new.", NOW)
        (made,) = store.journal.schemas.keep([], [said])
    app = open_app(home, "data")
    assert not app.exception
    app.text_input(key="schema_why").set_value("asked the line")
    app.button(key=button).click().run()
    with enter(home) as store:
        answered = store.journal.schemas.proposal(made.id)
        stage = parse(store.journal.plants.current().definition).stage(source.stage)
    assert (answered.state, answered.author) == (state, "maria")
    assert ("vibration" in {p.name for p in stage.parameters}) is (state == "accepted")
