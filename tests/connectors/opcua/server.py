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
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from asyncua import Server, ua
from asyncua.common.callback import CallbackType
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.server.history_sql import HistorySQLite
from asyncua.server.user_managers import UserManager

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

    count_every_s: the counter's pace, 0: it stands still. history: "", "memory" or the path of a SQLite file.
    """

    port: int = field(default_factory=free_port)
    namespaces: list[str] = field(default_factory=lambda: [OTHER, URI])
    tags: int = 2
    count_every_s: float = 0.0
    history: str = ""
    fill_history: bool = False
    security: list[str] = field(default_factory=lambda: ["NoSecurity"])
    certificate: str = ""
    key: str = ""
    app_uri: str = APP_URI
    users: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"opc.tcp://127.0.0.1:{self.port}/works"


class _Users(UserManager):
    def __init__(self, known: dict[str, str]) -> None:
        self._known = known

    def get_user(self, iserver: Any, username: Any = None, password: Any = None, certificate: Any = None) -> Any:  # noqa: ARG002 - the library's interface
        return User(role=UserRole.User) if username and self._known.get(username) == password else None


class Plant:
    """The server and its variables: Temp (with unit and range), Count, CoilId, and as many T0000.. as asked for."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.writes: list[str] = []
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
        if self.setup.history not in {"", "memory"}:
            storage = HistorySQLite(self.setup.history)
            self.server.iserver.history_manager.set_storage(storage)
            await storage.init()
        await self._fill()
        await self.server.start()
        self.server.subscribe_server_callback(CallbackType.PreWrite, lambda event, _: self._written(event))
        if self.setup.history:
            await self.server.historize_node_data_change(list(self.nodes.values())[:3], count=0)

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
            name = f"T{i:05d}"
            self.nodes[name] = await line.add_variable(ua.NodeId(name, self.index), name, float(i))

    async def say(self, name: str, value: Any, status: int = 0, at: datetime | None = None) -> None:
        at = at or datetime.now(UTC)
        variant = value if isinstance(value, ua.Variant) else ua.Variant(value)
        said = ua.DataValue(variant, ua.StatusCode(ua.UInt32(status)), at, datetime.now(UTC))
        await self.server.write_attribute_value(self.nodes[name].nodeid, said)

    async def count(self) -> None:
        """The number tells the time: what is missing is known from outside."""
        while True:
            now = datetime.now(UTC)
            await self.say("Count", counted(now, self.setup.count_every_s), at=now)
            await asyncio.sleep(self.setup.count_every_s - now.timestamp() % self.setup.count_every_s)

    async def fill_history(self, since: datetime, until: datetime) -> None:
        """What a controller's buffer would bring after the server was down."""
        storage = self.server.iserver.history_manager.storage
        at = since
        while at < until:
            said = ua.DataValue(ua.Variant(counted(at, self.setup.count_every_s)), ua.StatusCode(), at, at)
            await storage.save_node_value(self.nodes["Count"].nodeid, said)
            at += timedelta(seconds=self.setup.count_every_s)


def counted(at: datetime, every_s: float) -> int:
    return round(at.timestamp() / every_s) % 1_000_000


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

    def do(self, what: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(30)

    def say(self, name: str, value: Any, status: int = 0, at: datetime | None = None) -> None:
        self.do(self.plant.say(name, value, status, at))

    def stop(self) -> None:
        if self._counting is not None:
            self._counting.cancel()
        self.do(self.plant.server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


class Child:
    """A server in a process of its own."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        command = [sys.executable, "-m", "tests.connectors.opcua.server", json.dumps(asdict(setup))]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == "ready"

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)
        if self.process.stdout is not None:
            self.process.stdout.close()


async def _serve(setup: Setup) -> None:
    plant = Plant(setup)
    began = datetime.now(UTC)
    await plant.start()
    if setup.fill_history:
        await plant.fill_history(began - timedelta(seconds=20), datetime.now(UTC))
    print("ready", flush=True)  # noqa: T201
    await (plant.count() if setup.count_every_s else asyncio.Event().wait())


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    asyncio.run(_serve(Setup(**json.loads(sys.argv[1]))))
