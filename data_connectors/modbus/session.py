"""A connection to a device that can only read: four functions of the protocol, and no others leave this machine."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from pymodbus.client import ModbusTcpClient, ModbusTlsClient
from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerType
from pymodbus.pdu import ExceptionResponse, ModbusPDU
from pymodbus.pdu.bit_message import ReadCoilsRequest, ReadDiscreteInputsRequest
from pymodbus.pdu.register_message import ReadHoldingRegistersRequest, ReadInputRegistersRequest

from data_connectors.errors import SourceRefused, SourceUnavailable
from data_connectors.modbus.grouping import Group
from data_connectors.modbus.options import Options

_REQUESTS: dict[str, type[ModbusPDU]] = {
    "coil": ReadCoilsRequest,
    "discrete": ReadDiscreteInputsRequest,
    "holding": ReadHoldingRegistersRequest,
    "input": ReadInputRegistersRequest,
}
READING = frozenset({1, 2, 3, 4})
_REFUSALS = {1: "IllegalFunction", 2: "IllegalDataAddress", 3: "IllegalDataValue", 4: "DeviceFailure", 6: "DeviceBusy",
             10: "GatewayPathUnavailable", 11: "GatewayNoResponse"}  # fmt: skip


class Client(Protocol):
    """What a session needs of the library."""

    def connect(self) -> bool:
        """Connect."""
        ...

    def execute(self, no_response_expected: bool, request: ModbusPDU) -> ModbusPDU:
        """Ask and return the answer."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


class _Tcp(ModbusTcpClient):
    """Asks by the four reading functions alone."""

    def execute(self, no_response_expected: bool, request: ModbusPDU) -> ModbusPDU:
        """Let no request pass but those that read."""
        _require_reading(request)
        return super().execute(no_response_expected, request)


class _Tls(ModbusTlsClient):
    """The same under TLS; the library does not compare the device's name with its certificate, this does."""

    def execute(self, no_response_expected: bool, request: ModbusPDU) -> ModbusPDU:
        """Let no request pass but those that read."""
        _require_reading(request)
        return super().execute(no_response_expected, request)

    def connect(self) -> bool:
        """Connect and check certificate and name."""
        if self.socket is None:
            place = self.comm_params.host, self.comm_params.port
            plain = socket.create_connection(place, self.comm_params.timeout_connect)
            context: Any = self.comm_params.sslctx
            self.socket = context.wrap_socket(plain, server_hostname=self.comm_params.host)
        return True


def _require_reading(request: ModbusPDU) -> None:
    if request.function_code not in READING:
        raise SourceRefused(f"Modbus function {request.function_code} is no reading one - this session only reads")


class Session:
    """An open connection.

    Parameters
    ----------
    client : Client
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def read(self, group: Group) -> tuple[Sequence[int], str]:
        """Return registers (or bits), or nothing and the device's word why it refuses.

        Raises
        ------
        pymodbus.exceptions.ModbusException, OSError
            If the device does not answer.
        """
        request = _REQUESTS[group.area](dev_id=group.device, address=group.address, count=group.count)
        answer = self._client.execute(False, request)
        if isinstance(answer, ExceptionResponse):
            return (), _REFUSALS.get(answer.exception_code, f"Exception{answer.exception_code}")
        bits = group.area in {"coil", "discrete"}
        return (answer.bits if bits else answer.registers)[: group.count], ""


def _plain(error: Exception) -> str:
    """Return the library's words without its own bookkeeping."""
    text = str(error)
    if "closed" in text:
        return "it closed the connection"
    return "nothing came back" if "No response" in text else text


@contextmanager
def session(options: Options, where: str) -> Iterator[Session]:
    """Connect to a device and let go of it again.

    Raises
    ------
    SourceUnavailable
        If it cannot be reached, or does not answer.
    SourceRefused
        If its certificate is not to be trusted, or ours cannot be read.
    """
    logging.getLogger("pymodbus").setLevel(logging.CRITICAL)  # what went wrong is said once, by us
    host, port = options.place
    client = _client(options, where)
    try:
        if not client.connect():
            raise SourceUnavailable(f"{where}: {host}:{port} cannot be reached - check that the device runs")
        yield Session(client)
    except ssl.SSLError as error:
        raise SourceRefused(
            f"{where}: the certificate of {host} is not trusted ({error.reason or error}) - check ca_file and the name"
        ) from error
    except (ModbusException, OSError) as error:
        raise SourceUnavailable(
            f"{where}: {host}:{port} does not answer ({_plain(error)}) - check that a Modbus device is there, its unit"
            " id, and timeout_s"
        ) from error
    finally:
        client.close()


def _client(options: Options, where: str) -> Client:
    host, port = options.place
    if options.tls:
        context = tls_context(options, where)
        return _Tls(host, port=port, sslctx=context, timeout=options.timeout_s, retries=0)
    framer = FramerType.RTU if options.framing == "rtu" else FramerType.SOCKET
    return _Tcp(host, port=port, framer=framer, timeout=options.timeout_s, retries=0)


def tls_context(options: Options, where: str) -> ssl.SSLContext:
    """Return what TLS needs: the authority, our certificate, at least TLS 1.2.

    Raises
    ------
    SourceRefused
        If a file cannot be read.
    """
    try:
        context = ssl.create_default_context(cafile=options.ca_file or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if options.cert_file:
            context.load_cert_chain(options.cert_file, options.key_file)
    except OSError as error:
        raise SourceRefused(f"{where}: a certificate cannot be read ({error}) - check ca_file, cert_file") from error
    return context
