"""An OPC UA server of the bench's own: a variable a parameter, set to a unit's values at the moment it was made."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from types import TracebackType
from typing import Any, Self

from qc_app.load import truth
from qc_app.load.making import NAMESPACE, UNIT
from qc_app.load.offering import ACK_S, Row

#: Changes of a variable that the server's history holds: what a reader that was away asks for.
KEPT = 5_000
_APART_S = 0.001


def there() -> bool:
    """Return whether the library of OPC UA is installed."""
    return find_spec("asyncua") is not None


class OpcUaServer:
    """Serves the stages of a plant on a free port of this machine, from a thread of its own.

    Parameters
    ----------
    stages : sequence of str
    parameters : int
        Of each stage.
    """

    def __init__(self, stages: Sequence[str], parameters: int) -> None:
        self._stages, self._names = stages, truth.names(parameters)
        self._nodes: dict[tuple[str, str], Any] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="opcua", daemon=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"opc.tcp://127.0.0.1:{self.port}/load"

    def __enter__(self) -> Self:
        logging.getLogger("asyncua").setLevel(logging.CRITICAL)  # that nothing is encrypted here is meant
        self._thread.start()
        self._do(self._start())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(ACK_S)
        self._loop.close()

    def tell(self, stage: str, rows: Sequence[Row]) -> None:
        """Set the variables to each unit in turn; return when the server has them."""
        self._do(self._set(stage, rows))

    def _do(self, what: Any) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(ACK_S)

    async def _start(self) -> None:
        from asyncua import ua
        from asyncua.server.server import Server

        self._server = Server()
        self._server.set_endpoint(self.url)
        self._server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        await self._server.init()
        index = ua.Int16(await self._server.register_namespace(NAMESPACE))
        for stage in self._stages:
            folder = await self._server.nodes.objects.add_object(_node(f"{stage}", index), stage)
            for name in (*self._names, UNIT):
                empty: float | str = "" if name == UNIT else 0.0
                self._nodes[stage, name] = await folder.add_variable(_node(f"{stage}.{name}", index), name, empty)
        begun = datetime.now(UTC)
        for (_, name), node in self._nodes.items():
            await self._write(node, "" if name == UNIT else None, begun)
        await self._server.start()
        for node in self._nodes.values():
            await self._server.historize_node_data_change(node, count=KEPT)

    async def _end(self) -> None:
        await self._server.stop()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _set(self, stage: str, rows: Sequence[Row]) -> None:
        for number, at, values in rows:
            moment = datetime.fromtimestamp(at, UTC)
            for name, value in zip(self._names, values, strict=True):
                await self._write(self._nodes[stage, name], value, moment)
            await self._write(self._nodes[stage, UNIT], truth.unit_id(stage, number), moment)

    async def _write(self, node: Any, value: float | str | None, at: datetime) -> None:
        from asyncua import ua
        from asyncua.ua.status_codes import StatusCodes

        code = StatusCodes.Good if value is not None else StatusCodes.BadNoData
        moment = ua.DateTime.fromisoformat(at.isoformat())
        said = ua.DataValue(ua.Variant(value), ua.StatusCode(ua.UInt32(code)), moment, moment)
        await self._server.write_attribute_value(node.nodeid, said)


def _node(name: str, index: Any) -> Any:
    from asyncua import ua

    return ua.NodeId(ua.String(name), index)


class OpcUaOutlet:
    """Tells the units of a stage through the server."""

    def __init__(self, server: OpcUaServer, stage: str) -> None:
        self._server, self._stage, self._last = server, stage, 0.0

    def offer(self, rows: Sequence[Row]) -> None:
        """Set the variables; a server's time only goes on, so each unit is a millisecond after the last at least."""
        told = []
        for number, at, values in rows:
            self._last = max(at, self._last + _APART_S)
            told.append((number, self._last, values))
        self._server.tell(self._stage, told)
