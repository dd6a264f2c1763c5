"""A real OPC UA server for the tests: in a thread, or as a child process that can be killed and stopped.

As a child: ``python -m tests.connectors.opcua.server '{"port": 4840, ...}'``; it prints ``ready`` and counts.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from asyncua import Server, ua
from asyncua.common.callback import CallbackType
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.server.history import HistoryDict
from asyncua.server.user_managers import UserManager
from asyncua.ua.attribute_ids import AttributeIds

ROOT = Path(__file__).resolve().parents[3]
URI, OTHER = "urn:works:line1", "urn:works:other"
APP_URI = "urn:test:server"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Setup:
    """How a server is to be.

    count_every_s: the counter's pace, 0: it stands still. history: "", "memory" or the path of a file;
    fill_from: at the start it gets what was counted since. ledger: a file that hears of each number that
    is offered. ahead_s: how far the server's clock is ahead of ours.
    """

    port: int = field(default_factory=free_port)
    namespaces: list[str] = field(default_factory=lambda: [OTHER, URI])
    tags: int = 2
    count_every_s: float = 0.0
    history: str = ""
    fill_from: str = ""
    security: list[str] = field(default_factory=lambda: ["NoSecurity"])
    certificate: str = ""
    key: str = ""
    app_uri: str = APP_URI
    users: dict[str, str] = field(default_factory=dict)
    ledger: str = ""
    ahead_s: float = 0.0

    @property
    def url(self) -> str:
        return f"opc.tcp://127.0.0.1:{self.port}/works"


class _Users(UserManager):
    def __init__(self, known: dict[str, str]) -> None:
        self._known = known

    def get_user(self, iserver: Any, username: Any = None, password: Any = None, certificate: Any = None) -> Any:  # noqa: ARG002 - the library's interface
        return User(role=UserRole.User) if username and self._known.get(username) == password else None


class FileHistory(HistoryDict):
    """A history that outlives its server; the library's own on SQLite takes no nodes with a text for a name."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._before: dict[str, list[ua.DataValue]] = {}

    async def init(self) -> None:
        for line in self._path.read_text().splitlines() if self._path.exists() else []:
            node, value, at = json.loads(line)
            moment = datetime.fromisoformat(at)
            said = ua.DataValue(ua.Variant(value), ua.StatusCode(), moment, moment)
            self._before.setdefault(node, []).append(said)

    async def new_historized_node(self, node_id: ua.NodeId, period: Any, count: int = 0) -> None:
        await super().new_historized_node(node_id, period, count)
        self._datachanges[node_id] += self._before.get(node_id.to_string(), [])

    async def save_node_value(self, node_id: ua.NodeId, datavalue: ua.DataValue) -> None:
        await super().save_node_value(node_id, datavalue)
        self._datachanges[node_id].sort(key=lambda one: one.SourceTimestamp)
        told = [node_id.to_string(), datavalue.Value.Value, datavalue.SourceTimestamp.isoformat()]
        with self._path.open("a") as file:
            file.write(json.dumps(told) + "\n")


class Plant:
    """The server and its variables: Temp (with unit and range), Count, CoilId, and as many T0000.. as asked for."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.writes: list[str] = []
        self.offered: list[int] = []
        self.ledger = Path(setup.ledger).open("a", buffering=1) if setup.ledger else None  # noqa: SIM115
        self.nodes: dict[str, Any] = {}

    async def start(self) -> None:
        users = _Users(self.setup.users) if self.setup.users else None
        self.server = Server(user_manager=users)
        self.server.set_endpoint(self.setup.url)
        self.server.set_security_policy([getattr(ua.SecurityPolicyType, name) for name in self.setup.security])
        await self.server.init()
        await self.server.set_application_uri(self.setup.app_uri)
        if self.setup.certificate:
            await self.server.load_certificate(self.setup.certificate)
            await self.server.load_private_key(self.setup.key)
        kept = self.setup.history not in {"", "memory"}
        self._history = FileHistory(Path(self.setup.history)) if kept else HistoryDict()
        await self._history.init()
        self.server.iserver.history_manager.set_storage(self._history)
        await self._fill()
        await self.server.start()
        if self.setup.ahead_s:
            await self._put_clock_forward()
        self.server.subscribe_server_callback(CallbackType.PreWrite, lambda event, _: self._written(event))
        for node in list(self.nodes.values())[:3] if self.setup.history else []:
            await self._history.new_historized_node(node.nodeid, None)
            await self.server.write_attribute_value(
                node.nodeid, ua.DataValue(ua.Variant(True)), AttributeIds.Historizing
            )

    async def _put_clock_forward(self) -> None:
        self.server.iserver.time_task.cancel()
        self.server.iserver.time_task = asyncio.create_task(asyncio.sleep(0))
        for number in (ua.ObjectIds.Server_ServerStatus_CurrentTime, ua.ObjectIds.Server_ServerStatus_StartTime):
            told = ua.DataValue(ua.Variant(self.now()))
            self.server.iserver.aspace.set_attribute_value_callback(
                ua.NodeId(number), AttributeIds.Value, lambda *_, told=told, number=number: told
                if number == ua.ObjectIds.Server_ServerStatus_StartTime else ua.DataValue(ua.Variant(self.now()))
            )  # fmt: skip

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.setup.ahead_s)

    def _written(self, event: Any) -> None:
        if event.is_external:
            self.writes.append(str(event.request_params))

    async def _fill(self) -> None:
        indices = [await self.server.register_namespace(uri) for uri in self.setup.namespaces]
        self.index = indices[self.setup.namespaces.index(URI)]
        line = await self.server.nodes.objects.add_object(ua.NodeId("Line1", self.index), "Line1")
        for name, value in (("Temp", 20.0), ("Count", 0), ("CoilId", "C-000")):
            self.nodes[name] = await line.add_variable(ua.NodeId(name, self.index), name, value)
        unit = ua.EUInformation(DisplayName=ua.LocalizedText("degC"), NamespaceUri="http://www.opcfoundation.org")
        await self.nodes["Temp"].add_property(0, "EngineeringUnits", unit)
        await self.nodes["Temp"].add_property(0, "EURange", ua.Range(0.0, 150.0))
        for i in range(self.setup.tags):
            if i % 100 == 0:  # the library looks through all children of a parent for each new one
                group = await line.add_object(ua.NodeId(f"G{i}", self.index), f"G{i}")
            name = f"T{i:05d}"
            self.nodes[name] = await group.add_variable(ua.NodeId(name, self.index), name, float(i))

    async def say(self, name: str, value: Any, status: int = 0, at: datetime | None = None) -> None:
        at = at or self.now()
        variant = value if isinstance(value, ua.Variant) else ua.Variant(value)
        said = ua.DataValue(variant, ua.StatusCode(ua.UInt32(status)), at, self.now())
        await self.server.write_attribute_value(self.nodes[name].nodeid, said)
        if self.setup.history and name in {"Temp", "Count", "CoilId"}:
            await self._history.save_node_value(self.nodes[name].nodeid, said)

    async def count(self) -> None:
        """The number tells the time: what is missing is known from outside."""
        last = None
        while True:
            now = self.now()
            number = counted(now, self.setup.count_every_s)
            if number != last:  # woken a hair too early it counts twice, and nobody is told of a value that stays
                await self.say("Count", number, at=now)
                self.offered.append(number)
                self.offer(now)
            last = number
            await asyncio.sleep(self.setup.count_every_s - now.timestamp() % self.setup.count_every_s)

    def offer(self, at: datetime) -> None:
        if self.ledger is not None:
            self.ledger.write(f"{at.isoformat()}\n")

    async def fill_history(self, since: datetime, until: datetime) -> None:
        """What a controller's buffer would bring after the server was down."""
        at = since
        while at < until:
            said = ua.DataValue(ua.Variant(counted(at, self.setup.count_every_s)), ua.StatusCode(), at, at)
            await self._history.save_node_value(self.nodes["Count"].nodeid, said)
            self.offer(at)
            at += timedelta(seconds=self.setup.count_every_s)


def counted(at: datetime, every_s: float) -> int:
    return round(at.timestamp() / every_s) % 1_000_000


def between(offered: list[int], heard: list[int]) -> set[int]:
    """What was offered between the first and the last number heard."""
    return {number for number in offered if min(heard) <= number <= max(heard)}


class Running:
    """A server in a thread of its own; `do` runs a coroutine on it."""

    def __init__(self, setup: Setup) -> None:
        self.plant = Plant(setup)
        self.url = setup.url
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.do(self.plant.start())
        self._counting = None
        if setup.count_every_s:
            self._counting = asyncio.run_coroutine_threadsafe(self.plant.count(), self._loop)

    def do(self, what: Coroutine[Any, Any, Any], seconds: float = 300.0) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(seconds)

    def say(self, name: str, value: Any, status: int = 0, at: datetime | None = None) -> None:
        self.do(self.plant.say(name, value, status, at))

    def stop(self) -> None:
        if self._counting is not None:
            self._counting.cancel()
        with suppress(TimeoutError):  # a server that does not come to its end ends with its loop
            self.do(self.plant.server.stop(), 20.0)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)
        self._loop.close()


class Child:
    """A server in a process of its own."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        command = [sys.executable, "-m", "tests.connectors.opcua.server", json.dumps(asdict(setup))]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == "ready", "the server did not start"

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(60)
        if self.process.stdout is not None:
            self.process.stdout.close()


async def _serve(setup: Setup) -> None:
    plant = Plant(setup)
    await plant.start()
    if setup.fill_from:
        await plant.fill_history(datetime.fromisoformat(setup.fill_from), datetime.now(UTC))
    print("ready", flush=True)  # noqa: T201
    await (plant.count() if setup.count_every_s else asyncio.Event().wait())


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    asyncio.run(_serve(Setup(**json.loads(sys.argv[1]))))
