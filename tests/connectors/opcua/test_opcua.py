"""OPC UA against a real server: looking, hearing, quality, missing nodes, and that nothing is ever written."""

from __future__ import annotations

import ast
import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asyncua import ua

from data_connectors import check_connector
from data_connectors.errors import DefinitionError, SourceRefused
from data_connectors.live.spool import Spool
from data_connectors.opcua import OpcUa, session
from data_connectors.schema import Source
from tests.connectors.opcua.ear import STAGE, Ear, connector, source
from tests.connectors.opcua.server import URI, Running, between
from tests.waiting import until

PACKAGE = Path(session.__file__).parent
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"url": "http://plc"}, "none of OPC UA"),
        ({"url": "opc.tcp://bob:secret@plc"}, "holds a user"),
        ({"security": "Basic256"}, "is broken"),
        ({"security": "Basic128Rsa15"}, "is broken"),
        ({"security": "Basic256Sha265", "pki": "x"}, "did you mean 'Basic256Sha256'"),
        ({"security": "None"}, "lets anyone on the network"),
        ({"security": "Basic256Sha256"}, "pki is missing"),
        ({"user": "qc", "password": "hunter2"}, "literal password"),
        ({"every_s": 0}, "every_s = 0"),
        ({"way": "ask"}, "'subscribe' or 'poll'"),
        ({"keepalive_s": 3}, "did you mean 'keep_alive_s'"),
        ({"columns": {"temp": "ns=2;s=Temp"}}, "by an index"),
        ({"columns": {"temp": "Temp"}, "namespace": ""}, "names no namespace"),
    ],
)
def test_a_wrong_setting_says_what_to_do(settings: dict[str, object], words: str) -> None:
    given = {"url": "opc.tcp://plc", **settings}
    with pytest.raises(DefinitionError, match=words) as told:
        OpcUa(source(**given), lambda: NOW)  # type: ignore[arg-type]
    assert "hunter2" not in str(told.value)
    assert "secret" not in str(told.value)


def test_check_goes_step_by_step(running: Running) -> None:
    probes = connector(running.url).check()
    assert [p.step for p in probes] == ["name", "tcp", "channel", "auth", "browse", "value", "clock"]
    assert all(p.ok for p in probes)
    assert "INSECURE" in probes[2].message


@pytest.mark.parametrize(
    ("url", "settings", "step"),
    [
        ("opc.tcp://no-such-host.invalid:4840", {}, "name"),
        ("opc.tcp://127.0.0.1:1", {}, "tcp"),
        ("", {"security": "Basic256Sha256", "pki": "unused"}, "channel"),
        ("", {"columns": {"temp": "s=Tmep"}}, "value"),
        ("", {"namespace": "urn:works:line7"}, "value"),
    ],
)
def test_check_ends_at_the_step_that_fails(running: Running, url: str, settings: dict[str, object], step: str) -> None:
    probes = connector(url or running.url, **settings).check()
    assert (probes[-1].step, probes[-1].ok) == (step, False)
    assert " - " in probes[-1].message


def test_discover_tells_tags_types_units_and_ranges(running: Running) -> None:
    found = {column.name: column for column in connector(running.url).discover()}
    temp = found[f"nsu={URI};s=Temp"]
    assert temp.dtype == "number, degC, 0 to 150"
    assert found[f"nsu={URI};s=CoilId"].dtype == "text"
    assert not any("ServerStatus" in name for name in found)


def test_what_discover_tells_can_be_mapped(running: Running) -> None:
    names = [column.name for column in connector(running.url).discover()]
    mapped = {"temp": names[0], "count": names[1]}
    assert connector(running.url, columns=mapped, namespace="").check()[-1].ok


def test_preview_shows_values_in_the_plants_units(running: Running) -> None:
    rows = connector(running.url).preview(STAGE).rows
    assert {"temp", "count"} <= set(rows.columns)
    assert rows["temp"].drop_nulls().len() == 1


@pytest.mark.parametrize("way", ["subscribe", "poll"])
def test_values_are_heard_and_become_rows(running: Running, tmp_path: Path, way: str) -> None:
    made = connector(running.url, tmp_path, way=way)
    with Ear(made, tmp_path) as ear:
        until(lambda: len(ear.values("s=Count")) >= 4)
        assert ear.standing.link == "connected"
    counts = ear.values("s=Count")
    assert counts == sorted(set(counts))
    rows = [batch.frame for batch in made.read(STAGE, None)]
    assert sum(frame.height for frame in rows) >= 4


def test_the_conformance_suite(running: Running, tmp_path: Path) -> None:
    with Ear(connector(running.url, tmp_path), tmp_path) as ear:
        until(lambda: len(ear.values("s=Count")) >= 4)
    check_connector(lambda: connector(running.url, tmp_path), STAGE)


def test_a_unit_ends_when_its_tag_changes(running: Running, tmp_path: Path) -> None:
    made = connector(running.url, tmp_path, rows="unit", columns={"temp": "s=Temp", "count": "s=Count"})
    named = Source("plc", "opcua", "s", unit_column="s=CoilId", columns=made.source.columns,
                   settings=made.source.settings)  # fmt: skip
    made = OpcUa(named, lambda: datetime.now(UTC), tmp_path)
    running.say("CoilId", "C-001")
    with Ear(made, tmp_path) as ear:
        until(lambda: ear.values("s=CoilId") == ["C-001"])
        running.say("CoilId", "C-002")
        until(lambda: len(ear.values("s=CoilId")) == 2)
    frames = [batch.frame for batch in made.read(STAGE, None) if batch.frame.height]
    assert frames[0]["s=CoilId"].to_list() == ["C-001"]


@pytest.mark.parametrize(
    ("status", "quality", "code"),
    [
        (ua.StatusCodes.BadSensorFailure, "bad", "BadSensorFailure"),
        (ua.StatusCodes.UncertainLastUsableValue, "uncertain", "UncertainLastUsableValue"),
        (0xC0000000, "bad", ""),
    ],
)
def test_bad_is_never_kept_as_good(running: Running, tmp_path: Path, status: int, quality: str, code: str) -> None:
    running.say("Temp", 21.0)
    with Ear(connector(running.url, tmp_path), tmp_path) as ear:
        until(lambda: ear.samples("s=Temp"))
        running.say("Temp", 999.0, status)
        until(lambda: len(ear.samples("s=Temp")) == 2)
        running.say("Temp", 22.0)
        until(lambda: len(ear.samples("s=Temp")) == 3)
    assert [one.quality for one in ear.samples("s=Temp")] == ["good", quality, "good"]
    assert ear.samples("s=Temp")[1].code.startswith(code)


def test_a_missing_tag_does_not_stop_the_rest_and_is_heard_once_it_is_there(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data_connectors.opcua.listening._LOOK_AGAIN_S", 0.3)
    name = f"Late{tmp_path.name}"
    with Ear(connector(running.url, tmp_path, columns={"temp": f"s={name}", "count": "s=Count"}), tmp_path) as ear:
        until(lambda: len(ear.values("s=Count")) >= 2)
        assert "1 of 2 tags" in ear.standing.words
        assert f"s={name} (BadNodeIdUnknown)" in ear.standing.words
        line = running.plant.server.get_node(ua.NodeId("Line1", running.plant.index))
        running.do(line.add_variable(ua.NodeId(name, running.plant.index), name, 7.5))
        until(lambda: ear.values(f"s={name}") == [7.5])
        until(lambda: "2 of 2 tags" in ear.standing.words)


def test_history_is_asked_from_the_mark_and_nothing_comes_twice(running: Running, tmp_path: Path) -> None:
    made = connector(running.url, tmp_path)
    with Ear(made, tmp_path) as ear:
        until(lambda: len(ear.values("s=Count")) >= 3)
    before = ear.values("s=Count")[-1]
    running.say("Temp", 33.0)
    running.say("Temp", 34.0)
    until(lambda: running.do(running.plant.nodes["Count"].read_value()) > before + 5)
    with Ear(made, tmp_path) as again:
        until(lambda: again.values("s=Count")[-1] > before + 8)
    counts = [number for number in again.values("s=Count") if number]
    assert set(counts) == between(running.plant.offered, counts)
    assert 33.0 in again.values("s=Temp")
    assert again.gaps() == []


def test_a_stretch_of_history_can_be_had(running: Running, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    running.say("Temp", 55.0)
    with Spool(tmp_path) as spool:
        kept = connector(running.url).backfill(STAGE, spool, now, now + timedelta(seconds=1))
        assert kept >= 1
        assert spool.mark == ""


def test_values_that_stop_are_told_however_sound_the_connection(running: Running, tmp_path: Path) -> None:
    columns = {"temp": "s=T00000", "count": "s=T00001"}
    running.say("T00000", 1.0)
    with Ear(connector(running.url, tmp_path, columns=columns, max_age_s=0.5), tmp_path) as ear:
        until(lambda: "no value for 0.5 s" in ear.standing.words)
        assert ear.standing.link == "connected"
        running.say("T00000", 2.0)
        until(lambda: ear.values("s=T00000")[-1] == 2.0)
    assert [gap.cause for gap in ear.gaps()] == ["stale"]


def test_a_session_lets_no_writing_service_through(running: Running) -> None:
    options = connector(running.url)._options

    async def tried() -> None:
        async with session.session(options, "source 'plc'") as opened:
            node = opened.client.get_node(ua.NodeId("Temp", running.plant.index))
            for attempt in (node.write_value(1.0), node.delete(), opened.client.register_nodes([node])):
                with pytest.raises(SourceRefused, match="only reads"):
                    await attempt

    asyncio.run(tried())
    assert running.plant.writes == []


WRITES = (
    "write",
    "set_value",
    "set_writable",
    "call_",
    "add_nodes",
    "delete_nodes",
    "history_update",
    "register_nodes",
)


def services(tree: ast.AST) -> list[str]:
    """Names of attributes, functions and imports that belong to a service that changes a server."""
    names = [n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)]
    names += [a.name for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom) for a in n.names]
    return [name for name in names if name.casefold().startswith(WRITES) and name != "write_bytes"]


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda p: p.name)
def test_no_module_names_a_writing_service(path: Path) -> None:
    found = set(services(ast.parse(path.read_text(encoding="utf8"))))
    assert found <= {"written"}


def test_the_detector_of_writing_sees_what_it_should() -> None:
    bad = "from asyncua.ua import WriteRequest\nnode.write_value(1)\nclient.set_values([])\nnode.call_method('x')"
    assert len(services(ast.parse(bad))) == 4
