"""A real OPC UA server without a history, or with one of some tags: what is lost is said, stands as a gap, is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from data_connectors.catalog import make_connector
from data_connectors.errors import SourceRefused
from data_connectors.schema import Source
from qc_app.cli import main
from qc_app.jobs.sources.backfill import Stretch, backfilled, rehearsed
from qc_app.jobs.sources.ingest import ingest
from qc_app.plant import digest, render
from qc_app.store import Store, conservation, plant_in_force
from qc_app.views import gaps_sentence, gaps_table

from .conftest import START, Works

pytest.importorskip("asyncua")
from tests.connectors.opcua.ear import Ear
from tests.connectors.opcua.server import URI, Running, Setup
from tests.waiting import until

NAME = "plc"


@pytest.fixture(params=["", "memory"])
def server(request: pytest.FixtureRequest) -> Iterator[Running]:
    """Without a history, or with one of Temp and the unit's id but not of T00000."""
    made = Running(Setup(history=request.param))
    yield made
    made.stop()


@pytest.fixture
def store(works: Works, server: Running) -> Iterator[Store]:
    settings = {"url": server.url, "namespace": URI, "security": "None", "allow_insecure": True, "rows": "moment"}
    quick = {"every_s": 0.1, "keep_alive_s": 5.0, "timeout_s": 5.0, "wait_s": 0.0, "lateness_s": 0.0}
    columns = {"force": "s=Temp", "temp": "s=T00000"}
    mine = Source(NAME, "opcua", "p-1", columns=columns, settings={**settings, **quick})
    with works.open() as opened:
        opened.clock.moment = datetime.now(UTC)
        plant = replace(works.plant(), sources=(mine,))
        opened.journal.plants.save(render(plant), digest(plant), "test", "", START)
        yield opened


def heard(store: Store, server: Running, value: float) -> None:
    """Listen until a value has come."""
    (mine,) = plant_in_force(store).sources
    folder = store.spool(NAME)
    made = make_connector(mine, store.clock.now, folder)
    with Ear(made, folder, plant_in_force(store).stage("p-1")) as ear:
        until(lambda: ear.standing.link == "connected")
        server.say("Temp", value)
        server.say("T00000", value)
        until(lambda: value in ear.values("s=Temp") and value in ear.values("s=T00000"))


def broken_off(store: Store, server: Running) -> Stretch:
    """Be away while values come; return the stretch of it."""
    heard(store, server, 71.0)
    since = datetime.now(UTC)
    server.say("Temp", 72.0)
    server.say("T00000", 72.0)
    heard(store, server, 73.0)
    store.clock.moment = datetime.now(UTC) + timedelta(minutes=1)
    ingest(store, plant_in_force(store))
    return Stretch(NAME, since, datetime.now(UTC), "maria")


@pytest.mark.slow
def test_what_a_server_without_history_forgot_is_refused_in_words_and_stands_as_a_gap(store, server, capsys):
    asked = broken_off(store, server)
    plant = plant_in_force(store)
    (gap,) = store.journal.gaps.list()
    assert (gap.source, gap.cause) == (NAME, "no_history")
    assert gap.start < asked.since < gap.end
    stored = store.lake.measurements("p-1")
    if server.plant.setup.history:
        done = backfilled(store, plant, asked)
        assert "not all of it can be told: the server keeps no history of s=T00000" in done.sentence
        assert done.numbers["closed"] == 0
    else:
        for ask in (rehearsed, backfilled):
            with pytest.raises(SourceRefused, match=r"keeps no history of these tags.* stands as a gap - .*qc import"):
                ask(store, plant, asked)
        assert store.lake.measurements("p-1").equals(stored)
    assert store.journal.gaps.list() == [gap], "what is lost stays declared"
    assert conservation.of_source(store, "p-1", NAME, "measurements") == []
    shown = gaps_table(store, plant.sources)
    assert shown.select("state", "cause").rows() == [("open", "no_history")]
    assert gaps_sentence(shown).startswith("1 stretch is open")
    assert main(["gaps", "--home", str(store.home)]) == 0
    assert "no_history" in capsys.readouterr().out
