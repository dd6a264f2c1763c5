"""Listeners of a running plant: from a broker to the lake, followed through changes of the plant, seen on pages."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data_connectors.live import Sample, Spool
from data_connectors.schema import Parameter, Source, Stage, Window
from qc_app.cli.plant.checks import probes
from qc_app.jobs.sources.ingest import ingest
from qc_app.plant import Plant, digest, render
from qc_app.schedule import run
from qc_app.schedule.led import LedPlant
from qc_app.schedule.listening import Listening
from qc_app.settings import Settings
from qc_app.store import Store, open_store
from qc_app.views import live_table
from tests.connectors.mqtt.broker import Broker, Publisher, mosquitto
from tests.connectors.mqtt.conftest import await_

STAGE = Stage("rolling-2", "line-1", "rolling", (Parameter("exit_temp"), Parameter("speed")), ())


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    if mosquitto() is None:
        pytest.skip("needs mosquitto (Debian package 'mosquitto'; deploy/test installs it when run as root)")
    made = Broker(tmp_path / "broker", persistent=False).start()
    yield made
    made.end()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(Settings(home=tmp_path / "home"), create=True) as made:
        yield made


def plant_on(broker: Broker, **settings: object) -> Plant:
    given = {"host": "127.0.0.1", "port": broker.port, "topics": ["plant/#"], "keepalive_s": 5} | settings
    return Plant("Works", stages=(STAGE,), sources=(Source("line", "mqtt", "rolling-2", zone="UTC", settings=given),))


def say(broker: Broker, *units: str) -> None:
    with Publisher(broker.port) as publisher:
        publisher.say("plant/x", *(json.dumps({"unit_id": u, "exit_temp": 850.5, "speed": 2}) for u in units))


def link(store: Store, plant: Plant) -> str:
    return str(live_table(store, plant.sources, datetime.now(UTC))["link"].item())


def test_from_the_broker_to_the_lake_and_over_a_restart(broker: Broker, store: Store) -> None:
    plant = plant_on(broker)
    listening = Listening(LedPlant(store, lambda: None, lambda: plant))
    listening.look()
    await_(lambda: link(store, plant) == "connected", "the connection")
    say(broker, "A", "B")
    await_(lambda: store.lake.units("rolling-2") == 2 if ingest(store, plant) else False, "two units")
    listening.stop()
    assert link(store, plant) == "stopped"
    say(broker, "C")
    again = Listening(LedPlant(store, lambda: None, lambda: plant))
    again.look()
    await_(lambda: store.lake.units("rolling-2") == 3 if ingest(store, plant) else False, "the one meanwhile")
    again.stop()
    assert sorted(store.lake.measurements("rolling-2")["unit_id"]) == ["A", "B", "C"]
    assert store.journal.gaps.list() == []


def test_listeners_follow_the_plant_and_their_death(broker: Broker, store: Store) -> None:
    plants: list[Plant | None] = [plant_on(broker)]
    listening = Listening(LedPlant(store, lambda: None, lambda: plants[0]))
    listening.look()
    (first,) = listening._ears.values()
    listening.look()
    assert list(listening._ears.values()) == [first]
    plants[0] = replace(plant_on(broker, topics=["other/#"]))
    listening.look()
    (second,) = listening._ears.values()
    assert second is not first
    assert not first.is_alive()
    second.end()
    second.join(60)
    listening.look()
    assert listening._ears == {}
    await_(lambda: bool(listening.look() or listening._ears), "the one after the death")
    (third,) = listening._ears.values()
    assert third.is_alive()
    plants[0] = Plant("Works")
    listening.look()
    assert listening._ears == {}
    assert not third.is_alive()


@pytest.mark.slow
def test_the_scheduler_listens_and_check_tells(broker: Broker, store: Store) -> None:
    plant = plant_on(broker)
    store.journal.plants.save(render(plant), digest(plant), "test", "", datetime.now(UTC) - timedelta(days=1))
    stop = threading.Event()
    running = threading.Thread(target=run, args=(store, stop))
    running.start()
    try:
        await_(lambda: link(store, plant) == "connected", "the connection")
        say(broker, "A")
        await_(lambda: store.lake.units("rolling-2") == 1 if ingest(store, plant) else False, "the unit")
        told = {p.step: p for p in probes(store, plant, only="line")}
        assert told["source line, listener"].ok
        assert told["source line, listener"].message.startswith("connected: 127.0.0.1:")
        assert told["source line, login"].ok
    finally:
        stop.set()
        running.join(60)
    assert not running.is_alive()
    assert link(store, plant) == "stopped"


def test_a_broker_that_forgets_us_is_a_gap_of_the_stage(broker: Broker, store: Store) -> None:
    plant = plant_on(broker)
    listening = Listening(LedPlant(store, lambda: None, lambda: plant))
    listening.look()
    await_(lambda: link(store, plant) == "connected", "the connection")
    say(broker, "A")
    await_(lambda: store.lake.units("rolling-2") == 1 if ingest(store, plant) else False, "the unit")
    broker.end()
    broker.start()
    await_(lambda: bool(ingest(store, plant) and store.journal.gaps.list()), "the gap")
    listening.stop()
    (gap,) = store.journal.gaps.list(stage="rolling-2", source="line")
    assert (gap.cause, gap.start <= gap.end) == ("session_lost", True)


def test_a_continuous_stage_has_windows_as_its_units(store: Store) -> None:
    stage = Stage("kiln", "line-1", "kiln", (Parameter("feed"),), (), window=Window(60, 60))
    settings = {"host": "nobody.invalid", "topics": "plant/#", "rows": "moment"}
    source = Source("line", "mqtt", "kiln", columns={"feed": "plant/feed"}, settings=settings)
    begin = datetime(2026, 3, 1, 12, tzinfo=UTC)
    with Spool(store.spool("line")) as spool:
        times = [begin + timedelta(seconds=s) for s in range(0, 300, 10)]
        spool.keep([Sample("plant/feed", float(i), t, None, t) for i, t in enumerate(times)])
    ingest(store, Plant("Works", stages=(stage,), sources=(source,)))
    found = store.lake.measurements("kiln", columns=["unit_id", "feed.mean", "feed.good"])
    assert found.rows()[0] == ("2026-03-01T12:00:00Z", 2.5, 1.0)
    assert found.height == 4


def test_a_source_that_cannot_be_reached_is_told_and_does_not_stop_the_others(store: Store, broker: Broker) -> None:
    broker.end()
    plant = plant_on(broker)
    listening = Listening(LedPlant(store, lambda: None, lambda: plant))
    listening.look()
    await_(lambda: link(store, plant) == "disconnected", "the trouble")
    (row,) = live_table(store, plant.sources, datetime.now(UTC)).iter_rows(named=True)
    assert row["state"] == "watch"
    assert "cannot be reached" in row["words"]
    old = live_table(store, plant.sources, datetime.now(UTC) + timedelta(minutes=5))
    assert old["link"].item() == "stopped"
    listening.stop()
