"""F7, F8: the disk is full while sources are read: nothing lost, `disk_full` says why, it goes on by itself."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from data_connectors.base import Batch
from qc_app.jobs.sources.ingest import ingest
from qc_app.store import Store, conservation, reserve
from tests.faults.ledger import Ledger, faults_of
from tests.scripted import NOW, PLANT, PROCESS, home_of
from tests.scripted import script as script  # noqa: PLC0414 - a fixture

ROWS = 4000


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A disk of six megabytes, of which a sixth is kept in reserve."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("cannot mount a small disk here (needs root)")
    monkeypatch.setattr(reserve, "SIZE", 1024 * 1024)
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def delivery(number: int) -> list[tuple[str, float]]:
    return [(f"d{number}-{i}", number + i / 7) for i in range(ROWS)]


def frame(records: list[tuple[str, float]]) -> pl.DataFrame:
    times = [(NOW - timedelta(hours=20) + timedelta(seconds=i)).isoformat() for i in range(len(records))]
    units, forces = zip(*records, strict=True)
    return pl.DataFrame({"unit_id": units, "time": times, "force": forces, "temp": 20.0})


def stored(store: Store) -> list[tuple[str, float]]:
    return store.lake.measurements("press", columns=["unit_id", "force"], revisions=True).rows()


def feed_until_full(script, store: Store, ledger: Ledger) -> str:
    """Deliver until a reading fails; return its sentence."""
    for number in range(400):
        records = delivery(number)
        ledger.offer(records)
        script.say(PROCESS, Batch("press", frame(records), "", f"d{number}"))
        store.clock.moment += timedelta(minutes=5)
        run = ingest(store, PLANT)
        if run.status == "failed" or run.numbers.get("failed_sources"):
            return run.sentence
        ledger.ack(records)
    raise AssertionError("six megabytes were not filled")


@pytest.mark.slow
def test_a_full_disk_pauses_the_sources_and_room_lets_them_go_on(script, small_disk, tmp_path):
    ledger = Ledger(tmp_path / "ledger")
    with home_of(small_disk / "home") as store:
        sentence = feed_until_full(script, store, ledger)
        assert "space" in sentence or "full" in sentence, sentence
        assert store.reserve.reason == "disk_full", "readiness says so"
        assert faults_of(ledger, stored(store)) == {"lost": 0, "phantom": 0, "dup": 0, "torn": 0}
        for _ in range(3):  # no crash loop: each further reading says the same, and reads nothing
            store.clock.moment += timedelta(minutes=5)
            again = ingest(store, PLANT)
            assert again.status == "failed"
            assert "sources are paused" in again.sentence
        subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
        store.clock.moment += timedelta(minutes=5)
        assert ingest(store, PLANT).status == "done", "nobody had to do anything"
        ledger.ack(ledger.offered)
        assert faults_of(ledger, stored(store)) == {"lost": 0, "phantom": 0, "dup": 0, "torn": 0}
        assert store.reserve.reason == ""
        assert conservation.of_source(store, "press", "process", "measurements") == []


@pytest.mark.slow
def test_a_store_that_gives_nothing_away_cannot_even_say_why(script, small_disk, tmp_path, monkeypatch):
    """The mutant: without the reserve the journal has no room for the sentence, and the failure is an exception."""
    monkeypatch.setattr(reserve.Reserve, "release", lambda _: None)
    with home_of(small_disk / "home") as store:
        filler = small_disk / "filler"
        with pytest.raises(Exception, match=r"space|full"):  # noqa: PT012 - each round fills the disk a little more
            for number in range(400):
                script.say(PROCESS, Batch("press", frame(delivery(number)), "", f"d{number}"))
                run = ingest(store, PLANT)
                if run.numbers.get("failed_sources"):
                    with filler.open("ab", buffering=0) as file:
                        file.write(b"x" * 64 * 1024)
                    store.journal.plants.save("x" * 60_000, "d", "a", "r", NOW)
