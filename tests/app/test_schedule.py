"""What is due when: plant days, daylight saving, clock steps, misses; one leader only."""

from __future__ import annotations

import multiprocessing
import threading
import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from qc_app.clock import ManualClock
from qc_app.errors import AlreadyRunning, StoreError
from qc_app.plant import Plant, digest, render
from qc_app.plant.nights import newest_night
from qc_app.records import Request, Run
from qc_app.schedule import Attendant, Heartbeat, due_night, ingest_due, lead, night_moment, run
from qc_app.schedule.due import missed_night
from qc_app.schedule.leader import locked
from qc_app.schedule.runner import Pulse
from qc_app.settings import Settings
from qc_app.store import open_store

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
DAYS = [date(2027, 3, 14), date(2027, 3, 28), date(2027, 4, 4), date(2027, 10, 3), date(2027, 10, 31),
        date(2027, 11, 7), date(2028, 2, 29), date(2027, 12, 31)]  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", ["00:30", "01:45", "02:00", "02:30", "03:00", "22:15"])
def test_one_night_a_plant_day_through_every_change_of_the_clock(zone, at):
    """Look every ten minutes for three days around each change: each plant day's night is due exactly once."""
    plant = Plant("P", zone=zone, night_at=at)
    for day in DAYS:
        now = datetime.combine(day - timedelta(days=2), datetime.min.time(), UTC)
        done: list[Run] = []
        for _ in range(3 * 144):
            due = due_night(plant, now, done, LONG_AGO)
            if due is not None:
                assert due not in {r.plant_day for r in done}
                late = now - night_moment(plant, due)
                assert not done or late < timedelta(minutes=10)
                done.append(Run("night", "", due, "done", now, now))
            now += timedelta(minutes=10)
        days = [r.plant_day for r in done]
        assert days == [days[0] + timedelta(days=i) for i in range(len(days))]
        assert len(days) in {3, 4, 5}


def test_the_skipped_hour_still_has_a_night():
    plant = Plant("P", zone="Europe/Berlin", night_at="02:30")
    local = night_moment(plant, date(2027, 3, 27)).astimezone(ZoneInfo("Europe/Berlin"))
    assert (local.hour, local.minute) == (3, 30)


def test_a_clock_set_back_runs_nothing_twice_and_ahead_makes_up_for_one_night_only():
    plant = Plant("P")
    now = datetime(2027, 5, 3, 2, 1, tzinfo=UTC)
    done = [Run("night", "", date(2027, 5, 2), "done", now, now)]
    assert due_night(plant, now - timedelta(hours=2), [*done, Run("night", "", date(2027, 5, 1), "done", now, now)],
                     LONG_AGO) is None  # fmt: skip
    assert due_night(plant, now + timedelta(hours=2), done, LONG_AGO) is None
    assert due_night(plant, now + timedelta(days=9), done, LONG_AGO) == date(2027, 5, 11)


def test_a_failed_night_is_tried_again_later_and_not_for_ever():
    plant = Plant("P")
    now = datetime(2027, 5, 3, 3, tzinfo=UTC)
    failed = [Run("night", "", date(2027, 5, 2), "failed", now, now)]
    assert due_night(plant, now + timedelta(minutes=9), failed, LONG_AGO) is None
    assert due_night(plant, now + timedelta(minutes=10), failed, LONG_AGO) == date(2027, 5, 2)
    assert due_night(plant, now + timedelta(minutes=19), failed * 2, LONG_AGO) is None
    assert due_night(plant, now + timedelta(hours=20), failed * 6, LONG_AGO) is None


def test_nights_before_the_plant_was_defined_are_not_missed():
    plant, now = Plant("P"), datetime(2027, 5, 3, 10, tzinfo=UTC)
    assert due_night(plant, now, [], since=now) is None
    assert missed_night(plant, now, [], since=now) is None
    assert missed_night(plant, now, [], LONG_AGO) == newest_night(plant, now) == date(2027, 5, 2)
    assert missed_night(plant, datetime(2027, 5, 3, 2, 30, tzinfo=UTC), [], LONG_AGO) is None


def test_ingest_goes_on_after_the_clock_was_set_back():
    plant, now = Plant("P", ingest_every_s=300), datetime(2027, 5, 3, tzinfo=UTC)
    assert ingest_due(plant, now, now + timedelta(hours=2))
    assert not ingest_due(plant, now, now - timedelta(seconds=299))
    assert ingest_due(plant, now, now - timedelta(seconds=300))


@pytest.fixture
def store(tmp_path):
    clock = ManualClock(datetime(2027, 5, 3, 1, tzinfo=UTC))
    with open_store(Settings(home=tmp_path / "home"), create=True, clock=clock) as opened:
        plant = Plant("Works")
        opened.journal.plants.save(render(plant), digest(plant), "test", "", LONG_AGO)
        yield opened


def test_beats_ingest_serve_requests_and_run_one_night(store):
    runs = store.journal.runs
    with lead(store) as leader:
        heart, attendant = Heartbeat(store, leader), Attendant(store, leader)
        store.journal.requests.put(Request("ingest", "", {}, "maria", store.clock.now()))
        for minutes in range(0, 120, 10):
            store.clock.moment = datetime(2027, 5, 3, 1, minutes % 60, tzinfo=UTC) + timedelta(hours=minutes // 60)
            attendant.round()
            heart.beat()
    assert [r.plant_day for r in runs.list(job="night")] == [date(2027, 5, 1), date(2027, 5, 2)]
    assert store.journal.requests.list()[0].state == "done"
    assert [a.state for a in store.journal.alarms.list() if a.kind == "night_missed"] == ["returned"]
    assert len(runs.list(job="ingest")) == 12 + 1 + 2


def test_an_unknown_request_fails_with_a_sentence(store):
    store.journal.requests.put(Request("dance", "", {}, "maria", store.clock.now()))
    with lead(store) as leader:
        Heartbeat(store, leader).beat()
    answered = store.journal.requests.list()[0]
    assert answered.state == "failed"
    assert "asks for 'dance' - known are adapt" in answered.sentence


def test_what_a_dead_leader_left_is_marked(store):
    store.journal.runs.start("night", "", date(2027, 5, 2), store.clock.now())
    store.journal.requests.put(Request("night", "", {}, "maria", store.clock.now()))
    store.journal.requests.take(store.clock.now())
    with lead(store):
        assert store.journal.runs.list()[0].status == "failed"
        assert store.journal.requests.list()[0].state == "failed"


def _second(home, answers):
    with open_store(Settings(home=home)) as store:
        try:
            with lead(store):
                answers.put("leads")
        except AlreadyRunning as error:
            answers.put(str(error))


@pytest.mark.slow
def test_a_second_scheduler_says_so_and_ends(store):
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    with lead(store):
        child = context.Process(target=_second, args=(store.home, answers))
        child.start()
        assert "already works in" in answers.get(timeout=120)
        child.join(60)
    with lead(store):
        pass


def test_a_leader_that_lost_its_lease_writes_nothing(store):
    with lead(store, ttl_s=30) as leader:
        store.journal.database.fence = None
        store.journal.lease.acquire("elsewhere", datetime.now(UTC) + timedelta(hours=1), 30)
        store.journal.database.fence = leader.lease
        with pytest.raises(StoreError, match="lost its lease"):
            store.journal.runs.start("night", "", date(2027, 5, 2), store.clock.now())
        leader.renew()
        with pytest.raises(AlreadyRunning, match="taken over"):
            leader.permit()
        with pytest.raises(AlreadyRunning):
            Heartbeat(store, leader).beat()


def test_the_scheduler_beats_and_stops(store):
    stop, reasons = threading.Event(), []
    thread = threading.Thread(target=lambda: reasons.append(run(store, stop, beat_s=0.1)))
    thread.start()
    deadline = time.monotonic() + 60
    while not any(night.status == "done" for night in store.journal.runs.list(job="night")):
        assert time.monotonic() < deadline, "the night was not done"
        time.sleep(0.05)
    stop.set()
    thread.join(60)
    assert reasons == [""]
    assert store.journal.runs.list(job="night")[0].status == "done"
    assert store.journal.lease.holder() is None
    with locked(store.home):
        pass


class _Jobs:
    """A scheduler that only remembers."""

    def __init__(self):
        self.woken = []

    def add_job(self, call, *_args, **_options):
        self.call = call

    def modify_job(self, name, **_options):
        self.woken.append(name)


def test_a_pulse_that_sleeps_too_long_is_woken(monkeypatch):
    """After the wall clock was set back by two hours the library would sleep for two hours."""
    jobs, moment = _Jobs(), [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: moment[0])
    pulse = Pulse(jobs, "beat", lambda: None, 2.0)
    moment[0] += 10
    pulse.watch()
    assert jobs.woken == []
    moment[0] += 30
    pulse.watch()
    assert jobs.woken == ["beat"]
