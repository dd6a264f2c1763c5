"""The Data page on a plant that listens: connection, counts and losses of every live source."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from data_connectors.live import Sample, Spool
from data_connectors.schema import Parameter, Source, Stage
from qc_app.plant import Plant, digest, render
from qc_app.settings import Settings
from qc_app.store import open_store


def listening_plant(home):
    stage = Stage("rolling-2", "line-1", "rolling", (Parameter("speed"),), ())
    settings = {"host": "broker.invalid", "topics": "plant/#"}
    sources = tuple(Source(name, "mqtt", "rolling-2", settings=settings) for name in ("heard", "unheard"))
    plant = Plant("Works", stages=(stage,), sources=sources)
    with open_store(Settings(home=home), create=True) as store:
        store.journal.plants.save(render(plant), digest(plant), "test", "", datetime.now(UTC) - timedelta(days=1))
        spool = Spool(store.spool("heard"))
        spool.tell("connected", "broker.invalid:1883, plant/#")
        spool.keep([Sample("plant/speed", 9.5, None, None, datetime.now(UTC))])
        spool.dropped(3, "no_room_qos_0")
        spool.publish()
    return spool


def test_the_data_page_tells_how_each_connection_stands(open_app, tmp_path):
    spool = listening_plant(tmp_path / "home")
    try:
        app = open_app(tmp_path / "home", "data")
    finally:
        spool.close()
    assert not app.exception
    (table,) = [f.value for f in app.dataframe if "connects" in f.value.columns]
    told = {row["source"]: row for row in table.to_dict("records")}
    assert told["heard"]["link"] == "connected"
    assert (told["heard"]["kept"], told["heard"]["dropped"], told["heard"]["connects"]) == (1, 3, 1)
    assert "lost: 3 no_room_qos_0" in told["heard"]["words"]
    assert told["unheard"]["link"] == "stopped"
    assert "Nobody has listened yet" in told["unheard"]["words"]
