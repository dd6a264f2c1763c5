"""The life of alarms in the journal, on both databases: moves, delays, shelves, incidents, letters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from qc_app.alarming import Rule
from qc_app.errors import ActionError
from qc_app.records import Letter
from qc_app.store import Journal, migrations
from qc_app.store.journal.alarms.raised import PROGRAM
from qc_app.store.journal.base.database import Database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SLOW = Rule("drift", "process", on_delay_s=600, off_delay_s=600, response=("look", "act"))


def ring(journal, at=NOON, kind="drift", stage="s", subject="speed", **given):
    return journal.alarms.raise_(kind, stage, subject, "medium", f"{subject} of {stage}", "", at, **given)


def moves(journal, alarm):
    return [(m.event, m.before, m.after, m.author) for m in journal.alarm_moves.list(alarm=alarm.id)]


def test_every_move_is_kept_with_who_and_why(journal: Journal):
    alarm = ring(journal)
    journal.alarms.acknowledge(alarm.id, "anna", "gap is checked", NOON + MINUTE)
    ring(journal, NOON + 2 * MINUTE)
    journal.alarms.clear("drift", "s", "speed", NOON + HOUR)
    assert moves(journal, alarm) == [
        ("raise", "normal", "unacknowledged", PROGRAM),
        ("acknowledge", "unacknowledged", "acknowledged", "anna"),
        ("return", "acknowledged", "normal", PROGRAM),
    ]
    assert journal.alarm_moves.list(since=NOON + MINUTE)[0].reason == "gap is checked"
    assert len(journal.alarm_moves.list(beyond=journal.alarm_moves.newest() - 1)) == 1


def test_a_short_condition_never_becomes_an_alarm(journal: Journal):
    assert ring(journal, rule=SLOW).state == "normal"
    assert journal.alarms.list() == journal.alarms.list(open_only=False) == []
    assert [a.subject for a in journal.alarms.list(delayed=True)] == ["speed"]
    journal.alarms.clear("drift", "s", "speed", NOON + MINUTE)
    assert journal.alarms.advance(NOON + HOUR) == 0
    assert journal.alarms.list(open_only=False, delayed=True) == journal.alarm_moves.list() == []


def test_delays_end_by_time_alone(journal: Journal):
    ring(journal, rule=SLOW)
    assert journal.alarms.advance(NOON + 9 * MINUTE) == 0
    assert journal.alarms.advance(NOON + 10 * MINUTE) == 1
    (alarm,) = journal.alarms.list()
    assert (alarm.state, alarm.raised, alarm.steps) == ("unacknowledged", NOON + 10 * MINUTE, ["look", "act"])
    journal.alarms.clear("drift", "s", "speed", NOON + 20 * MINUTE)
    assert journal.alarms.list()[0].state == "unacknowledged"
    ring(journal, NOON + 25 * MINUTE, rule=SLOW)
    assert journal.alarms.advance(NOON + HOUR) == 0, "it came back within its off-delay"
    journal.alarms.clear("drift", "s", "speed", NOON + HOUR)
    assert journal.alarms.advance(NOON + HOUR + 10 * MINUTE) == 1
    assert journal.alarms.list()[0].state == "returned"


def test_a_shelf_has_an_end_and_can_be_given_another(journal: Journal):
    alarm = ring(journal)
    journal.alarms.shelve(alarm.id, NOON + HOUR, "anna", "sensor is exchanged", NOON)
    journal.alarms.shelve(alarm.id, NOON + 2 * HOUR, "anna", "takes longer", NOON)
    assert journal.alarms.advance(NOON + HOUR) == 0
    assert journal.alarms.advance(NOON + 2 * HOUR) == 1
    assert journal.alarms.list()[0].state == "unacknowledged"
    journal.alarms.shelve(alarm.id, NOON + 9 * HOUR, "anna", "again", NOON + 3 * HOUR)
    journal.alarms.clear("drift", "s", "speed", NOON + 4 * HOUR)
    assert journal.alarms.deed(alarm.id, "unshelve", "anna", "", NOON + 5 * HOUR).state == "normal"
    with pytest.raises(ActionError, match=f"alarm {alarm.id} .drift.: it is not shelved"):
        journal.alarms.deed(alarm.id, "unshelve", "anna", "", NOON + 5 * HOUR)


def test_out_of_service_stays_away_until_somebody_puts_it_back(journal: Journal):
    alarm = ring(journal)
    journal.alarms.deed(alarm.id, "remove", "anna", "gauge in calibration", NOON)
    assert ring(journal, NOON + HOUR).state == "out_of_service"
    assert journal.alarms.advance(NOON + 99 * DAY) == 0
    assert journal.alarms.get(alarm.id).removed == "gauge in calibration"
    assert journal.alarms.deed(alarm.id, "restore", "anna", "", NOON + DAY).state == "unacknowledged"


def test_an_alarm_that_is_over_is_not_acted_on_while_the_same_one_is_open(journal: Journal):
    first = ring(journal)
    journal.alarms.acknowledge(first.id, "anna", "", NOON)
    journal.alarms.clear("drift", "s", "speed", NOON)
    second = ring(journal, NOON + HOUR)
    with pytest.raises(ActionError, match=f"open as alarm {second.id}"):
        journal.alarms.shelve(first.id, NOON + DAY, "anna", "", NOON + HOUR)


def test_suppressed_by_design_rings_when_its_cause_is_gone(journal: Journal):
    alarm = ring(journal, suppressed="bad data stands at this stage")
    assert (alarm.state, alarm.incident, journal.alarms.counts()) == ("suppressed", None, {})
    assert "raise" in [event for event, *_ in moves(journal, alarm)]
    shown = ring(journal, NOON + HOUR)
    assert (shown.state, shown.suppressed) == ("unacknowledged", "")
    assert shown.incident is not None
    journal.alarms.hide(alarm.id, "the sensor fails again", NOON + 2 * HOUR)
    journal.alarms.clear("drift", "s", "speed", NOON + 3 * HOUR)
    assert journal.alarms.list() == []


def test_nobody_answers_so_others_are_told_once(journal: Journal):
    rule = Rule("drift", "process", escalate_after_s=3600)
    alarm = ring(journal, rule=rule)
    assert journal.alarms.advance(NOON + 59 * MINUTE) == 0
    assert journal.alarms.advance(NOON + HOUR) == 1
    assert journal.alarms.advance(NOON + 2 * HOUR) == 0
    assert ring(journal, NOON + 3 * HOUR, rule=rule).priority == "high"
    assert moves(journal, alarm)[-1][:3] == ("escalate", "unacknowledged", "unacknowledged")


def test_steps_are_ticked_and_kept(journal: Journal):
    alarm = ring(journal, rule=Rule("drift", "process", response=("look", "act")))
    journal.alarms.tick(alarm.id, 1, "anna", NOON)
    assert journal.alarms.tick(alarm.id, 0, "anna", NOON).ticked == [0, 1]
    assert journal.alarms.tick(alarm.id, 1, "anna", NOON, done=False).ticked == [0]
    with pytest.raises(ActionError, match="no step 3"):
        journal.alarms.tick(alarm.id, 2, "anna", NOON)


def test_correlated_and_repeated_alarms_are_one_incident(journal: Journal):
    first = ring(journal, stage="casting-1")
    fed = ring(journal, NOON + HOUR, "anomaly", "rolling-1", "thickness", related={"casting-1"})
    other = ring(journal, NOON + HOUR, "drift", "etching-9")
    assert fed.incident == first.incident != other.incident
    found = journal.incidents.get(first.incident)
    assert (found.kinds, found.stages, found.last_event) == (
        ["drift", "anomaly"],
        ["casting-1", "rolling-1"],
        NOON + HOUR,
    )
    journal.alarms.acknowledge(first.id, "anna", "", NOON)
    journal.alarms.clear("drift", "casting-1", "speed", NOON + HOUR)
    again = ring(journal, NOON + 5 * DAY, stage="casting-1")
    assert again.id != first.id
    assert again.incident == first.incident, "its own incident is still open"


def test_closing_asks_for_what_stands_and_keeps_cause_and_action(journal: Journal):
    alarm = ring(journal)
    with pytest.raises(ActionError, match="still stands"):
        journal.alarms.close_incident(alarm.incident, "anna", "worn tool", "changed", NOON)
    journal.alarms.clear("drift", "s", "speed", NOON + HOUR)
    journal.alarms.close_incident(alarm.incident, "anna", "worn tool", "changed", NOON + HOUR)
    closed = journal.incidents.get(alarm.incident)
    assert (closed.closed_by, closed.cause, closed.action) == ("anna", "worn tool", "changed")
    assert journal.alarms.get(alarm.id).state == "normal"
    assert journal.incidents.list() == []
    with pytest.raises(ActionError, match="closed already"):
        journal.alarms.close_incident(alarm.incident, "anna", "x", "y", NOON)
    assert ring(journal, NOON + 2 * HOUR).incident != alarm.incident


def test_what_nobody_speaks_of_is_closed_without_a_cause(journal: Journal):
    standing, gone = ring(journal), ring(journal, stage="t", kind="bad_data")
    journal.alarms.acknowledge(gone.id, "anna", "", NOON)
    journal.alarms.clear("bad_data", "t", "speed", NOON)
    assert journal.alarms.close_quiet(NOON - MINUTE, NOON + DAY) == 0
    assert journal.alarms.close_quiet(NOON + HOUR, NOON + DAY) == 1
    assert journal.incidents.get(gone.incident).closed_by == PROGRAM
    assert [i.id for i in journal.incidents.list()] == [standing.incident]


OLD = ("unacknowledged", "acknowledged", "returned", "shelved", "cleared")


def test_alarms_of_an_older_program_go_on(url: str, monkeypatch: pytest.MonkeyPatch):
    script = ScriptDirectory(Path(migrations.__file__).parent)
    step = next(s for s in script.walk_revisions() if "life of an alarm" in s.doc)
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "HEAD", step.down_revision)
        database = Database(url)
        migrations.upgrade(database)
        with database.write() as connection:
            for state in OLD:
                names = "kind, stage, subject, priority, state, raised, last_seen, sentence, response, count,"
                row = f"'drift', 's', '{state}', 'low', '{state}', 1, 2, 'moved', '', 1, '', ''"
                connection.execute(sa.text(f"INSERT INTO alarms ({names} acknowledged_by, note) VALUES ({row})"))
        database.close()
    journal = Journal(url)
    of = {a.subject: a for a in journal.alarms.list(open_only=False)}
    assert {name: a.state for name, a in of.items()} == dict(zip(OLD, (*OLD[:4], "normal"), strict=True))
    assert [name for name in OLD if of[name].abnormal] == ["unacknowledged", "acknowledged", "shelved"]
    again = ring(journal, subject="returned")
    assert (again.id, again.state, again.steps[0]) == (
        of["returned"].id,
        "unacknowledged",
        "Read which parameter moved",
    )
    assert ring(journal, subject="cleared").id not in {a.id for a in of.values()}
    journal.close()


def letter(route="shift", key="k"):
    return Letter(route, key, NOON, "one", "two", "high", {"alarms": [1]})


def test_letters_wait_are_tried_again_and_are_sent_once(journal: Journal):
    box = journal.outbox
    assert box.put([letter(), letter(key="l")], "shift", None, 7) == 2
    assert box.put([letter(key="m")], "shift", None, 8) == 0, "another process was quicker"
    assert box.put([letter()], "shift", 7, 8) == 0, "the same key is the same letter"
    assert box.told() == {"shift": 8}
    first, second = box.due(NOON)
    assert box.claim(first, NOON, NOON + MINUTE)
    assert not box.claim(first, NOON, NOON + MINUTE), "it is in somebody's hands"
    assert box.claim(first, NOON + MINUTE, NOON + HOUR), "who took it died"
    box.failed(first, "no answer", NOON + HOUR)
    assert [one.key for one in box.due(NOON)] == ["l"]
    box.sent(second.id, NOON)
    (again,) = box.due(NOON + HOUR)
    assert (again.tries, again.problem) == (1, "no answer")
    box.failed(again, "still none", None)
    assert [one.state for one in box.list()] == ["given_up", "sent"]
    assert box.due(NOON + DAY) == []
    assert (box.again(NOON + DAY), len(box.due(NOON + DAY))) == (1, 1)
