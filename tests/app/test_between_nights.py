"""What comes between two nights is predicted after the reading of the sources, without any adaptation."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from qc_app.clock import ManualClock
from qc_app.jobs import refresh as room
from qc_app.jobs.learner import train
from qc_app.jobs.nightly import nightly
from qc_app.jobs.refresh import refresh
from qc_app.jobs.requests import serve
from qc_app.plant import digest, parse, render
from qc_app.records import Request
from qc_app.schedule import Heartbeat, lead
from qc_app.settings import Settings
from qc_app.store import open_store
from qc_app.views import scheduling, silence

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2025, 6, 3, 12, tzinfo=UTC)


@pytest.fixture
def works(tmp_path, monkeypatch):
    """The sample plant after its first night; what is dropped into the folder `in` comes later."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(train, "LEARNER", "ridge")
    text = (ROOT / "deploy" / "sample-plant" / "plant.toml").read_text().replace("settle_s = 1", "settle_s = 0")
    (tmp_path / "in").mkdir()
    first = (ROOT / "deploy" / "sample-plant" / "measurements" / "week23.csv").read_text()
    (tmp_path / "in" / "week23.csv").write_text(first)
    plant = parse(text.replace("deploy/sample-plant/measurements", str(tmp_path / "in")))
    with open_store(Settings(home=tmp_path / "home"), create=True, clock=ManualClock(NOON)) as store:
        store.journal.plants.save(render(plant), digest(plant), "test", "", NOON)
        assert nightly(store, plant).numbers["promoted"] == 1
        yield store, plant, tmp_path / "in"


def drop(folder, unit, minute, *, name="later"):
    aside = folder / f"{name}.tmp"
    aside.write_text(f"Part,Time,Force,Temp_F\n{unit},2025-06-03 14:{minute:02d},181.0,143.6\n")
    aside.rename(folder / f"{name}.csv")


def said_of(store, unit):
    return store.lake.predictions("press-1", characteristic="width", unit_id=unit)


def test_the_heartbeat_predicts_new_units_with_the_champion(works):
    store, _, folder = works
    champion = store.journal.models.pointers("press-1", "width").champion
    models = len(store.journal.models.list())
    store.clock.moment = NOON + timedelta(minutes=10)
    drop(folder, "N-1", 5)
    with lead(store) as leader:
        heart = Heartbeat(store, leader)
        heart.beat()
        assert said_of(store, "N-1").select("tier", "model_id").rows() == [("champion", champion)]
        assert store.journal.latest.get("press-1")[0].values["units"] == 81
        assert not silence(store, datetime.now(UTC))
        drop(folder, "N-2", 15, name="second")
        heart.beat()
        assert said_of(store, "N-2").is_empty()
        store.clock.moment += timedelta(seconds=300)
        heart.beat()
    assert said_of(store, "N-2").height == 1
    assert len(store.journal.models.list()) == models
    assert [run.plant_day for run in store.journal.runs.list(job="night")] == [NOON.date()]
    assert silence(store, datetime.now(UTC)).startswith("No scheduler works")


def test_a_full_disk_is_not_told_as_a_missing_scheduler(works, monkeypatch):
    store, _, _ = works
    assert silence(store, datetime.now(UTC)).startswith("No scheduler works")
    monkeypatch.setattr(scheduling.shutil, "disk_usage", lambda _: SimpleNamespace(free=4096))
    assert silence(store, datetime.now(UTC)).startswith("The disk is full")


def test_a_stage_without_news_is_left_alone(works, monkeypatch):
    store, plant, _ = works
    monkeypatch.setattr(room, "report", lambda *_: pytest.fail("nothing came"))
    run = refresh(store, plant)
    assert (run.numbers["predicted"], run.numbers["fed"]) == (0, [])


def test_a_stage_that_fails_is_an_alarm_and_the_reading_stands(works, monkeypatch):
    store, plant, folder = works
    drop(folder, "N-1", 5)
    store.clock.moment = NOON + timedelta(minutes=10)

    def burst(*_):
        raise ZeroDivisionError("a pipe")

    with monkeypatch.context() as patch:
        patch.setattr(room, "predict", burst)
        run = refresh(store, plant)
    assert run.status == "done"
    assert run.numbers["failed"] == 1
    assert "refresh of stage 'press-1' failed: a pipe" in run.sentence
    assert [a.subject for a in store.journal.alarms.list(stage="press-1") if a.kind == "step_failed"] == ["refresh"]
    drop(folder, "N-2", 6, name="second")
    assert refresh(store, plant).numbers["predicted"] == 2
    assert not [a for a in store.journal.alarms.list() if a.kind == "step_failed" and a.state == "unacknowledged"]


def test_the_night_still_sees_what_came_between(works):
    store, plant, folder = works
    store.clock.moment = NOON + timedelta(hours=6)
    drop(folder, "N-1", 5)
    refresh(store, plant)
    store.clock.moment = NOON + timedelta(hours=14)
    run = nightly(store, plant, day=NOON.date() + timedelta(days=1))
    assert run.numbers["stages"] == 1


@pytest.mark.parametrize(
    ("action", "state", "words"),
    [
        ("ingest", "done", "1 record from 1 stage: 1 new, 0 revisions, 0 duplicates, 0 quarantined; 1 predictions"),
        ("night", "done", "nothing was done: the night of 2025-06-03 ran already (1 of 1 stage had news"),
        ("lost", "failed", "could not read press-1-machine: folder"),
    ],
)
def test_what_is_asked_of_the_scheduler_is_answered_truly(works, action, state, words):
    store, plant, folder = works
    drop(folder, "N-1", 5)
    if action == "lost":
        shutil.rmtree(folder)
        action = "ingest"
    store.clock.moment = NOON + timedelta(minutes=1)
    store.journal.requests.put(Request(action, "", {}, "maria", NOON))
    assert serve(store, plant) == 1
    answered = store.journal.requests.list()[0]
    assert answered.state == state
    assert words in answered.sentence
