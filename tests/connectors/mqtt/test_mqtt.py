"""MQTT on a real mosquitto: acknowledged when kept, nothing lost that the broker keeps, and the rest is told."""

from __future__ import annotations

import ipaddress
import json
import signal
import socket
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from data_connectors import make_connector
from data_connectors.base import Reject
from data_connectors.checks import CHECKS
from data_connectors.errors import DefinitionError
from data_connectors.live import Record, Sample, Standing
from tests.connectors.mqtt.broker import PATIENCE_S, Broker, Publisher, free_port
from tests.connectors.mqtt.conftest import STAGE, await_, gaps, heard, listening, now, numbers, source_of


def row(n: int, **more: object) -> str:
    return json.dumps({"unit_id": f"U{n:04d}", "time": "2026-03-01T12:00:00Z", "exit_temp": 850.5, "n": n} | more)


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_conformance(fleeting: Broker, tmp_path: Path, protocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data_connectors.live.connector.BATCH_ITEMS", 7)
    monkeypatch.setattr("data_connectors.mqtt.connector.OVERHEARD_S", 0.3)
    source, folder = source_of(fleeting.port, protocol=protocol), tmp_path / "spool"
    with listening(source, folder, segment_bytes=900) as listener, Publisher(fleeting.port) as publisher:
        listener.connected()
        publisher.say("plant/line", *(row(n) for n in range(20)), "{nonsense")
        await_(lambda: len(heard(folder)) == 21, "21 messages")
    for check in CHECKS:
        check(lambda: make_connector(source, now, folder), STAGE)


def test_what_is_published_while_we_are_away_comes_when_we_are_back(broker: Broker, tmp_path: Path) -> None:
    source = source_of(broker.port)
    with Publisher(broker.port) as publisher:
        with listening(source, tmp_path / "spool") as listener:
            listener.connected()
            publisher.say("plant/line", row(1))
            await_(lambda: numbers(tmp_path / "spool") == [1], "the first")
        publisher.say("plant/line", row(2), row(3))
        with listening(source, tmp_path / "spool"):
            await_(lambda: numbers(tmp_path / "spool") == [1, 2, 3], "those meanwhile")
    assert gaps(tmp_path / "spool") == []


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_broker_that_saves_loses_nothing_over_its_ends(broker: Broker, tmp_path: Path, end: signal.Signals) -> None:
    """In turn while we listen and while we are away; what it has not saved when it is killed nobody can know."""
    folder, source = tmp_path / "spool", source_of(broker.port)
    for n in range(0, 60, 20):
        with listening(source, folder) as listener:
            listener.connected()
            before = listener.spool.standing.connects
            with Publisher(broker.port) as publisher:
                publisher.say("plant/line", *(row(i) for i in range(n, n + 10)))
                broker.saved()
                broker.end(end)
            broker.start()
            listener.connected(before + 1)
        with Publisher(broker.port) as publisher:
            publisher.say("plant/line", *(row(i) for i in range(n + 10, n + 20)))
        broker.saved()
        broker.end(end)
        broker.start()
    with listening(source, folder):
        await_(lambda: set(numbers(folder)) == set(range(60)), "all 60")
    assert gaps(folder) == []


def test_a_broker_that_forgets_is_a_gap(fleeting: Broker, tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    with listening(source_of(fleeting.port), folder) as listener:
        listener.connected()
        with Publisher(fleeting.port) as publisher:
            publisher.say("plant/line", row(1))
        await_(lambda: numbers(folder) == [1], "the first")
        fleeting.end(signal.SIGKILL)
        fleeting.start()
        listener.connected(2)
        await_(lambda: gaps(folder) == ["session_lost"], "the gap")


def test_a_session_lost_while_we_were_away_is_a_gap_that_begins_when_we_last_kept_something(
    fleeting: Broker, tmp_path: Path
) -> None:
    folder = tmp_path / "spool"
    with listening(source_of(fleeting.port), folder) as listener, Publisher(fleeting.port) as publisher:
        listener.connected()
        publisher.say("plant/line", row(1))
        await_(lambda: numbers(folder) == [1], "the first")
    with listening(source_of(fleeting.port, client_id="another"), folder):
        await_(lambda: gaps(folder) == ["session_lost"], "the gap")


def test_a_hung_broker_is_found_within_two_keep_alives(fleeting: Broker, tmp_path: Path) -> None:
    with listening(source_of(fleeting.port, keepalive_s=1), tmp_path / "spool") as listener:
        listener.connected()
        fleeting.send(signal.SIGSTOP)
        await_(lambda: listener.spool.standing.link == "disconnected", "the end of the half-open link")
        fleeting.send(signal.SIGCONT)
        listener.connected(2)


def test_publishers_that_want_no_certainty_leave_a_gap_at_every_break(broker: Broker, tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    with listening(source_of(broker.port), folder) as listener:
        listener.connected()
        with Publisher(broker.port) as publisher:
            publisher.say("plant/line", row(1), qos=0)
        await_(lambda: numbers(folder) == [1], "the first")
        broker.end()
        broker.start()
        await_(lambda: gaps(folder) == ["disconnected"], "the gap")


def test_retained_values_are_not_new(fleeting: Broker, tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    with Publisher(fleeting.port) as publisher:
        publisher.say("plant/old", row(1), retain=True)
        for protocol in ("5", "3.1.1"):
            with listening(source_of(fleeting.port, client_id=f"c{protocol}", protocol=protocol), folder) as listener:
                listener.connected()
                publisher.say("plant/line", row(2))
                await_(lambda: 2 in numbers(folder), "the new one")
    assert set(numbers(folder)) == {2}


@pytest.mark.parametrize(
    ("payload", "reason", "words"),
    [
        (b"{nonsense", "not_json", "it is no JSON"),
        (b"\xff\xfe", "not_json", "it is no UTF-8 text"),
        (b"[" * 3000, "not_json", "nested too deeply"),
        (b"17", "not_json", "it is a single int, not an object with fields"),
        (b"[]", "not_json", "it holds no row"),
        (b"x" * 5000, "too_large", "5,000 bytes, more than max_payload_kb = 4 allows"),
        (b"", "empty", "it is empty"),
        (json.dumps({f"f{i}": i for i in range(3000)})[:4000].encode(), "not_json", "it is no JSON"),
    ],
)
def test_a_message_that_cannot_be_read_goes_to_quarantine_and_the_next_is_read(
    fleeting: Broker, tmp_path: Path, payload: bytes, reason: str, words: str
) -> None:
    folder = tmp_path / "spool"
    with (
        listening(source_of(fleeting.port, max_payload_kb=4), folder) as listener,
        Publisher(fleeting.port) as publisher,
    ):
        listener.connected()
        publisher.say("plant/line", payload, row(1))
        await_(lambda: len(heard(folder)) == 2, "both")
    refused = heard(folder)[0]
    assert isinstance(refused, Reject)
    assert (refused.origin, refused.reason) == ("plant/line", reason)
    assert words in refused.message
    assert len(refused.raw) <= 4 * 4096


def test_a_flood_is_kept_whole_with_few_forced_writes(fleeting: Broker, tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    with listening(source_of(fleeting.port), folder) as listener, Publisher(fleeting.port) as publisher:
        listener.connected()
        publisher.say("plant/line", *(row(n) for n in range(3_000)))
        await_(lambda: len(numbers(folder)) == 3_000, "all of them")
    assert numbers(folder) == list(range(3_000))


@pytest.mark.slow
def test_a_full_spool_pauses_the_broker_and_loses_nothing(fleeting: Broker, tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    source = source_of(fleeting.port)
    limits = {"limit_bytes": 60_000, "segment_bytes": 8_000}
    with listening(source, folder, **limits) as listener, Publisher(fleeting.port) as publisher:
        listener.connected()
        publisher.say("plant/line", *(row(n) for n in range(4_000)))
        await_(lambda: listener.spool.standing.link == "paused", "the pause")
        stored: set[str] = set()
        since = None
        connector = make_connector(source, now, folder)
        deadline = time.monotonic() + PATIENCE_S
        while len(stored) < 4_000 and time.monotonic() < deadline:
            for batch in connector.read(STAGE, since):
                stored |= set(batch.frame["unit_id"])
                since = batch.after
                connector.acknowledge(since)
            time.sleep(0.02)
            assert Standing.read(folder).bytes <= 60_000
        listener.connected()
    assert stored == {f"U{n:04d}" for n in range(4_000)}


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_two_clients_with_one_id_are_named(fleeting: Broker, tmp_path: Path, protocol: str) -> None:
    source = source_of(fleeting.port, protocol=protocol)
    with listening(source, tmp_path / "a") as one, listening(source, tmp_path / "b") as two:
        wanted = "client id 'qc-test' seems to be used by another client too"
        await_(lambda: any(wanted in told.spool.standing.words for told in (one, two)), "the name of the trouble")


def test_values_of_topics_become_rows_by_moment(fleeting: Broker, tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    source = source_of(
        fleeting.port,
        rows="moment",
        value_field="v",
        quality_field="q",
        topics=["plant/+/temp", "plant/+/speed"],
        wait_s=0,
    )
    source = replace(source, columns={"exit_temp": "plant/2/temp", "speed": "plant/2/speed"})
    with listening(source, folder) as listener, Publisher(fleeting.port) as publisher:
        listener.connected()
        publisher.say("plant/2/temp", '{"v": 850.5, "time": "2026-03-01T12:00:00Z", "q": "192"}')
        publisher.say("plant/2/speed", '{"v": 9.5, "time": 1772366400000, "q": "0x80020000"}')
        await_(lambda: len(heard(folder)) == 2, "both")
    (batch,) = make_connector(source, now, folder).read(STAGE, None)
    assert batch.frame.select("plant/2/temp", "plant/2/speed", "plant/2/speed (quality)").rows() == [
        (850.5, 9.5, "bad 0x80020000")
    ]


def test_plain_text_and_lists_of_rows(fleeting: Broker, tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    with Publisher(fleeting.port) as publisher:
        with listening(source_of(fleeting.port, payload="text", rows="moment"), folder) as listener:
            listener.connected()
            publisher.say("plant/2/temp", "850.5")
            await_(lambda: len(heard(folder)) == 1, "the text")
        by_topic = replace(source_of(fleeting.port, records="data.items"), unit_column="topic[1]")
        with listening(by_topic, folder):
            publisher.say("plant/2", '{"data": {"items": [{"n": 1}, {"n": 2, "deep": {"er": [true]}}]}}')
            await_(lambda: numbers(folder) == [1, 2], "the rows")
    text, _, last = heard(folder)
    assert isinstance(text, Sample)
    assert (text.tag, text.value) == ("plant/2/temp", "850.5")
    assert isinstance(last, Record)
    assert last.fields == {"n": 2, "deep.er[0]": True, "topic[1]": "2"}


def test_check_tells_step_by_step(fleeting: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data_connectors.mqtt.connector.OVERHEARD_S", 3.0)

    def checked(**settings: object) -> list[tuple[str, bool]]:
        return [(p.step, p.ok) for p in make_connector(source_of(fleeting.port, **settings), now, None).check()]

    stop = threading.Event()
    with Publisher(fleeting.port) as publisher:

        def speak() -> None:
            while not stop.wait(0.05):
                publisher.say("plant/line", row(1, time=now().isoformat()))

        speaking = threading.Thread(target=speak)
        speaking.start()
        steps = ["name", "tcp", "login", "value", "clock"]
        assert checked() == [(step, True) for step in steps]
        stop.set()
        speaking.join()
    monkeypatch.setattr("data_connectors.mqtt.connector.OVERHEARD_S", 0.2)
    assert checked()[3:] == [("value", True)]
    assert checked(host="no.such.host.invalid") == [("name", False)]
    assert checked(port=free_port()) == [("name", True), ("tcp", False)]
    assert checked(tls=True) == [("name", True), ("tcp", True), ("tls", False)]


def test_login_by_reference_and_refusal_in_words(
    tmp_path: Path, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    import subprocess

    monkeypatch.setattr("data_connectors.mqtt.connector.OVERHEARD_S", 0.2)
    monkeypatch.setenv("QC_TEST_SECRET", "canary")
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-c", "-b", str(passwords), "reader", "canary"], check=True)
    locked = Broker(tmp_path / "locked", lines=f"allow_anonymous false\npassword_file {passwords}").start()
    login = {"username": "reader", "password": "env:QC_TEST_SECRET"}
    for protocol in ("5", "3.1.1"):
        good = make_connector(source_of(locked.port, protocol=protocol, **login), now, None).check()
        assert [p.step for p in good if p.ok] == ["name", "tcp", "login", "value"]
        monkeypatch.setenv("QC_WRONG", "canary2")
        wrong = source_of(locked.port, protocol=protocol, username="reader", password="env:QC_WRONG")  # noqa: S106
        bad = make_connector(wrong, now, None).check()[-1]
        assert not bad.ok
        assert "the broker refuses" in bad.message
        assert "check username, password" in bad.message
        assert "canary" not in bad.message
    locked.end()


def certificates(folder: Path) -> None:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "broker of a test")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=2)).add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    form, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "cert.pem").write_bytes(made.public_bytes(form))
    (folder / "key.pem").write_bytes(key.private_bytes(form, pkcs8, serialization.NoEncryption()))


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # paho leaves failed TLS to the collector
@pytest.mark.usefixtures("fleeting")
def test_tls_that_checks_whom_it_talks_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data_connectors.mqtt.connector.OVERHEARD_S", 0.2)
    certificates(tmp_path)
    lines = f"allow_anonymous true\ncertfile {tmp_path}/cert.pem\nkeyfile {tmp_path}/key.pem"
    secured = Broker(tmp_path / "secured", lines=lines, persistent=False).start()
    trusting = source_of(secured.port, tls=True, ca_file=str(tmp_path / "cert.pem"))
    steps = [(p.step, p.ok) for p in make_connector(trusting, now).check()]
    assert steps == [(step, True) for step in ("name", "tcp", "tls", "login", "value")]
    with listening(trusting, tmp_path / "spool") as listener:
        listener.connected()
    distrusting = make_connector(source_of(secured.port, tls=True), now).check()[-1]
    assert (distrusting.step, distrusting.ok) == ("tls", False)
    assert "name the one that signed it in ca_file" in distrusting.message
    with listening(source_of(secured.port, tls=True, client_id="other"), tmp_path / "other") as listener:
        await_(lambda: listener.spool.standing.link == "refused", "the refusal")
    secured.end()


def test_a_black_hole_is_unavailable_and_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data_connectors.mqtt.link.CONNECT_S", 0.5)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with listening(source_of(silent.getsockname()[1]), tmp_path / "spool") as listener:
            await_(lambda: "does not answer within" in listener.spool.standing.words, "the end of waiting")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"host": ""}, "host is missing"),
        ({"topics": []}, "give a topic or a list"),
        ({"topics": "a/b#"}, "# stands alone and last"),
        ({"topic": "a"}, "mqtt has no setting 'topic' - did you mean 'topics'"),
        ({"password": "canary"}, "a literal password stands in the plant definition"),
        ({"protocol": "4"}, "use '5' or '3.1.1'"),
        ({"payload": "xml"}, "use 'json' or 'text'"),
        ({"max_payload_kb": 10**6}, "max_payload_kb must be within"),
        ({"keepalive_s": 0}, "out of range"),
        ({"spool_mb": 1}, "spool_mb = 1 has no room for messages"),
    ],
)
def test_settings_that_cannot_be(settings: dict[str, object], words: str) -> None:
    source = source_of(1, **settings)
    with pytest.raises(DefinitionError, match=words.replace("(", r"\(")) as caught:
        make_connector(source, now)
    assert "canary" not in str(caught.value)


def test_the_client_id_is_made_once(tmp_path: Path) -> None:
    from data_connectors.mqtt.listening import kept_client_id

    first = kept_client_id(tmp_path / "spool", "qc-line")
    assert first.startswith("qc-line-")
    assert kept_client_id(tmp_path / "spool", "qc-line") == first
