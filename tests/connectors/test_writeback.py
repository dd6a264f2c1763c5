"""Write-back against real places, and that nothing that writes is loaded while it is off."""

from __future__ import annotations

import ast
import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from asyncua import ua

import data_connectors.writeback as package
from data_connectors.errors import DefinitionError, SourceRefused, SourceUnavailable
from data_connectors.opcua.session import session
from data_connectors.writeback import Message, Outlet, make_writer
from data_connectors.writeback.message import taken_back
from data_connectors.writeback.to_opcua import ToOpcUa, _within
from tests.connectors.mqtt.broker import Broker, mosquitto
from tests.connectors.opcua.server import OTHER, URI, Running, Setup
from tests.waiting import until

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


def outlet(kind: str, **settings: Any) -> Outlet:
    return Outlet("to-plc", kind, "rolling-2", "thickness", low=-40, high=40, dead_value=0, on=True, settings=settings)


def message(value: float = 3.5, **changed: Any) -> Message:
    given = {"stage": "rolling-2", "characteristic": "thickness", "unit_id": "C-7", "t_event": NOON, "value": value,
             "lower": value - 1, "upper": value + 1, "quality": "good", "reason": "", "model": "v1"}  # fmt: skip
    return Message(**{**given, **changed})


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"kind": "opc"}, "did you mean 'opcua'"),
        ({"low": 50}, "is not below high"),
        ({"dead_value": 99}, "lies outside"),
        ({"most_per_minute": 0}, "most_per_minute"),
        ({"heartbeat_s": 0.1}, "heartbeat_s"),
    ],
)
def test_a_wrong_outlet_says_what_to_do(changed: dict[str, Any], words: str) -> None:
    given = {"kind": "file", "low": -40, "high": 40, "dead_value": 0, **changed}
    with pytest.raises(DefinitionError, match=words):
        Outlet("to-plc", stage="rolling-2", characteristic="thickness", **given)


def test_an_outlet_that_is_off_has_no_writer(tmp_path: Path) -> None:
    off = Outlet("to-plc", "file", "s", "y", low=0, high=1, dead_value=0, settings={"path": str(tmp_path)})
    with pytest.raises(DefinitionError, match="is off"):
        make_writer(off)


def test_nothing_that_writes_is_loaded_while_write_back_is_off() -> None:
    code = (
        "import sys, qc_app.plant, qc_app.jobs.writeback, data_connectors.opcua, data_connectors.modbus\n"
        "print([m for m in sys.modules if m.startswith('data_connectors.writeback.to_')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["__init__", "outlet", "message", "pace", "writing"])
def test_what_is_always_loaded_imports_no_library_that_could_write(name: str) -> None:
    tree = ast.parse((Path(package.__file__).parent / f"{name}.py").read_text(encoding="utf8"))
    names = {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    names |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    assert not [n for n in names if n.split(".")[0] in {"asyncua", "paho", "pymodbus", "sqlalchemy"} or ".to_" in n]


def test_files_are_replaced_as_a_whole(tmp_path: Path) -> None:
    writer = make_writer(outlet("file", path=str(tmp_path)))
    writer.write([message(1.0), message(2.0)])
    writer.beat(7, NOON)
    told = json.loads((tmp_path / "to-plc.json").read_text())
    assert (told["value"], told["lower"], told["quality"], told["model"], told["unit_id"]) == (
        2.0,
        1.0,
        "good",
        "v1",
        "C-7",
    )
    assert json.loads((tmp_path / "to-plc.heartbeat.json").read_text())["number"] == 7
    assert sorted(p.name for p in tmp_path.iterdir()) == ["to-plc.heartbeat.json", "to-plc.json"]


def test_rows_go_to_a_table_of_their_own(tmp_path: Path) -> None:
    writer = make_writer(outlet("sql", url=f"sqlite:///{tmp_path / 'plc.db'}", table="qc_out"))
    writer.write([message(1.0), message(2.0, unit_id="x'; DROP TABLE qc_out; --")])
    for number in (1, 2, 3):
        writer.beat(number, NOON)
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'plc.db'}")
    with engine.connect() as connection:
        rows = connection.execute(sa.text("select characteristic, value, unit_id from qc_out")).all()
    engine.dispose()
    assert [tuple(r) for r in rows] == [
        ("thickness", 1.0, "C-7"), ("thickness", 2.0, "x'; DROP TABLE qc_out; --"), ("heartbeat", 3.0, "")
    ]  # fmt: skip


def test_a_database_that_is_away_is_told_without_its_password() -> None:
    writer = make_writer(outlet("sql", url="postgresql+psycopg://u@127.0.0.1:1/db", table="t", allow_plain=True,
                                password="canary-1"))  # noqa: S106 # fmt: skip
    with pytest.raises(SourceUnavailable, match="cannot be written") as told:
        writer.write([message()])
    assert "canary" not in str(told.value)


@pytest.fixture(scope="module")
def plc() -> Iterator[Running]:
    server = Running(Setup())
    own = server.plant.setup.namespaces.index(OTHER) + 2

    async def nodes() -> None:
        folder = await server.plant.server.nodes.objects.add_object(ua.NodeId("QC", own), "QC")
        words = dict.fromkeys(("unit_id", "quality", "reason", "model"), "")
        for name, value in {**words, "value": 0.0, "lower": 0.0, "upper": 0.0, "t_event": NOON}.items():
            node = await folder.add_variable(ua.NodeId(f"QC.y.{name}", own), name, value)
            await node.set_writable()
        beat = await folder.add_variable(ua.NodeId("QC.y.heartbeat", own), "heartbeat", ua.UInt32(0))
        await beat.set_writable()
        await server.plant.nodes["Temp"].set_writable()

    server.do(nodes())
    yield server
    server.stop()


def told(plc: Running, name: str) -> Any:
    own = plc.plant.setup.namespaces.index(OTHER) + 2
    return plc.do(plc.plant.server.get_node(ua.NodeId(f"QC.y.{name}", own)).read_value())


def opcua(plc: Running, **changed: Any) -> Outlet:
    given = {"url": plc.url, "namespace": OTHER, "tag": "s=QC.y", "security": "None", "allow_insecure": True}
    return outlet("opcua", **{**given, **changed})


def test_values_go_to_nodes_of_their_own_namespace(plc: Running) -> None:
    writer = make_writer(opcua(plc))
    writer.write([message(3.5, quality="uncertain", reason="answered by baseline")])
    writer.beat(42, NOON)
    fields = [
        told(plc, name) for name in ("value", "lower", "upper", "quality", "reason", "model", "unit_id", "heartbeat")
    ]
    assert fields == [3.5, 2.5, 4.5, "uncertain", "answered by baseline", "v1", "C-7", 42]
    assert told(plc, "t_event").replace(tzinfo=UTC) == NOON


def test_no_node_outside_the_own_namespace_can_be_written(plc: Running) -> None:
    with pytest.raises(DefinitionError, match="outside of"):
        make_writer(opcua(plc, tag=f"nsu={URI};s=Temp"))
    before = len(plc.plant.writes)
    writer = ToOpcUa(opcua(plc))

    async def tried() -> None:
        own = plc.plant.setup.namespaces.index(OTHER) + 2
        async with session(
            writer._options, "x", allowed=lambda r: "Write" not in type(r).__name__ or _within(r, [own])
        ) as s:
            with pytest.raises(SourceRefused, match="only reads"):
                await s.client.get_node(ua.NodeId("Temp", plc.plant.index)).write_value(1.0)

    asyncio.run(tried())
    assert len(plc.plant.writes) == before


def test_a_node_that_is_missing_is_named(plc: Running) -> None:
    with pytest.raises(SourceRefused, match=r"refuses .*value \(Bad"):
        make_writer(opcua(plc, tag="s=QC.z")).write([message()])


@pytest.mark.skipif(mosquitto() is None, reason="mosquitto is not installed")
def test_messages_are_retained_and_the_broker_tells_when_we_are_gone(tmp_path: Path) -> None:
    import paho.mqtt.client as paho
    from paho.mqtt.enums import CallbackAPIVersion

    broker = Broker(tmp_path).start()
    writer = make_writer(outlet("mqtt", host="127.0.0.1", port=broker.port, topic="plant/qc/thickness", keepalive_s=1))
    writer.write([message(3.5)])
    writer.beat(9, NOON)
    heard: dict[str, Any] = {}
    ear = paho.Client(CallbackAPIVersion.VERSION2)
    ear.on_message = lambda _c, _u, m: heard.__setitem__(m.topic, json.loads(m.payload))
    ear.connect("127.0.0.1", broker.port)
    ear.subscribe("plant/qc/#", 1)
    ear.loop_start()
    until(lambda: len(heard) == 2)
    assert (heard["plant/qc/thickness/value"]["value"], heard["plant/qc/thickness/heartbeat"]["number"]) == (3.5, 9)
    writer._client.loop_stop()  # type: ignore[attr-defined]
    writer._client.socket().close()  # type: ignore[attr-defined]
    until(lambda: heard["plant/qc/thickness/value"]["quality"] == "bad")
    ear.disconnect()
    ear.loop_stop()
    broker.end()


def test_what_is_taken_back_is_the_dead_value() -> None:
    gone = taken_back(outlet("file", path="x"), NOON, "stopped")
    assert (gone.value, gone.quality, gone.unit_id) == (0, "bad", "")
