"""The round of the post on a real journal: grouping, rates, retries; what is lost, and what is sent twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from qc_app.notify import Failed, collect, deliver, post
from qc_app.plant import Route
from qc_app.store.journal.alarms.outbox import Outbox

from .conftest import HOUR, MINUTE, NOON, plant_with

URL = "https://qc.works"
QUICK = Route("shift", "env:X", group_s=0)


class Taker:
    """A sender that fails as told and remembers what it took."""

    def __init__(self, *answers):
        self.answers, self.letters = list(answers), []

    def __call__(self, route, letter):
        self.letters.append((route.name, letter))
        return self.answers.pop(0) if self.answers else None


def test_an_alarm_goes_out_once(works):
    plant, taker = works.define(plant_with(QUICK)), Taker()
    works.ring()
    assert post(works.store, plant, URL, taker).sent == 1
    works.store.clock.advance(HOUR)
    works.ring()
    assert post(works.store, plant, URL, taker).written == 0, "the same alarm stands: nothing new"
    assert len(taker.letters) == 1


def test_what_is_answered_hidden_or_delayed_before_the_letter_needs_none(works):
    plant, taker = works.define(plant_with(Route("shift", "env:X", group_s=300))), Taker()
    journal = works.store.journal
    seen, shelved, gone = works.ring("a"), works.ring("b"), works.ring("c")
    works.ring("d", suppressed="bad data stands at this stage")
    journal.alarms.acknowledge(seen.id, "anna", "", NOON)
    journal.alarms.shelve(shelved.id, NOON + HOUR, "anna", "known", NOON)
    journal.alarms.clear(gone.kind, gone.stage, gone.subject, NOON)
    works.store.clock.advance(5 * MINUTE)
    post(works.store, plant, URL, taker)
    ((_, letter),) = taker.letters
    assert [a["subject"] for a in letter.content["alarms"]] == ["c"], "gone by itself, but nobody has seen it"
    works.store.clock.advance(HOUR)
    journal.alarms.advance(works.store.clock.now())
    works.store.clock.advance(5 * MINUTE)
    post(works.store, plant, URL, taker)
    assert [a["subject"] for a in taker.letters[-1][1].content["alarms"]] == ["b"], "off the shelf it asks again"


def test_a_flood_is_one_message(works):
    plant, taker = works.define(plant_with(Route("shift", "env:X", group_s=60, most_per_h=2))), Taker()
    for n in range(60):
        works.ring(f"p{n}")
    post(works.store, plant, URL, taker)
    assert taker.letters == [], "more may come within the minute"
    works.store.clock.advance(MINUTE)
    post(works.store, plant, URL, taker)
    assert [len(letter.content["alarms"]) for _, letter in taker.letters] == [60]


def test_no_more_than_so_many_an_hour_and_the_rest_together(works):
    plant, taker = works.define(plant_with(Route("shift", "env:X", group_s=0, most_per_h=3))), Taker()
    for n in range(20):
        works.ring(f"p{n}")
        post(works.store, plant, URL, taker)
        works.store.clock.advance(MINUTE)
    assert len(taker.letters) == 3
    works.store.clock.advance(HOUR)
    post(works.store, plant, URL, taker)
    assert [len(letter.content["alarms"]) for _, letter in taker.letters] == [1, 1, 1, 17]


def test_escalation_tells_again_and_higher_routes_too(works):
    from qc_app.alarming import Rule

    boss = Route("boss", "env:X", least="high", group_s=0)
    plant, taker = works.define(plant_with(QUICK, boss)), Taker()
    works.ring(priority="medium", rule=Rule("drift", "process", escalate_after_s=3600))
    post(works.store, plant, URL, taker)
    works.store.clock.advance(HOUR)
    works.store.journal.alarms.advance(works.store.clock.now())
    post(works.store, plant, URL, taker)
    assert [name for name, _ in taker.letters] == ["shift", "shift", "boss"]
    assert "Why again: unacknowledged for 1 h" in taker.letters[-1][1].body


def test_a_new_route_is_told_from_its_definition_on(works):
    works.define(plant_with(QUICK))
    works.ring("old")
    works.store.clock.advance(HOUR)
    plant, taker = works.define(plant_with(QUICK, Route("late", "env:X", group_s=0))), Taker()
    works.store.clock.advance(MINUTE)
    works.ring("new")
    post(works.store, plant, URL, taker)
    told = {name: {a["subject"] for a in letter.content["alarms"]} for name, letter in taker.letters}
    assert told["late"] == {"new"}


def test_what_fails_waits_longer_each_time_and_arrives_with_the_same_key(works):
    plant = works.define(plant_with(QUICK))
    taker = Taker(Failed("no answer"), Failed("no answer"))
    works.ring()
    waits = []
    for _ in range(400):
        post(works.store, plant, URL, taker)
        waits.append(works.store.clock.now() - NOON)
        works.store.clock.advance(timedelta(seconds=1))
        if works.store.journal.outbox.list()[0].state == "sent":
            break
    assert [letter.key for _, letter in taker.letters] == [taker.letters[0][1].key] * 3
    assert waits[-1] == timedelta(seconds=90)


def test_what_never_will_arrive_is_given_up_and_can_be_sent_again(works):
    plant, taker = works.define(plant_with(QUICK)), Taker(Failed("404", again=False))
    works.ring()
    post(works.store, plant, URL, taker)
    works.store.clock.advance(10 * HOUR)
    assert post(works.store, plant, URL, taker).sent == 0
    assert works.store.journal.outbox.list()[0].state == "given_up"
    works.store.journal.outbox.again(works.store.clock.now())
    assert post(works.store, plant, URL, taker).sent == 1


def test_a_dead_route_holds_up_no_other_and_is_an_alarm_itself(works):
    from qc_app.jobs.monitoring.postbox import look_at_post

    dead, alive = Route("dead", "env:X", group_s=0), Route("alive", "env:X", group_s=0)
    plant, taken = works.define(plant_with(dead, alive)), []

    def sender(route, letter):
        taken.append(route.name)
        return Failed("connection refused") if route.name == "dead" else None

    for n in range(5):
        works.ring(f"p{n}")
        collect(works.store, plant, URL)
    assert deliver(works.store, plant, sender) == (5, 1), "one try of the dead one a round"
    for _ in range(3):
        works.store.clock.advance(HOUR)
        deliver(works.store, plant, sender)
    look_at_post(works.store)
    (alarm,) = [a for a in works.store.journal.alarms.list() if a.kind == "not_told"]
    assert (alarm.subject, alarm.state) == ("dead", "unacknowledged")
    assert "connection refused" in alarm.sentence
    works.store.clock.advance(timedelta(days=2))
    deliver(works.store, plant, Taker())
    deliver(works.store, plant, Taker())
    look_at_post(works.store)
    assert works.store.journal.alarms.get(alarm.id).state == "returned"


def test_two_processes_write_and_send_nothing_twice(works, monkeypatch):
    plant, taker = works.define(plant_with(QUICK)), Taker()
    works.ring()
    box = works.store.journal.outbox
    stale = box.told()
    collect(works.store, plant, URL)
    works.ring("late")
    monkeypatch.setattr(box, "told", lambda: stale)
    assert collect(works.store, plant, URL) == 0, "what it read is no longer so"
    monkeypatch.undo()

    def meanwhile(route, letter):
        assert deliver(works.store, plant, Taker()) == (0, 0), "this letter is in somebody's hands"
        return taker(route, letter)

    assert deliver(works.store, plant, meanwhile) == (1, 0)


CHILD = """
import os, signal, sys
from pathlib import Path
from qc_app.notify import post
from qc_app.store.journal.alarms.outbox import Outbox
from tests.notify.conftest import MINUTE, Post
from tests.notify.test_post import MUTANTS
home, taken, point, mutant = sys.argv[1:]
works = Post(Path(home))
works.store.clock.advance(6 * MINUTE * int(point == "none"))
from qc_app.store import plant_in_force
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
def sender(route, letter):
    if point == "before_send": die()
    with open(taken, "a") as file: file.write(letter.key + chr(10))
    if point == "after_send": die()
MUTANTS[mutant]()
if point == "before_put": Outbox.put = die
if point == "after_put": Outbox.due = die
print(post(works.store, plant_in_force(works.store), "https://qc.works", sender).sent)
"""


def _marked_before_sending():
    """The mutant: a letter is marked as sent in the moment in which it is taken to be sent."""
    claim = Outbox.claim

    def wrong(self, letter, at, until):
        mine = claim(self, letter, at, until)
        self.sent(letter.id, at)
        return mine

    Outbox.claim = wrong


MUTANTS = {"none": lambda: None, "marked before sending": _marked_before_sending}
POINTS = ("before_put", "after_put", "before_send", "after_send")


def killed_and_repeated(works, tmp_path, point, mutant="none"):
    """Ring, die at a point, post again; return what arrived."""
    works.define(plant_with(QUICK))
    works.ring()
    taken = tmp_path / "taken"
    taken.write_text("")
    for at in (point, "none"):
        done = subprocess.run(
            [sys.executable, "-c", CHILD, str(works.store.home), str(taken), at, mutant],
            env=os.environ | {"PYTHONPATH": str(Path.cwd())}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == (-signal.SIGKILL if at != "none" else 0), done.stderr[-2000:]
    return taken.read_text().split()


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_killed_between_alarm_and_mail_nothing_is_lost(works, tmp_path, point):
    arrived = killed_and_repeated(works, tmp_path, point)
    assert len(set(arrived)) == 1, "it arrived, and a second time only with the key that the receiver knows"
    assert len(arrived) == (2 if point == "after_send" else 1)


@pytest.mark.slow
def test_a_post_that_marks_before_it_sends_would_lose_the_letter(works, tmp_path):
    assert killed_and_repeated(works, tmp_path, "before_send", "marked before sending") == []
