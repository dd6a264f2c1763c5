"""A JSON service: every way of paging, what changes meanwhile, what is new, what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from data_connectors import conform, make_connector
from data_connectors.base import Batch
from data_connectors.checks import CHECKS
from data_connectors.errors import DefinitionError, SchemaError, SourceRefused, SourceUnavailable
from data_connectors.rest import Rest
from data_connectors.schema import Parameter, Source, Stage
from tests.connectors.http.site import Asked, Reply, Site, told

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
BEGIN = datetime(2024, 5, 1, 6, tzinfo=UTC)
STAGE = Stage("rolling-2", "line-1", "rolling", (Parameter("exit_temp"), Parameter("speed")), ())
PAGINGS: dict[str, dict[str, Any]] = {
    "none": {},
    "offset": {"place_param": "offset", "limit_param": "limit"},
    "page": {"place_param": "page", "limit_param": "limit"},
    "cursor": {"place_param": "cursor", "place_field": "next.cursor", "limit_param": "limit"},
    "next": {"place_field": "next.link", "limit_param": "limit"},
    "time": {"limit_param": "limit", "since_param": "since"},
}


def row(minute: float, **more: Any) -> dict[str, Any]:
    at = (BEGIN + timedelta(minutes=minute)).isoformat()
    return {"coil": f"{int(minute):03d}", "stamp": at, "data": {"temp": 850.5, "speed": 2}} | more


class Mes:
    """A service that pages in every way, over rows that a test may change at any time."""

    def __init__(self) -> None:
        self.rows = [row(minute) for minute in range(11)]
        self.before_answer: Callable[[Asked], None] = lambda _: None

    def __call__(self, asked: Asked) -> Reply:
        self.before_answer(asked)
        given = asked.query
        since = given.get("since")
        rows = [r for r in self.rows if since is None or r["stamp"] >= since.replace("Z", "")]
        limit = int(given.get("limit", 1000))
        first = int(given.get("offset", given.get("cursor", (int(given.get("page", 1)) - 1) * limit)))
        page = rows[first : first + limit]
        more = first + limit < len(rows)
        link = f"/rows?cursor={first + limit}&limit={limit}" + (f"&since={since}" if since else "")
        following = {"cursor": first + limit, "link": link} if more else {"cursor": None, "link": None}
        return told({"data": {"items": page}, "next": following})


@pytest.fixture
def mes() -> Mes:
    return Mes()


@pytest.fixture
def site(mes: Mes) -> Iterator[Site]:
    made = Site(mes)
    yield made
    made.stop()


def source(site: Site, paging: str = "none", **settings: Any) -> Source:
    kept = {key: settings.pop(key) for key in ("decimal", "zone", "columns") if key in settings}
    given = {"url": f"{site.url}/rows", "records": "data.items", "paging": paging, "page_rows": 4, "timeout_s": 2.0}
    given |= PAGINGS[paging] | settings
    columns = kept.pop("columns", {"exit_temp": "data.temp", "speed": "data.speed"})
    return Source(
        "mes", "rest", "rolling-2", unit_column="coil", time_column="stamp", columns=columns, settings=given, **kept
    )


def read(site: Site, since: str | None = None, paging: str = "none", **settings: Any) -> list[Batch]:
    return list(make_connector(source(site, paging, **settings), lambda: NOW).read(STAGE, since))


def units(batches: list[Batch]) -> list[str]:
    return [unit for batch in batches for unit in batch.frame["coil"]]


@pytest.mark.parametrize("paging", PAGINGS)
@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_conformance(site: Site, paging: str, check: Any) -> None:
    check(lambda: make_connector(source(site, paging), lambda: NOW), STAGE)


@pytest.mark.parametrize("paging", PAGINGS)
def test_every_way_of_paging_brings_every_row_once(site: Site, paging: str) -> None:
    batches = read(site, paging=paging)
    assert units(batches) == [f"{n:03d}" for n in range(11)]
    assert paging == "none" or len(batches) >= 3


@pytest.mark.parametrize("paging", PAGINGS)
def test_the_next_reading_asks_from_the_overlap_on_and_brings_what_came_late(site: Site, mes: Mes, paging: str) -> None:
    settings = {"since_param": "since", "lag_s": 120.0}
    after = read(site, paging=paging, **settings)[-1].after
    mes.rows.insert(10, row(9.5, coil="late"))
    mes.rows.append(row(20))
    mes.rows.insert(0, row(-60, coil="too late"))
    asked = len(site.asked)
    assert units(read(site, after, paging, **settings)) == ["late", "020"]
    assert site.asked[asked].query["since"] == "2024-05-01T06:08:00.000Z"


def test_rows_are_conformed_and_numbers_keep_their_text(site: Site, mes: Mes) -> None:
    mes.rows = [row(0, coil=12345678901234567890123, data={"temp": 1e400, "speed": 2.50})]
    (batch,) = read(site, decimal=",")
    assert batch.frame["coil"].to_list() == ["12345678901234567890123"]
    made = conform(batch, STAGE, source(site, decimal=","), NOW)
    assert made.rows.select("exit_temp", "speed").rows() == [(None, 2.5)]


def test_a_list_that_moves_while_it_is_read_is_read_again(site: Site, mes: Mes) -> None:
    """A row deleted before the page under way would pass over another one; the mutant is a list read blindly."""

    def delete(asked: Asked) -> None:
        if asked.query["offset"] == "3":
            del mes.rows[0]
            mes.before_answer = lambda _: None

    mes.before_answer = delete
    reading = make_connector(source(site, "offset"), lambda: NOW).read(STAGE, None)
    batches: list[Batch] = []
    with pytest.raises(SourceUnavailable, match="the list changed while it was read"):
        batches.extend(reading)
    after = batches[-1].after if batches else None
    assert set(units(batches + read(site, after, "offset"))) >= {f"{n:03d}" for n in range(1, 11)}


def test_a_row_inserted_while_pages_are_numbered_is_found_by_the_next_reading(site: Site, mes: Mes) -> None:
    def insert(asked: Asked) -> None:
        if asked.query["page"] == "2":
            mes.rows.insert(0, row(0.5, coil="new"))
            mes.before_answer = lambda _: None

    mes.before_answer = insert
    first = read(site, paging="page")
    assert units(first + read(site, first[-1].after, "page")).count("new") == 1


@pytest.mark.parametrize(
    ("paging", "answer", "words"),
    [
        ("cursor", {"data": {"items": [row(0)]}, "next": {"cursor": "x"}}, "same next page twice"),
        ("next", {"data": {"items": [row(0)]}, "next": {"link": "/rows"}}, "same next page twice"),
        ("page", {"data": {"items": [row(0)]}}, "every page is the same"),
        ("time", {"data": {"items": [row(0)] * 4}}, "share one time"),
    ],
)
def test_a_service_that_goes_in_circles_is_left(
    site: Site, mes: Mes, paging: str, answer: dict[str, Any], words: str
) -> None:
    site.answer = lambda _: told(answer)
    with pytest.raises(SourceUnavailable, match=words):
        read(site, paging=paging)


def test_a_next_link_to_another_server_is_not_followed(site: Site) -> None:
    site.answer = lambda _: told({"data": {"items": [row(0)]}, "next": {"link": "http://169.254.169.254/latest"}})
    with pytest.raises(SourceRefused, match="not followed"):
        read(site, paging="next")


def test_time_paging_wants_the_order_of_time(site: Site, mes: Mes) -> None:
    mes.rows.reverse()
    with pytest.raises(SchemaError, match="order of time"):
        read(site, paging="time")


def test_a_broken_off_reading_delivers_nothing_twice_and_loses_nothing(site: Site) -> None:
    """The service fails at its third page; the checkpoint of what was stored leaves that out."""
    reading = make_connector(source(site, "cursor", retries=0), lambda: NOW).read(STAGE, None)
    first = next(reading)
    site.faults = [Reply(status=500)] * 9
    with pytest.raises(SourceUnavailable):
        list(reading)
    site.faults = []
    rest = read(site, first.after, "cursor")
    assert sorted(units([first, *rest])) == [f"{n:03d}" for n in range(11)]


@pytest.mark.parametrize(
    ("spelling", "stamp", "expected"),
    [
        ("epoch_s", lambda t: int(t.timestamp()), "1714543140"),
        ("epoch_ms", lambda t: int(t.timestamp() * 1000), "1714543140000"),
        ("iso", lambda t: t.isoformat(), "2024-05-01T05:59:00.000Z"),
    ],
)
def test_times_are_spelt_as_the_service_wants(
    site: Site, mes: Mes, spelling: str, stamp: Callable[[datetime], object], expected: str
) -> None:
    mes.rows = [row(0, stamp=stamp(BEGIN))]
    site.answer = lambda _: told({"data": {"items": mes.rows}})
    settings = {"since_param": "since", "since_format": spelling}
    read(site, read(site, **settings)[-1].after, **settings)
    assert site.asked[-1].query["since"] == expected


def test_of_an_hour_that_comes_twice_the_first_is_asked_for(site: Site, mes: Mes) -> None:
    mes.rows = [row(0, stamp="2023-10-29T01:30:00Z")]
    site.answer = lambda _: told({"data": {"items": mes.rows}})
    settings = {"since_param": "since", "lag_s": 0.0, "zone": "Europe/Berlin"}
    read(site, read(site, **settings)[-1].after, **settings)
    assert site.asked[-1].query["since"] == "2023-10-29T01:30:00.000"


def test_a_running_number_is_a_cursor_too(site: Site, mes: Mes) -> None:
    mes.rows = [row(n, id=n) for n in range(5)]
    site.answer = lambda asked: told(
        {"data": {"items": [r for r in mes.rows if r["id"] >= int(asked.query.get("after", 0))]}}
    )
    settings = {"since_param": "after", "since_format": "number", "modified_field": "id", "lag_s": 2.0}
    after = read(site, **settings)[-1].after
    mes.rows.append(row(5, id=5))
    assert units(read(site, after, **settings)) == ["005"]
    assert site.asked[-1].query["after"] == "2"


def test_a_row_that_is_none_is_refused_alone_and_once(site: Site, mes: Mes) -> None:
    mes.rows[3:3] = ["no row"]
    site.answer = lambda _: told({"data": {"items": mes.rows}})
    (batch,) = read(site)
    assert [r.reason for r in batch.rejects] == ["bad_json"]
    assert len(units([batch])) == 11
    assert read(site, batch.after) == []


def test_a_field_that_is_missing_is_named_unless_the_service_leaves_out_what_is_empty(site: Site, mes: Mes) -> None:
    mes.rows = [row(0, data={"temperature": 1.0, "speed": 2})]
    with pytest.raises(SchemaError, match=r"'data.temp' \(for 'exit_temp'\) missing .* 'data.temperature'|map it"):
        read(site)
    (batch,) = read(site, omits_nulls=True)
    assert conform(batch, STAGE, source(site), NOW).rows["exit_temp"].to_list() == [None]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"items": []}, r"no list of rows at records = 'data.items' \(the answer has: items\)"),
        ([1, 2], r"no list of rows"),
        ({"data": {"items": [{"coil": "1", "data": {}}]}}, "column"),
    ],
)
def test_an_answer_of_another_shape_says_what_it_has(site: Site, answer: object, words: str) -> None:
    site.answer = lambda _: told(answer)
    with pytest.raises(SchemaError, match=words):
        read(site)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"pageing": "x"}, "did you mean 'paging'"),
        ({"paging": "cursr"}, "did you mean 'cursor'"),
        ({"paging": "offset"}, "needs place_param"),
        ({"since_format": "unix"}, "since_format"),
        ({"page_rows": 1}, "page_rows"),
        ({"params": "&"}, "params"),
        ({"url": ""}, "write url"),
    ],
)
def test_a_wrong_setting_says_what_to_do(settings: dict[str, Any], words: str) -> None:
    given = {"url": "https://mes/rows", **settings}
    with pytest.raises(DefinitionError, match=words):
        Rest(Source("mes", "rest", "rolling-2", settings=given), lambda: NOW)


def test_check_says_which_step_failed(site: Site) -> None:
    made = make_connector(source(site, retries=0), lambda: NOW)
    assert [p.step for p in made.check() if p.ok] == ["name", "tcp", "sign-in", "rows", "clock"]
    site.faults = [Reply(status=401)]
    assert [(p.step, p.ok) for p in made.check()][-1] == ("sign-in", False)
    site.faults = [told({"other": 1})]
    assert [(p.step, p.ok) for p in made.check()][-1] == ("rows", False)


def test_only_get_is_ever_asked(site: Site) -> None:
    read(site, paging="offset")
    assert {asked.method for asked in site.asked} == {"GET"}
