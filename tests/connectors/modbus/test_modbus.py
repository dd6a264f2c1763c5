"""Modbus against a real server: every type and order, groups, refusals, breaks, TLS, and that nothing is written."""

from __future__ import annotations

import ast
import ipaddress
import ssl
import struct
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.pdu.register_message import WriteSingleRegisterRequest

from data_connectors import check_connector
from data_connectors.errors import DefinitionError, SourceRefused
from data_connectors.live import Sample
from data_connectors.live.spool import Place, Spool, kept_since
from data_connectors.modbus import Modbus, session
from data_connectors.modbus.grouping import MOST, groups
from data_connectors.modbus.registers import NUMBERS, Register
from data_connectors.schema import Parameter, Source, Stage
from tests.connectors.modbus.device import Device
from tests.waiting import until

PACKAGE = Path(session.__file__).parent
STAGE = Stage("s", "l", "f", (Parameter("a"), Parameter("b")), ())


@pytest.fixture(scope="module")
def device() -> Iterator[Device]:
    made = Device()
    yield made
    assert set(made.functions) <= {1, 2, 3, 4}, "a client asked for more than reading"
    made.stop()


def connector(port: int, folder: Path | None = None, **settings: Any) -> Modbus:
    columns = settings.pop("columns", {"a": "holding 0 int16", "b": "holding 2 float32"})
    given = {"host": "127.0.0.1", "port": port, "every_s": 0.1, "timeout_s": 2.0, "wait_s": 0.0, **settings}
    return Modbus(Source("plc", "modbus", "s", columns=columns, settings=given), lambda: datetime.now(UTC), folder)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("holding 0 int16", -5),
        ("holding 1", 7),
        ("holding 2 float32", 200.0),
        ("holding 2 float32 scale=0.1 offset=-40", -20.0),
        ("holding 10 int32", 123456789),
        ("holding 20 string:6", "C-001"),
        ("holding 30 bit:2", True),
        ("holding 30 bit:1", False),
        ("holding 40 float64 device=3", 2.5),
        ("input 0 uint16 none=0x8000", None),
        ("coil 3", True),
        ("discrete 0", True),
    ],
)
def test_every_type_is_read_from_a_real_device(device: Device, text: str, value: object) -> None:
    read = connector(device.port, columns={"a": text})._now_read([Register.of(text, 1, "")])[0]
    assert (read.value, read.quality) == (value, "bad" if value is None else "good")


@given(st.sampled_from(sorted(NUMBERS)), st.sampled_from(["abcd", "cdab", "badc", "dcba"]), st.data())
def test_orders_are_those_of_the_devices_manuals(kind: str, order: str, data: st.DataObject) -> None:
    """abcd names the bytes of a 32-bit number as they stand on the wire, a the highest."""
    letter, count = NUMBERS[kind]
    raw = data.draw(st.binary(min_size=2 * count, max_size=2 * count))
    expected = struct.unpack(f">{letter}", raw)[0]
    pairs = [raw[i : i + 2] for i in range(0, len(raw), 2)]
    pairs = list(reversed(pairs)) if order in {"cdab", "dcba"} else pairs
    pairs = [pair[::-1] for pair in pairs] if order in {"badc", "dcba"} else pairs
    got = Register.of(f"holding 0 {kind} order={order}", 1, "").value([int.from_bytes(p, "big") for p in pairs])
    assert got == expected or got == str(expected)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("holdin 1", "did you mean 'holding'"),
        ("holding", "is no number"),
        ("holding x", "is no number"),
        ("holding 1.5", "is no number"),
        ("holding 65535 float32", "beyond 65535"),
        ("holding 1 float23", "did you mean 'float32'"),
        ("holding 1 float32 ordr=cdab", "did you mean 'order'"),
        ("holding 1 float32 order=acbd", "no order 'acbd'"),
        ("holding 1 scale=nan", "is no number"),
        ("holding 1 scale=0", "makes every value 0"),
        ("holding 1 device=300", "give 0 to 255"),
        ("holding 1 bit:16", "0 to 15"),
        ("coil 1 float32", "no type 'float32'"),
    ],
)
def test_a_wrong_register_says_what_to_do(text: str, words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        connector(1, columns={"a": text})


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"host": ""}, "host is missing"),
        ({"every_s": 0}, "every_s"),
        ({"framing": "ascii"}, "use 'tcp'"),
        ({"ca_file": "x"}, "without tls"),
        ({"tls": True, "cert_file": "x"}, "belong together"),
        ({"hst": "x"}, "did you mean 'host'"),
    ],
)
def test_a_wrong_setting_says_what_to_do(settings: dict[str, object], words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        connector(1, **settings)


@given(
    st.lists(st.tuples(st.integers(1, 2), st.sampled_from(["holding", "coil"]), st.integers(0, 400))),
    st.integers(0, 30),
)
def test_groups_hold_every_register_once_within_the_limits(asked: list[tuple[int, str, int]], join: int) -> None:
    registers = [Register.of(f"{area} {address} device={device}", 1, "") for device, area, address in asked]
    made = groups(registers, join)
    assert sorted(r.text for g in made for r in g.members) == sorted(r.text for r in registers)
    for group in made:
        assert group.count <= MOST[group.area]
        assert all(group.address <= r.address < group.address + group.count for r in group.members)


def test_neighbours_cost_one_request(device: Device) -> None:
    before = len(device.functions)
    connector(device.port, columns={"a": "holding 0 int16", "b": "holding 2 float32"}).overhear(STAGE, 1)
    assert device.functions[before:] == [3]


def samples(folder: Path) -> list[Sample]:
    return [h for kept, _, _ in kept_since(folder, Place()) for h in kept.heard if isinstance(h, Sample)]


class Listening:
    def __init__(self, made: Modbus, folder: Path) -> None:
        self.spool, self._stop = Spool(folder), threading.Event()
        self._thread = threading.Thread(target=made.listen, args=(STAGE, self.spool, self._stop))

    def __enter__(self) -> Spool:
        self._thread.start()
        return self.spool

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(60)
        assert not self._thread.is_alive()
        self.spool.close()


def test_a_refused_register_does_not_stop_its_neighbours(device: Device, tmp_path: Path) -> None:
    made = connector(device.port, tmp_path, columns={"a": "holding 0 int16", "b": "holding 5 uint16"})
    with Listening(made, tmp_path) as spool:
        until(lambda: len(samples(tmp_path)) >= 4)
        assert "refused: holding 5 uint16 (IllegalDataAddress)" in spool.standing.words
    by_tag = {one.tag: one for one in samples(tmp_path)}
    assert (by_tag["holding 0 int16"].value, by_tag["holding 5 uint16"].quality) == (-5, "bad")


def test_one_reading_is_one_row(device: Device, tmp_path: Path) -> None:
    made = connector(device.port, tmp_path)
    with Listening(made, tmp_path):
        until(lambda: len(samples(tmp_path)) >= 6)
    frame = next(batch.frame for batch in made.read(STAGE, None))
    assert frame["holding 0 int16"].null_count() == frame["holding 2 float32"].null_count() == 0


def test_the_conformance_suite(device: Device, tmp_path: Path) -> None:
    with Listening(connector(device.port, tmp_path), tmp_path):
        until(lambda: len(samples(tmp_path)) >= 6)
    check_connector(lambda: connector(device.port, tmp_path), STAGE)


@pytest.mark.slow
def test_a_break_becomes_one_gap(tmp_path: Path) -> None:
    first = Device()
    made = connector(first.port, tmp_path, timeout_s=1.5)
    with Listening(made, tmp_path) as spool:
        until(lambda: len(samples(tmp_path)) >= 4)
        first.stop()
        until(lambda: spool.standing.link == "disconnected")
        before = len(samples(tmp_path))
        until(lambda: datetime.now(UTC) - samples(tmp_path)[-1].t_received > timedelta(seconds=2.5))
        second = Device(first.port)
        until(lambda: len(samples(tmp_path)) > before + 4)
    second.stop()
    gaps = [gap for kept, _, _ in kept_since(tmp_path, Place()) for gap in kept.gaps]
    assert [gap.cause for gap in gaps] == ["disconnected"]
    times = [one.t_received for one in samples(tmp_path)]
    assert (gaps[0].since, gaps[0].until) == (times[before - 1], times[before])


@pytest.mark.parametrize(
    ("settings", "step"),
    [
        ({"host": "no-such-host.invalid"}, "name"),
        ({"port": 1}, "tcp"),
        ({"columns": {"a": "holding 9000"}}, "value"),
        ({"device": 9, "timeout_s": 0.3}, "value"),
    ],
)
def test_check_ends_at_the_step_that_fails(device: Device, settings: dict[str, Any], step: str) -> None:
    probes = connector(**{"port": device.port, **settings}).check()
    assert (probes[-1].step, probes[-1].ok) == (step, False)
    assert " - " in probes[-1].message


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if name == "127.0.0.1":
        names = [x509.IPAddress(ipaddress.ip_address(name))]
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    files = folder / f"{name}.crt", folder / f"{name}.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ))  # fmt: skip
    return files


@pytest.mark.parametrize(("name", "trusted"), [("127.0.0.1", True), ("another", False)])
def test_tls_checks_the_certificate_and_the_name(tmp_path: Path, name: str, trusted: bool) -> None:
    files = certificate(tmp_path, name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    device = Device(sslctx=context)
    probes = connector(device.port, tls=True, ca_file=str(files[0])).check()
    device.stop()
    assert (probes[-1].step, probes[-1].ok) == (("value", True) if trusted else ("tls", False))


def test_a_session_lets_no_writing_function_through(device: Device) -> None:
    with session.session(connector(device.port)._options, "source 'plc'") as opened:
        with pytest.raises(SourceRefused, match="only reads"):
            opened._client.execute(False, WriteSingleRegisterRequest(address=0, registers=[1]))
        with pytest.raises(SourceRefused, match="only reads"):
            opened._client.write_register(0, 1)  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda p: p.name)
def test_no_module_names_a_writing_function(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf8"))
    names = [n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)]
    names += [a.name for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom) for a in n.names]
    assert [n for n in names if "write" in n.casefold() or "mask" in n.casefold()] == []
