"""PI Web API: pages, overlaps, qualities, system states, tags that fail alone, outages without loss."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_connectors import check_connector, conform
from data_connectors.errors import DefinitionError, SourceUnavailable
from data_connectors.http import Session
from data_connectors.live import Spool
from data_connectors.pi_web_api import PiWebApi
from data_connectors.pi_web_api.archive import Archive
from data_connectors.pi_web_api.listening import Listening
from data_connectors.pi_web_api.values import sample
from data_connectors.schema import Parameter, Source, Stage
from tests.connectors.http.listening import Ear
from tests.connectors.http.listening import samples as kept
from tests.connectors.http.site import Reply, bomb
from tests.connectors.pi_web_api.historian import SERVER, Historian
from tests.waiting import until

STAGE = Stage("kiln", "line-1", "kiln", (Parameter("temp"), Parameter("feed")), ())
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.fixture
def historian() -> Iterator[Historian]:
    made = Historian()
    made.points = {"T1": [], "F1": [], "Lot": []}
    yield made
    assert {asked.method for asked in made.site.asked} <= {"GET"}
    made.site.stop()


def connector(historian: Historian, folder: Path | None = None, **given: Any) -> PiWebApi:
    columns = given.pop("columns", {"temp": "T1", "feed": rf"\\{SERVER}\F1"})
    quick = {"timeout_s": 1.0, "retries": 0, "every_s": 0.05, "wait_s": 0.0, "begin": "2024-05-01T12:00:00Z"}
    options = {"url": f"{historian.site.url}/piwebapi", "server": SERVER, **quick, **given}
    source = Source("pi", "pi_web_api", "kiln", unit_column="Lot", columns=columns, settings=options)
    return PiWebApi(source, lambda: at(7200), folder)


class Rounds:
    """Asks round by round at the moments the test says."""

    def __init__(self, made: PiWebApi, folder: Path) -> None:
        self.folder, self.spool, self.now = folder, Spool(folder), NOON
        tags = list(made.source.columns.values())
        self.listening = Listening(made._options, tags, self.spool, Event(), lambda: self.now)
        self.session = Session(made._http, made._where)
        self.archive = Archive(self.session, made._options, made._where, words=made.source.unit_column)

    def once(self, seconds: float) -> str:
        self.now = at(seconds)
        return self.listening.once(self.archive)

    def values(self, tag: str = "T1") -> list[Any]:
        self.spool.tell("connected")
        return [one.value for one in kept(self.folder, tag)]

    def close(self) -> None:
        self.spool.close()
        self.session.close()


@pytest.fixture
def rounds(historian: Historian, tmp_path: Path) -> Iterator[Rounds]:
    made = Rounds(connector(historian), tmp_path)
    yield made
    made.close()


def test_what_is_archived_late_is_found_and_nothing_is_told_twice(historian: Historian, rounds: Rounds) -> None:
    historian.put("T1", at(10), 1.0)
    rounds.once(60)
    historian.put("T1", at(20), 2.0)  # compression archives it after a newer one was asked for
    historian.put("T1", at(70), 3.0)
    rounds.once(120)
    rounds.once(180)
    assert rounds.values() == [1.0, 2.0, 3.0]


def test_a_value_that_was_corrected_there_is_told_again(historian: Historian, rounds: Rounds) -> None:
    historian.put("T1", at(10), 1.0)
    rounds.once(60)
    historian.points["T1"][0]["Value"] = 1.5
    rounds.once(70)
    assert rounds.values() == [1.0, 1.5]


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=60), st.integers(2, 7))
@settings(max_examples=15, deadline=None)
def test_pages_of_any_size_bring_every_value_once(times: list[int], page: int) -> None:
    """Also several values of one time, as long as a page holds them."""
    times = [t for t in times if times.count(t) < page]
    historian = Historian()
    try:
        historian.points["T1"] = []
        for i, second in enumerate(times):
            historian.put("T1", at(second), float(i))
        made = connector(historian, columns={"temp": "T1"}, page_values=page)
        with Session(made._http, made._where) as session:
            found = Archive(session, made._options, made._where).stretch(["T1"], NOON, at(3001))
        assert sorted(one.value for one in found.samples) == [float(i) for i in range(len(times))]  # type: ignore[type-var]
        assert [one.t_source for one in found.samples] == [at(t) for t in sorted(times)]
    finally:
        historian.site.stop()


def test_more_values_of_one_time_than_a_page_are_said(historian: Historian, rounds: Rounds) -> None:
    historian.points["T1"] = []
    for n in range(4):
        historian.put("T1", at(5), float(n))
    made = connector(historian, page_values=3)
    with Session(made._http, made._where) as session, pytest.raises(SourceUnavailable, match="share one time"):
        Archive(session, made._options, made._where).stretch(["T1"], NOON, at(60))


@pytest.mark.parametrize(
    ("value", "quality", "expected"),
    [
        (850.5, {}, (850.5, "good", "")),
        (850.5, {"Questionable": True}, (850.5, "uncertain", "Questionable")),
        (850.5, {"Substituted": True}, (850.5, "uncertain", "Substituted")),
        (850.5, {"Good": False}, (None, "bad", "NotGood")),
        ({"Name": "No Data", "Value": 248, "IsSystem": True}, {"Good": False}, (None, "bad", "No Data")),
        ({"Name": "I/O Timeout", "Value": 246, "IsSystem": True}, {}, (None, "bad", "I/O Timeout")),
        ({"Name": "Running", "Value": 3, "IsSystem": False}, {}, (3, "good", "")),
        (None, {}, (None, "bad", "NotGood")),
        ([1, 2], {}, (None, "bad", "NotAScalar")),
    ],
)
def test_qualities_and_states(value: Any, quality: dict[str, bool], expected: tuple[Any, ...]) -> None:
    one = sample("T1", {"Timestamp": "2024-05-01T12:00:00Z", "Value": value, "Good": True, **quality}, NOON)
    assert one is not None
    assert (one.value, one.quality, one.code) == expected


def test_the_unit_is_told_by_the_name_of_its_state() -> None:
    state = {"Timestamp": "2024-05-01T12:00:00Z", "Value": {"Name": "LOT-7", "Value": 7, "IsSystem": False}}
    one = sample("Lot", state, NOON, words=True)
    assert one is not None
    assert one.value == "LOT-7"


def test_a_tag_that_fails_holds_up_no_other_and_loses_nothing(historian: Historian, rounds: Rounds) -> None:
    """The mutant is one mark for all tags: it would pass over what the broken tag had meanwhile."""
    for second in (10, 4000, 7000):
        historian.put("T1", at(second), float(second))
        historian.put("F1", at(second), float(second))
    historian.broken = {"T1": "archive is off line"}
    assert "archive is off line" in rounds.once(60)
    rounds.once(5000)
    assert rounds.values(rf"\\{SERVER}\F1") == [10.0, 4000.0]
    assert rounds.values("T1") == []
    historian.broken = {}
    rounds.once(7200)
    assert rounds.values("T1") == [10.0, 4000.0, 7000.0]


def test_an_outage_is_read_afterwards_also_by_a_new_program(historian: Historian, tmp_path: Path) -> None:
    first = Rounds(connector(historian), tmp_path)
    historian.put("T1", at(10), 1.0)
    first.once(60)
    first.close()
    for second in range(700, 20_000, 700):
        historian.put("T1", at(second), float(second))
    again = Rounds(connector(historian), tmp_path)
    again.once(20_000)
    assert set(again.values()) == {1.0, *map(float, range(700, 20_000, 700))}
    again.close()


def test_a_round_that_breaks_off_goes_on_where_it_stood(historian: Historian, rounds: Rounds) -> None:
    for hour in range(4):
        historian.put("T1", at(hour * 3600 + 5), float(hour))
    rounds.archive.ids(rounds.listening._read_to)
    historian.site.faults = [historian.streams("recorded", _asked_first_hour(historian)), Reply(status=500)]
    with pytest.raises(SourceUnavailable, match="500"):
        rounds.once(14_400)
    rounds.once(14_400)
    assert rounds.values() == [0.0, 1.0, 2.0, 3.0]


def _asked_first_hour(historian: Historian) -> Any:
    from tests.connectors.http.site import Asked

    params = [("webId", "W-T1"), ("webId", "W-F1"), ("startTime", "2024-05-01T11:50:00Z")]
    return Asked("GET", "", [*params, ("endTime", "2024-05-01T13:00:00Z"), ("maxCount", "1000")], {}, "")


def test_a_limit_of_the_server_is_said(historian: Historian, tmp_path: Path) -> None:
    historian.most = 500
    made = Rounds(connector(historian), tmp_path)
    with pytest.raises(SourceUnavailable, match="greater than the maximum"):
        made.once(60)
    made.close()


def test_interpolated_values_lie_on_a_grid_and_keep_away_from_now(historian: Historian, tmp_path: Path) -> None:
    made = connector(historian, columns={"temp": "T1"}, way="interpolated", interval_s=10.0, overlap_s=30.0)
    rounds = Rounds(made, tmp_path)
    rounds.once(65)
    rounds.once(95)
    rounds.spool.tell("connected")
    told = kept(tmp_path, "T1")
    assert [one.t_source for one in told] == [at(s) for s in range(0, 60, 10)]
    rounds.close()


@pytest.mark.parametrize(
    ("fault", "words"),
    [(Reply(status=503), "503"), (Reply(b'{"Items": [', kind="application/json"), "no whole JSON"),
     (Reply(b'{"Items"', cut_at=3), "does not answer")],
)  # fmt: skip
def test_faults_are_said_and_cost_no_value(historian: Historian, rounds: Rounds, fault: Reply, words: str) -> None:
    historian.put("T1", at(10), 1.0)
    historian.site.faults = [fault]
    with pytest.raises(SourceUnavailable, match=words):
        rounds.once(60)
    rounds.once(70)
    assert rounds.values() == [1.0]


def test_the_listener_lives_through_an_outage_and_a_bomb(historian: Historian, tmp_path: Path) -> None:
    historian.put("T1", at(10), 1.0)
    historian.site.faults = [Reply(status=500), bomb(80)]
    with Ear(connector(historian, tmp_path), tmp_path, STAGE) as ear:
        until(lambda: [one.value for one in ear.samples("T1")] == [1.0])


def test_history_of_a_stretch_is_kept_on_demand(historian: Historian, tmp_path: Path) -> None:
    for hour in range(30):
        historian.put("T1", at(hour * 3600), float(hour))
    spool = Spool(tmp_path)
    assert connector(historian).backfill(STAGE, spool, at(0), at(10 * 3600)) == 10
    spool.close()
    assert [one.value for one in kept(tmp_path, "T1")] == [float(n) for n in range(10)]


def test_values_become_units_and_conform(historian: Historian, tmp_path: Path) -> None:
    for second, lot in ((0, "L1"), (60, "L2"), (120, "L3")):
        historian.put("Lot", at(second), lot)
        historian.put("T1", at(second + 30), 800.0 + second)
    historian.put("T1", at(95), {"Name": "No Data", "Value": 248, "IsSystem": True}, Good=False)
    made = connector(historian, tmp_path, rows="unit", columns={"temp": "T1", "feed": "F1"})
    spool = Spool(tmp_path)
    made.backfill(STAGE, spool, at(0), at(200))
    spool.close()
    batches = list(made.read(STAGE, None))
    rows = conform(batches[0], STAGE, made.source, at(7200)).rows
    assert rows.select("unit_id", "temp").rows() == [("L1", 800.0), ("L2", 860.0)]


def test_conformance(historian: Historian, tmp_path: Path) -> None:
    for second in range(8):
        historian.put("T1", at(second), 800.0 + second)
    made = connector(historian, tmp_path)
    spool = Spool(tmp_path)
    made.backfill(STAGE, spool, at(0), at(3600))
    spool.close()
    check_connector(lambda: connector(historian, tmp_path), STAGE)


def test_discover_and_check_name_what_is_there(historian: Historian) -> None:
    historian.put("T1", at(10), 1.0)
    made = connector(historian)
    assert next((c.name, c.dtype, c.unit) for c in made.discover()) == ("T1", "number", "degC")
    assert [p.step for p in made.check() if p.ok] == ["name", "tcp", "sign-in", "tags", "value", "clock"]
    wrong = connector(historian, columns={"temp": "T9"}).check()[-1]
    assert (wrong.step, wrong.ok) == ("tags", False)
    assert "PI Point not found 'T9'" in wrong.message


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"server": ""}, "names no server"),
        ({"way": "plot"}, "use 'recorded' or 'interpolated'"),
        ({"begin": "2024-05-01"}, "write begin"),
        ({"begin": "yesterday"}, "write begin"),
        ({"every_s": 0}, "every_s"),
        ({"page_values": 1}, "page_values"),
        ({"overlapp_s": 1}, "did you mean 'overlap_s'"),
    ],
)
def test_a_wrong_setting_says_what_to_do(historian: Historian, given: dict[str, Any], words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        connector(historian, **given)
