"""What a device had stored over a long outage is told late: rows marked late, nothing live replaced, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from data_connectors.live import Sample, Spool
from data_connectors.schema import Source
from qc_app.jobs.sources import ingest as ingesting
from qc_app.jobs.sources.ingest import ingest
from qc_app.plant import digest, render
from qc_app.store import Store, conservation, plant_in_force

from .conftest import START, Works

NAME = "node"


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


@pytest.fixture
def store(works: Works) -> Iterator[Store]:
    settings = {"host": "nowhere", "topics": "a", "rows": "moment", "wait_s": 1.0}
    mine = Source(NAME, "mqtt", "p-1", lateness_s=60.0, settings=settings)
    with works.open() as opened:
        plant = replace(works.plant(), sources=(mine,))
        opened.journal.plants.save(render(plant), digest(plant), "test", "", START)
        yield opened


def heard(store: Store, *samples: Sample) -> None:
    with Spool(store.spool(NAME)) as spool:
        spool.keep(samples)
    ingest(store, plant_in_force(store))


def live(tag: str, value: float, minute: float) -> Sample:
    return Sample(tag, value, at(minute), None, at(minute))


def kept_by_device(tag: str, value: float, minute: float) -> Sample:
    return Sample(tag, value, at(minute), None, at(300), historical=True)


def rows(store: Store) -> list[tuple]:
    return store.lake.measurements("p-1", columns=["t_event", "force", "temp", "late"]).rows()


def outage(store: Store) -> None:
    """Live to minute 10, live again from minute 240, and what was stored in between comes after that."""
    heard(store, live("force", 1.0, 0), live("temp", 50.0, 0), live("temp", 51.0, 10))
    heard(store, live("force", 9.0, 240), live("temp", 59.0, 240))
    heard(
        store, kept_by_device("force", 2.0, 120), kept_by_device("temp", 52.0, 120),
        kept_by_device("force", 7.0, 10), kept_by_device("temp", 99.0, 10),
    )  # fmt: skip


EXPECTED = [
    (at(0), 1.0, 50.0, None),
    (at(10), 7.0, 51.0, True),
    (at(120), 2.0, 52.0, True),
    (at(240), 9.0, 59.0, None),
]


def test_an_outage_is_told_late_and_completes_what_was_heard(store: Store) -> None:
    outage(store)
    assert [(t, f, m, late or None) for t, f, m, late in rows(store)] == EXPECTED
    assert store.journal.quarantine.counts() == {}
    counts = store.lake.counts("p-1", NAME)
    assert (counts.new, counts.revisions, counts.duplicates) == (4, 1, 0)
    heard(store, kept_by_device("force", 2.0, 120), kept_by_device("temp", 99.0, 10))
    assert [(t, f, m, late or None) for t, f, m, late in rows(store)] == EXPECTED, "told twice, it changes nothing"
    assert store.lake.counts("p-1", NAME).revisions == 1
    assert conservation.of_source(store, "p-1", NAME, "measurements") == []


def test_a_store_that_takes_such_a_row_as_it_comes_is_found_out(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant: what is told in part replaces what is stored."""
    monkeypatch.setattr(ingesting, "completed", lambda _store, _source, _stage, made, _units: made)
    outage(store)
    assert [(t, f, m, late or None) for t, f, m, late in rows(store)] != EXPECTED
