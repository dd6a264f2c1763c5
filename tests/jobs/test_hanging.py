"""A step that raises, runs out of memory, hangs or takes its program with it: the other stages have their night."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from qc_app.errors import StoreError
from qc_app.jobs import nightly as nights
from qc_app.jobs.recovery import recover
from qc_app.jobs.step import LOST, ORPHANED, Key, Result, step
from qc_app.jobs.underway import Begun, doing, overdue
from qc_app.records import Run
from qc_app.schedule import Watchdog
from tests.jobs.conftest import NIGHT, START

DAY = START.date()
REST = ("monitor", "adapt width", "predict width", "report")


def run_of(job="adapt width", stage="p-1"):
    return Run(job, stage, DAY, "running", START, id=1)


def test_the_innermost_step_is_ended_when_it_or_its_stage_takes_too_long():
    stage = Begun("stage 'p-1'", 0.0, 120.0)
    adapt = Begun("adapt width of stage 'p-1'", 100.0, 60.0, run_of())
    assert overdue((), 1e9) is None
    assert overdue((stage,), 1e9) is None
    assert overdue((stage, adapt), 119.0) is None
    late = overdue((adapt,), 161.0)
    assert late.run.job == "adapt width"
    assert "was ended after 1.02 min" in late.sentence
    assert "with which stage 'p-1' took longer than its 2 min" in overdue((stage, adapt), 121.0).sentence


def test_what_goes_on_beside_the_night_is_no_part_of_it():
    adapt = Begun("adapt width of stage 'p-1'", 100.0, 60.0, run_of(), thread=1)
    reading = Begun("ingest", 150.0, float("inf"), run_of("ingest", ""), thread=2)
    late = overdue((adapt, reading), 161.0)
    assert late.run.job == "adapt width"
    assert overdue((reading,), 1e9) is None


TROUBLES = (
    (MemoryError("cannot allocate 9 GiB"), "cannot allocate 9 GiB (MemoryError)"),
    (ValueError("bad data"), "bad data (ValueError)"),
    (RecursionError("too deep"), "too deep (RecursionError)"),
)
STEPS = ("monitor", "adapt", "judge", "predict", "report")
#: Every trouble among the fast tests, each in a step of its own; every pair among the slow ones.
PAIRS = [
    pytest.param(job, *trouble, marks=[] if t == j else pytest.mark.slow)
    for j, job in enumerate(STEPS)
    for t, trouble in enumerate(TROUBLES)
]
#: One of them among the fast tests.
FOR_ALL = [
    pytest.param(job, *TROUBLES[i % len(TROUBLES)], marks=[] if i < 1 else pytest.mark.slow)
    for i, job in enumerate(("ingest", "train", "retune", "watch", "losses", "upkeep"))
]


@pytest.mark.parametrize(("job", "trouble", "words"), PAIRS)
def test_trouble_in_any_step_stays_with_its_stage_and_is_told(after, monkeypatch, job, trouble, words):
    works = after(3, stages=("p-1", "p-2"))
    real = getattr(nights, job)

    def broken(night, stage, *what):
        if stage.id == "p-1":
            raise trouble
        return real(night, stage, *what)

    monkeypatch.setattr(nights, job, broken)
    works.nights([3])
    today = (START + timedelta(days=3)).date()
    with works.open(3) as store:
        runs = store.journal.runs.list(plant_day=today)
        failed = [r for r in runs if r.status == "failed"]
        assert {(r.stage, r.job.split()[0]) for r in failed} == {("p-1", job)}
        assert words in failed[0].sentence
        night = next(r for r in runs if r.job == "night")
        assert "1 step failed" in night.sentence
        assert words in night.sentence
        alarm = next(a for a in store.journal.alarms.list(stage="p-1") if a.kind == "step_failed")
        assert words in alarm.sentence
        done = {r.job for r in runs if r.stage == "p-2" and r.status == "done"}
        assert set(REST) <= done


@pytest.mark.parametrize(("job", "trouble", "words"), FOR_ALL)
def test_trouble_in_a_step_for_all_stages_leaves_each_its_night_and_is_told(after, monkeypatch, job, trouble, words):
    works = after(3, stages=("p-1", "p-2"))

    def broken(*_given, **_options):
        raise trouble

    monkeypatch.setattr(nights, "due", lambda _: "asked for")
    monkeypatch.setattr(nights.retuning, "due", lambda _: "asked for" if job == "retune" else "")
    monkeypatch.setattr(nights.retuning if job == "retune" else nights, job, broken)
    works.nights([3])
    with works.open(3) as store:
        runs = store.journal.runs.list(plant_day=(START + timedelta(days=3)).date())
        failed = [r for r in runs if r.status == "failed"]
        assert [(r.stage, r.job.split()[-1]) for r in failed] == [("", job)]
        assert words in failed[0].sentence
        assert words in next(r for r in runs if r.job == "night").sentence
        assert words in next(a for a in store.journal.alarms.list(stage="") if a.kind == "step_failed").sentence
        for stage in works.stages:
            assert set(REST) <= {r.job for r in runs if r.stage == stage and r.status == "done"}


def test_a_step_that_hangs_is_ended_and_the_night_goes_on_behind_it(after, monkeypatch):
    """The fresh process is played by a second call of the night; the hung thread is let go at the end."""
    works = after(2, stages=("p-1", "p-2"))
    works.day(2)
    real, let_go, replaced = nights.adapt, threading.Event(), threading.Event()

    def hangs(night, stage, what):
        if stage.id == "p-1":
            let_go.wait(60)
            raise RuntimeError("let go")
        return real(night, stage, what)

    monkeypatch.setattr(nights, "adapt", hangs)
    with works.open(2) as store:

        def tonight():
            with suppress(StoreError):  # its run was ended meanwhile
                nights.nightly(store, works.plant())

        hung = threading.Thread(target=tonight, daemon=True)
        hung.start()
        while not any(b.run is not None and b.run.job == "adapt width" for b in doing()):
            time.sleep(0.01)
        monkeypatch.setattr("qc_app.schedule.watchdog.time.monotonic", lambda: 1e9)
        assert Watchdog(store, anew=replaced.set).look()
        assert replaced.is_set()
        monkeypatch.undo()
        monkeypatch.setattr(nights, "adapt", hangs)
        recover(store)
        store.clock.moment += timedelta(minutes=10)
        run = nights.nightly(store, works.plant())
        assert run.status == "done"
        assert "1 step failed, first: adapt width of stage 'p-1' was ended after" in run.sentence
        assert store.lake.predictions("p-2", last=1)["t_predicted"][0] >= store.clock.moment - timedelta(minutes=10)
        alarm = next(a for a in store.journal.alarms.list(stage="p-1") if a.kind == "step_failed")
        assert "the next night tries it again" in alarm.sentence
        let_go.set()
        hung.join()
        monkeypatch.setattr(nights, "adapt", real)
        works.day(3)
        store.clock.moment = START + timedelta(days=3) + NIGHT
        nights.nightly(store, works.plant())
        last = store.journal.runs.list(job="adapt width", stage="p-1", last=1)[0]
        assert last.status == "done"


def test_a_step_that_takes_its_program_with_it_is_given_up_after_three_times(works):
    with works.open() as store:
        for _ in range(LOST):
            store.journal.runs.start("adapt width", "p-1", DAY, store.clock.now())
            store.journal.runs.orphans(store.clock.now(), ORPHANED)
        run = step(store, Key("adapt width", "p-1", DAY), lambda: pytest.fail("began"), limit_s=60.0)
        assert run.status == "failed"
        assert "the program ended 3 times while it ran" in run.sentence
        assert step(store, Key("adapt width", "p-2", DAY), lambda: Result("fine"), limit_s=60.0).status == "done"
        assert [a.kind for a in store.journal.alarms.list(stage="p-1")] == ["step_failed"]


VICTIM = """
import ctypes, os, sys
from pathlib import Path
from dataclasses import replace
from datetime import timedelta
from qc_app.errors import StoreError
from qc_app.jobs import nightly as nights
from qc_app.jobs.learner import train
from qc_app.schedule import Watchdog, lead
from tests.jobs.conftest import START, Works

train.LEARNER = "ridge"
works = Works(Path(sys.argv[1]), ("p-1", "p-2"))
plant = works.plant()
real, step = nights.adapt, nights.step
begun = Path(sys.argv[1]) / "begun"
begun.write_text((begun.read_text() if begun.exists() else "") + f"{os.getpid()}\\n")

def hangs(night, stage, what):
    if stage.id == "p-1":
        while True:
            ctypes.CDLL(None).pause()  # native code: no exception reaches it
    return real(night, stage, what)

def limited(store, key, work, **how):
    # The others may take as long as a busy machine wants.
    if (key.job, key.stage) == ("adapt width", "p-1"):
        how["limit_s"] = 0.5
    return step(store, key, work, **how)

nights.adapt, nights.step = hangs, limited
with works.open(2) as store, lead(store), Watchdog(store, look_s=0.1):
    print(nights.nightly(store, plant).sentence)
"""


@pytest.mark.slow
def test_a_call_into_native_code_that_never_returns_is_left_behind_by_a_fresh_process(after):
    works = after(2, stages=("p-1", "p-2"))
    works.day(2)
    script = works.folder / "victim.py"
    script.write_text(VICTIM)
    done = subprocess.run(
        [sys.executable, str(script), str(works.folder)],
        env={**os.environ, "PYTHONPATH": str(Path.cwd())}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "1 step failed, first: adapt width of stage 'p-1' was ended after" in done.stdout
    pids = (works.folder / "begun").read_text().split()
    assert len(pids) == 2
    assert len(set(pids)) == 1, "the process became a fresh one and kept its number"
    with works.open(2) as store:
        today = (START + timedelta(days=2)).date()
        ended = {(r.job, r.stage): r.status for r in store.journal.runs.list(plant_day=today)}
        assert ended["adapt width", "p-1"] == "failed"
        assert ended["predict width", "p-1"] == ended["adapt width", "p-2"] == "done"
