"""Servers that are none, say nothing, or are not to be trusted: a check says what, where and what to do, and is quick.

Each kind is asked at an address that answers rubbish. A name that is not known and a closed port are the same for all
(`reaches`), but OPC UA and the databases have ways of their own.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from data_connectors.catalog import make_connector
from data_connectors.live.probing import reaches
from data_connectors.schema import Parameter, Source, Stage

STAGE = Stage("press", "A", "press", (Parameter("force", "kN"),), ())
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def rubbish(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.settimeout(0.2)
        connection.recv(1000)
    connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n" + bytes(range(200)))


@contextmanager
def served(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Answer each connection so; yield the port."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(20)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection, suppress(OSError):
                        answer(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(60)


def source(kind: str, host: str, port: int) -> Source:
    url = f"http://{host}:{port}"
    settings: dict[str, dict[str, object]] = {
        "opcua": {"url": f"opc.tcp://{host}:{port}", "namespace": "urn:x", "security": "None", "allow_insecure": True},
        "mqtt": {"host": host, "port": port, "topics": "a"},
        "sparkplug": {"host": host, "port": port, "topics": "spBv1.0/g/#"},
        "modbus": {"host": host, "port": port, "timeout_s": 2.0},
        "influx": {"url": url, "measurement": "m", "database": "d", "allow_plain": True},
        "rest": {"url": f"{url}/rows", "allow_plain": True},
        "pi_web_api": {"url": f"{url}/piwebapi", "server": "S", "allow_plain": True},
        "mtconnect": {"url": url, "device": "D"},
        "kafka": {"servers": f"{host}:{port}", "topic": "t", "timeout_s": 1.0},
        "sql_table": {"url": f"postgresql://u@{host}:{port}/d", "table": "t", "allow_plain": True},
    }
    columns = {"opcua": {"force": "s=F"}, "modbus": {"force": "holding 1 float32"}, "pi_web_api": {"force": "F"}}
    return Source("line", kind, "press", columns=columns.get(kind, {}), zone="UTC", settings=settings[kind])


def said(kind: str, host: str, port: int, folder: Path) -> str:
    """What the step of the check says that fails."""
    (failed,) = [p.message for p in make_connector(source(kind, host, port), lambda: NOW, folder).check() if not p.ok]
    return failed


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("opcua", "broke the connection off (connection lost) - check that an OPC UA server runs there"),
        ("mqtt", "is no MQTT broker of this protocol - check host, port and protocol"),
        ("sparkplug", "is no MQTT broker of this protocol - check host, port and protocol"),
        ("modbus", "does not answer (it closed the connection) - check that a Modbus device is there"),
        ("influx", "/query does not answer ("),
        ("rest", "/rows does not answer ("),
        ("pi_web_api", "/piwebapi does not answer ("),
        ("mtconnect", "/D/probe does not answer ("),
        ("kafka", " - check that a Kafka broker answers there, with or without tls as it is set"),
        ("sql_table", " - check that a database of this kind runs there"),
    ],
)
def test_a_server_of_something_else_is_told(kind: str, words: str, tmp_path: Path) -> None:
    with served(rubbish) as port:
        failed = said(kind, "127.0.0.1", port, tmp_path)
    assert words in failed
    assert str(port) in failed, "where"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("opcua", "plc.invalid is not known (Name or service not known) - check url and name server"),
        ("mqtt", "plc.invalid is not known (Name or service not known) - check host"),
        ("rest", "the name 'plc.invalid' is not known"),
        ("sql_table", " - check the name in url"),
    ],
)
def test_a_name_that_nobody_knows_is_told(kind: str, words: str, tmp_path: Path, monkeypatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    if kind != "sql_table":  # asks by a library of its own
        monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert words in said(kind, "plc.invalid", 4840, tmp_path)


def certificate(folder: Path, name: str, until: datetime) -> ssl.SSLContext:
    key = rsa.generate_private_key(65537, 2048)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = x509.CertificateBuilder(who, who, key.public_key(), 7, until - timedelta(days=90), until)
    built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    made = built.sign(key, hashes.SHA256())
    (folder / "own.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    told = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "key.pem").write_bytes(told)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "own.pem", folder / "key.pem")
    return context


@pytest.mark.parametrize(
    ("name", "days", "trusted", "words"),
    [
        ("localhost", 30, False, "is not trusted (self-signed certificate) - name the one that signed it in ca_file"),
        ("elsewhere", 30, True, "is of another name (hostname mismatch"),
        ("localhost", -1, True, "is not valid now (certificate has expired) - renew it there, or set the clock"),
    ],
)
def test_a_certificate_that_is_wrong_says_in_what(
    tmp_path: Path, name: str, days: int, trusted: bool, words: str
) -> None:
    theirs = certificate(tmp_path, name, datetime.now(UTC) + timedelta(days=days))
    ours = ssl.create_default_context(cafile=str(tmp_path / "own.pem") if trusted else None)

    def answer(connection: socket.socket) -> None:
        theirs.wrap_socket(connection, server_side=True).close()

    with served(answer) as port:
        failed = reaches("localhost", port, lambda: ours)[-1]
    assert (failed.step, failed.ok) == ("tls", False)
    assert words in failed.message
    assert f"localhost:{port}" in failed.message


def test_a_port_without_tls_is_told(tmp_path: Path) -> None:
    assert tmp_path
    with served(rubbish) as port:
        failed = reaches("127.0.0.1", port, ssl.create_default_context)[-1]
    assert f"127.0.0.1:{port}: it speaks no TLS here" in failed.message
    assert "check port and tls" in failed.message


def test_somebody_who_waits_is_not_kept_waiting(tmp_path: Path) -> None:
    """A check asks once and ten seconds at most; a reading asks four times, thirty seconds each."""
    from data_connectors.http import HttpOptions

    options = HttpOptions.of(source("rest", "127.0.0.1", 80))
    assert (options.retries, options.timeout_s) == (3, 30.0)
    assert (options.once.retries, options.once.timeout_s) == (0, 10.0)
    asked = []

    def silent(connection: socket.socket) -> None:
        asked.append(connection.recv(1000))

    with served(silent) as port:
        said("rest", "127.0.0.1", port, tmp_path)
    assert len([one for one in asked if one]) == 1, "the check of the name and TCP asks nothing"
