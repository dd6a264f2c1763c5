"""Births name tags, deaths make them stale, holes are seen, and nothing is published unless it is switched on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from data_connectors.base import Reject
from data_connectors.live import Sample
from data_connectors.live.messages import Message
from data_connectors.sparkplug.births import Births
from data_connectors.sparkplug.payload import decoded, payload_class, value_of
from tests.connectors.sparkplug.edge import EdgeNode, speed, temp

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEMP, SPEED = "Works/edge-1/mill/Exit/Temp", "Works/edge-1/mill/Speed"


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def told(births: Births, message: tuple[str, bytes], seconds: float = 0) -> list[tuple[object, ...]]:
    heard = births.heard(Message(*message, received=at(seconds)))
    return [(s.tag, s.value, s.quality, s.code) if isinstance(s, Sample) else (s.reason,) for s in heard]  # type: ignore[union-attr]


def born(folder: Path | None = None, *, ask: bool = False) -> tuple[Births, EdgeNode]:
    births, edge = Births(folder, ask=ask), EdgeNode(birth=3)
    assert told(births, edge.nbirth(at(0))) == []
    assert told(births, edge.dbirth(at(0))) == [(TEMP, 850.0, "good", ""), (SPEED, 9, "good", "")]
    return births, edge


def test_data_come_under_the_names_and_types_of_their_birth() -> None:
    births, edge = born()
    heard = births.heard(Message(*edge.ddata(at(5), temp(851.5), speed(-7)), received=at(6)))
    assert [(s.tag, s.value, s.t_source, s.t_received) for s in heard if isinstance(s, Sample)] == [
        (TEMP, 851.5, at(5), at(6)),
        (SPEED, -7, at(5), at(6)),
    ]
    assert births.gaps() == []


def test_quality_null_and_times_of_their_own() -> None:
    births, edge = born()
    older = round(at(-60).timestamp() * 1000)
    metrics = [temp(1.0, quality=0), speed(1, quality=500), temp(2.0, quality=17), speed(0, is_null=True)]
    message = edge.ddata(at(5), *metrics, temp(3.0, timestamp=older, is_historical=True))
    heard = births.heard(Message(*message, received=at(6)))
    assert [(s.value, s.quality, s.code) for s in heard if isinstance(s, Sample)] == [
        (1.0, "bad", "bad"), (1, "bad", "stale"), (2.0, "uncertain", "17"), (None, "bad", "null"), (3.0, "good", ""),
    ]  # fmt: skip
    assert isinstance(heard[-1], Sample)
    assert heard[-1].t_source == at(-60)
    assert [s.historical for s in heard if isinstance(s, Sample)] == [False, False, False, False, True]


def test_a_death_makes_its_tags_stale_and_an_old_death_none() -> None:
    births, edge = born()
    assert told(births, edge.ddeath(at(5)), 5) == [(TEMP, None, "bad", "stale"), (SPEED, None, "bad", "stale")]
    late = EdgeNode(birth=2)
    assert told(births, late.ndeath(), 6) == []
    assert told(births, edge.ndeath(), 7) == [(TEMP, None, "bad", "stale"), (SPEED, None, "bad", "stale")]
    again = EdgeNode(birth=4)
    assert told(births, again.nbirth(at(9))) == []
    assert told(births, again.ndeath(), 10) == []


def test_a_hole_in_the_sequence_is_a_gap_and_asks_for_a_birth_only_where_that_is_switched_on() -> None:
    for ask in (False, True):
        births, edge = born(ask=ask)
        told(births, edge.ddata(at(1), temp(1.0)), 1)
        edge.ddata(at(2), temp(2.0))
        told(births, edge.ddata(at(3), temp(3.0)), 3)
        (gap,) = births.gaps()
        assert (gap.cause, gap.since, gap.until) == ("sequence_hole", at(1), at(3))
        edge.ddata(at(4), temp(4.0))
        told(births, edge.ddata(at(5), temp(5.0)), 5)
        asked = births.answers()
        assert [topic for topic, _ in asked] == (["spBv1.0/Works/NCMD/edge-1"] if ask else [])
        for _, payload in asked:
            (metric,) = decoded(payload).metrics
            assert (metric.name, metric.boolean_value) == ("Node Control/Rebirth", True)
        assert births.answers() == []


def test_the_sequence_goes_round() -> None:
    births, edge = born()
    for i in range(600):
        told(births, edge.ddata(at(i), temp(1.0)))
    assert births.gaps() == []


def test_births_are_remembered_when_we_restart(tmp_path: Path) -> None:
    _, edge = born(tmp_path)
    again = Births(tmp_path, ask=False)
    assert told(again, edge.ddata(at(5), temp(851.5))) == [(TEMP, 851.5, "good", "")]
    assert again.gaps() == []
    looking = Births(tmp_path / "nowhere", ask=False, remember=False)
    told(looking, EdgeNode().nbirth(at(0)))
    assert not (tmp_path / "nowhere").exists()


def test_what_cannot_be_named_or_read_goes_to_quarantine() -> None:
    births = Births(None, ask=True)
    edge = EdgeNode()
    heard = births.heard(Message(*edge.ddata(at(0), temp(1.0)), received=at(0)))
    assert isinstance(heard[0], Reject)
    assert "set rebirth = true, or restart the node" in heard[0].message
    assert [topic for topic, _ in births.answers()] == ["spBv1.0/Works/NCMD/edge-1"]
    assert told(births, ("spBv1.0/Works/DDATA/edge-1/mill", b"\xff\xff")) == [("not_sparkplug",)]
    for topic in ("spBv1.0/STATE/host", "spBv1.0/Works/NCMD/edge-1", "other/Works/NDATA/edge-1", "a"):
        assert told(births, (topic, b"\xff")) == []


def test_every_kind_of_value() -> None:
    payload = payload_class()()
    cases: list[tuple[int, dict[str, object], object]] = [
        (1, {"int_value": 0xFB}, -5),
        (1, {"int_value": 2**32 - 5}, -5),
        (4, {"long_value": 2**64 - 5}, -5),
        (8, {"long_value": 2**64 - 5}, 2**64 - 5),
        (9, {"float_value": 0.5}, 0.5),
        (11, {"boolean_value": True}, True),
        (12, {"string_value": "C4711"}, "C4711"),
        (17, {"bytes_value": b"\x01\xff"}, "01ff"),
        (16, {}, None),
    ]
    for datatype, words, wanted in cases:
        assert value_of(payload.metrics.add(datatype=datatype, **words), datatype) == wanted
