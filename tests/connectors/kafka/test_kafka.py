"""Kafka: offsets are the checkpoint, each message is kept once, and what the cluster deleted is a gap."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

pytest.importorskip("confluent_kafka", reason="needs confluent-kafka (extra 'kafka')")

from data_connectors import make_connector
from data_connectors.base import Reject
from data_connectors.checks import CHECKS
from data_connectors.errors import DefinitionError, SourceRefused, SourceUnavailable
from data_connectors.kafka.offsets import placed
from data_connectors.live import Record, Spool, Standing
from data_connectors.schema import Source
from tests.connectors.kafka.cluster import Cluster, row
from tests.connectors.mqtt.broker import free_port
from tests.connectors.mqtt.conftest import STAGE, await_, gaps, heard, listening, now, numbers

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data_connectors.live.reconnecting.waits", lambda *_: 0.1)
    monkeypatch.setattr("data_connectors.kafka.listening.PAUSE_S", 0.05)


def source_of(to: str, **settings: object) -> Source:
    given = {"servers": to, "topic": "line", "timeout_s": 5.0} | settings
    return Source("line", "kafka", "rolling-2", zone="UTC", settings=given)


def test_conformance(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data_connectors.live.connector.BATCH_ITEMS", 7)
    source, folder = source_of(cluster.servers), tmp_path / "spool"
    cluster.say("line", "{nonsense", *(row(n) for n in range(20)))
    with listening(source, folder, segment_bytes=900):
        await_(lambda: len(heard(folder)) == 21, "21 messages")
    for check in CHECKS:
        check(lambda: make_connector(source, now, folder), STAGE)


def test_each_message_is_kept_once_over_restarts_in_every_partition(cluster: Cluster, tmp_path: Path) -> None:
    folder, source = tmp_path / "spool", source_of(cluster.servers)
    for begin in range(0, 60, 20):
        for partition in (0, 2):
            cluster.say("line", *(row(n) for n in range(begin + partition, begin + 20, 4)), partition=partition)
        with listening(source, folder):
            await_(lambda: len(numbers(folder)) == (begin + 20) // 2, f"those before {begin + 20}")  # noqa: B023 - now
    assert sorted(numbers(folder)) == [n for n in range(60) if n % 4 in {0, 2}]
    assert gaps(folder) == []


def test_key_partition_and_time_are_fields_where_they_are_named(cluster: Cluster, tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    source = replace(source_of(cluster.servers), unit_column="key")
    cluster.say("line", row(1), key="C4711", partition=3)
    with listening(source, folder):
        await_(lambda: len(heard(folder)) == 1, "the message")
    (item,) = heard(folder)
    assert isinstance(item, Record)
    assert item.fields["key"] == "C4711"
    assert "partition" not in item.fields
    assert item.t_server is not None
    (batch,) = make_connector(source, now, folder).read(STAGE, None)
    assert batch.frame.select("key", "exit_temp").rows() == [("C4711", 850.5)]
    columns = {c.name for c in make_connector(source, now, tmp_path / "empty").discover()}
    assert {"key", "partition", "offset", "unit_id"} <= columns


def test_latest_begins_at_the_end_and_only_the_first_time(cluster: Cluster, tmp_path: Path) -> None:
    folder, source = tmp_path / "spool", source_of(cluster.servers, begin="latest")
    cluster.say("line", row(1))
    with listening(source, folder) as listener:
        listener.connected()
        cluster.say("line", row(2))
        await_(lambda: numbers(folder) == [2], "the new one")
    cluster.say("line", row(3))
    with listening(source, folder):
        await_(lambda: numbers(folder) == [2, 3], "the one meanwhile")


def test_a_full_spool_waits_and_loses_nothing(cluster: Cluster, tmp_path: Path) -> None:
    folder, source = tmp_path / "spool", source_of(cluster.servers)
    cluster.say("line", *(row(n) for n in range(2_000)))
    with listening(source, folder, limit_bytes=60_000, segment_bytes=8_000) as listener:
        await_(lambda: listener.spool.standing.link == "paused", "the pause")
        connector, since = make_connector(source, now, folder), None
        stored: list[str] = []

        def read() -> bool:
            nonlocal since
            for batch in connector.read(STAGE, since):
                stored.extend(batch.frame["unit_id"])
                since = batch.after
                connector.acknowledge(since)
            return len(stored) >= 2_000

        await_(read, "all of them")
        assert Standing.read(folder).bytes <= 60_000
    assert stored == [f"U{n:04d}" for n in range(2_000)]


def test_what_was_not_kept_is_asked_for_again(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, source = tmp_path / "spool", source_of(cluster.servers)
    keep, calls = Spool.keep, threading.Semaphore(2)

    def sometimes(self: Spool, *words: object) -> None:
        if not calls.acquire(blocking=False):
            calls.release(3)
            raise SourceUnavailable("the disk refuses once")
        keep(self, *words)  # type: ignore[arg-type]

    monkeypatch.setattr(Spool, "keep", sometimes)
    monkeypatch.setattr("data_connectors.kafka.listening.AT_ONCE", 10)
    cluster.say("line", *(row(n) for n in range(100)))
    with listening(source, folder):
        await_(lambda: len(numbers(folder)) >= 100, "all of them")
    assert numbers(folder) == list(range(100))


@pytest.mark.parametrize(
    ("wanted", "low", "high", "begin", "since", "at", "gap"),
    [
        (None, 3, 9, "earliest", None, 3, False),
        (None, 3, 9, "latest", None, 9, False),
        (None, 3, 9, "latest", NOON, 3, False),
        (5, 3, 9, "latest", NOON, 5, False),
        (9, 3, 9, "latest", NOON, 9, False),
        (2, 3, 9, "latest", NOON, 3, True),
        (10, 3, 9, "latest", NOON, 3, True),
    ],
)
def test_where_a_partition_is_read_on(
    *, wanted: int | None, low: int, high: int, begin: str, since: datetime | None, at: int, gap: bool
) -> None:
    place, found = placed(0, wanted, low, high, begin, since=since, now=NOON)
    assert (place, found is not None) == (at, gap)


def test_what_the_cluster_does_not_hold_any_more_is_a_gap(cluster: Cluster, tmp_path: Path) -> None:
    folder, source = tmp_path / "spool", source_of(cluster.servers)
    cluster.say("line", row(1))
    with listening(source, folder):
        await_(lambda: numbers(folder) == [1], "the first")
    another = Cluster()
    another.say("line", row(2), partition=1)
    with listening(source_of(another.servers), folder):
        await_(lambda: gaps(folder) == ["offset_lost"] and numbers(folder) == [1, 2], "the gap and the new one")


def test_check_and_trouble_in_words(cluster: Cluster, tmp_path: Path) -> None:
    cluster.say("line", row(1))
    probes = make_connector(source_of(cluster.servers), now).check()
    assert [(p.step, p.ok) for p in probes] == [(s, True) for s in ("name", "tcp", "topic", "value", "clock")]
    missing = make_connector(source_of(cluster.servers, topic="no-such"), now).check()[-1]
    assert (missing.step, missing.ok) == ("topic", False)
    assert "the cluster refuses" in missing.message
    nobody = make_connector(source_of(f"127.0.0.1:{free_port()}"), now).check()
    assert [(p.step, p.ok) for p in nobody] == [("name", True), ("tcp", False)]
    with listening(source_of(f"127.0.0.1:{free_port()}", timeout_s=0.3), tmp_path / "spool") as listener:
        await_(lambda: listener.spool.standing.link == "disconnected", "the trouble")


def test_poison_goes_to_quarantine(cluster: Cluster, tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    avro = b"\x00\x00\x00\x00\x01\x02\xff"
    cluster.say("line", "{nonsense", avro, "x" * 5000, row(1))
    with listening(source_of(cluster.servers, max_payload_kb=4), folder):
        await_(lambda: len(heard(folder)) == 4, "all four")
    reasons = [item.reason for item in heard(folder) if isinstance(item, Reject)]
    assert reasons == ["not_json", "not_json", "too_large"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"servers": ""}, "servers is missing"),
        ({"servers": "broker"}, "write host:port"),
        ({"topic": ""}, "topic is missing"),
        ({"begin": "now"}, "use one of earliest, latest"),
        ({"mechanism": "GSSAPI"}, "use one of PLAIN"),
        ({"password": "canary"}, "a literal password stands"),
        ({"topics": "line"}, "kafka has no setting 'topics' - did you mean 'topic'"),
    ],
)
def test_settings_that_cannot_be(settings: dict[str, object], words: str) -> None:
    source = source_of("127.0.0.1:1", **settings)
    with pytest.raises(DefinitionError, match=words) as caught:
        make_connector(source, now)
    assert "canary" not in str(caught.value)


def test_files_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    source = source_of("127.0.0.1:1", tls=True, ca_file=str(tmp_path / "none.pem"))
    with pytest.raises(SourceRefused, match="the settings do not fit"):
        make_connector(source, now).overhear(None, 1)  # type: ignore[attr-defined]
