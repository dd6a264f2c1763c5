"""A real Modbus server for the tests, in a thread of its own; it notes every function that it is asked for."""

from __future__ import annotations

import asyncio
import ssl
import threading
from typing import Any

from pymodbus.pdu.pdu import ModbusPDU
from pymodbus.server import ModbusTcpServer, ModbusTlsServer
from pymodbus.simulator import DataType, SimData, SimDevice

from tests.connectors.opcua.server import free_port

HOLDING = [
    SimData(0, values=[-5, 7], datatype=DataType.INT16),
    SimData(2, values=[200.0], datatype=DataType.FLOAT32),
    SimData(10, values=[123456789], datatype=DataType.INT32),
    SimData(20, values="C-001", datatype=DataType.STRING),
    SimData(30, values=0b100, datatype=DataType.UINT16),
    SimData(40, values=[2.5], datatype=DataType.FLOAT64),
]
INPUT = [SimData(0, values=[0x8000], datatype=DataType.UINT16), SimData(1, count=130, datatype=DataType.UINT16)]
BITS = [SimData(0, values=[True] * 16, datatype=DataType.BITS)]


def devices(number: int = 1) -> SimDevice:
    return SimDevice(number, simdata=(BITS, BITS, HOLDING, INPUT))


class Device:
    """A device that can be stopped and started again on its port."""

    def __init__(self, port: int = 0, sslctx: ssl.SSLContext | None = None) -> None:
        self.port = port or free_port()
        self.functions: list[int] = []
        self._sslctx = sslctx
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._do(self._start())

    async def _start(self) -> None:
        place = ("127.0.0.1", self.port)
        known = [devices(1), devices(3)]
        if self._sslctx is None:
            self._server: Any = ModbusTcpServer(known, address=place, trace_pdu=self._noted)
        else:
            self._server = ModbusTlsServer(known, address=place, sslctx=self._sslctx, trace_pdu=self._noted)
        await self._server.serve_forever(background=True)

    def _noted(self, sending: bool, pdu: ModbusPDU) -> ModbusPDU:
        if not sending:
            self.functions.append(pdu.function_code)
        return pdu

    async def _end(self) -> None:
        await self._server.shutdown()
        await asyncio.sleep(0.1)  # its connections close in the next turns of the loop

    def _do(self, what: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(30)

    def stop(self) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)
        self._loop.close()
