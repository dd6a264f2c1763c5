"""Reading goes on whatever else is done; a night's cut-off never lies between the arrival of a row and its storing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_connectors.schema import Parameter, Source, Stage
from qc_app.errors import StoreBusy
from qc_app.plant import Plant
from qc_app.schedule.led import LedPlant
from qc_app.schedule.reading import Reading
from qc_app.settings import Settings
from qc_app.store import Store, home, open_store

PATIENCE_S = 20.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(Settings(home=tmp_path / "home", database_url=None, lake_url=None), create=True) as opened:
        yield opened


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    folder = tmp_path / "in"
    folder.mkdir()
    stage = Stage("s", "l", "f", (Parameter("speed"),), ())
    source = Source("files", "file_folder", "s", settings={"path": str(folder), "settle_s": 0.0})
    return Plant("P", ingest_every_s=1, stages=(stage,), sources=(source,))


def drop(tmp_path: Path, unit: str) -> None:
    text = f"unit_id,time,speed\n{unit},{datetime.now(UTC).isoformat()},1.5\n"
    (tmp_path / "in" / f"{unit}.csv").write_text(text)


def test_what_was_fed_is_told_once(store: Store, plant: Plant, tmp_path: Path) -> None:
    reading = Reading(LedPlant(store, lambda: None, lambda: plant))
    drop(tmp_path, "A")
    reading.round()
    assert reading.fed() == {"s"}
    assert reading.fed() == set()


def test_it_is_read_only_when_it_is_due(store: Store, plant: Plant, tmp_path: Path) -> None:
    reading = Reading(LedPlant(store, lambda: None, lambda: plant))
    reading.round()
    drop(tmp_path, "A")
    reading.round()
    assert store.lake.units("s") == 0


def test_a_moment_waits_for_what_has_arrived_and_is_not_stored(store: Store) -> None:
    arrived, stored = threading.Event(), threading.Event()
    at: list[datetime] = []

    def storing() -> None:
        with store.arriving():
            at.append(store.clock.now())
            arrived.set()
            stored.wait(PATIENCE_S)
            at.append(store.clock.now())

    thread = threading.Thread(target=storing)
    thread.start()
    assert arrived.wait(PATIENCE_S)
    threading.Timer(0.05, stored.set).start()
    cutoff = store.moment()
    thread.join(PATIENCE_S)
    assert cutoff > at[1] > at[0]


def test_two_may_store_at_once_and_only_one_reads_a_source(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "PATIENCE_S", 0.0)
    with store.arriving(), store.arriving():
        pass
    busy = pytest.raises(StoreBusy, match="reading source 'a'")
    with store.reading("a"), store.reading("b"), busy, store.reading("a"):
        pass
