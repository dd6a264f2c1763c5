"""InfluxDB: version 1 as a real server; the answers of 2 and 3 by a server of ours that says what theirs do."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_connectors import conform, make_connector
from data_connectors.base import Batch
from data_connectors.checks import CHECKS
from data_connectors.errors import DefinitionError, SchemaError, SourceRefused, SourceUnavailable
from data_connectors.influx import Influx
from data_connectors.influx.connector import nanoseconds
from data_connectors.influx.options import InfluxOptions
from data_connectors.influx.questions import flux, flux_text, influxql, influxql_text, rfc3339, sql
from data_connectors.schema import Parameter, Source, Stage
from tests.connectors.http.site import Asked, Reply, Site, told
from tests.connectors.influx.server import Server, installed

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
BEGIN = datetime(2024, 5, 1, 6, tzinfo=UTC)
STAGE = Stage("rolling-2", "line-1", "rolling", (Parameter("exit_temp"), Parameter("speed")), ())
EVIL = "te\"m'p; DROP"
_numbers = itertools.count()


def at(minute: float) -> int:
    return int((BEGIN + timedelta(minutes=minute)).timestamp()) * 1_000_000_000


def source(url: str, **settings: Any) -> Source:
    kept = {key: settings.pop(key) for key in ("decimal", "columns") if key in settings}
    given = {"url": url, "measurement": "mill", "database": "plant", "page_rows": 4, "timeout_s": 5.0, **settings}
    columns = kept.pop("columns", {"exit_temp": "temp"})
    return Source("tsdb", "influx", "rolling-2", unit_column="coil", columns=columns, settings=given, **kept)


def read(wanted: Source, since: str | None = None) -> list[Batch]:
    return list(make_connector(wanted, lambda: NOW).read(STAGE, since))


def units(batches: list[Batch]) -> list[str]:
    return [u for batch in batches for u in batch.frame["coil"]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if installed() is None:
        pytest.skip("no influxd here - install Debian's influxdb to test against version 1")
    made = Server(tmp_path_factory.mktemp("influx"))
    yield made
    made.stop()


class Plant:
    """A database of its own on the real server."""

    def __init__(self, server: Server) -> None:
        self.server, self.name = server, f"plant{next(_numbers)}"
        server.database(self.name)

    def put(self, *points: tuple[str, float, float]) -> None:
        self.server.write(
            self.name, *(f'mill,line=2 coil="{u}",temp={t},speed=2i {at(minute)}' for u, minute, t in points)
        )

    def source(self, **settings: Any) -> Source:
        signed = {"auth": "basic", "user": "reader", "password": "read only", "allow_plain": True}
        return source(self.server.url, **{**signed, "allow_insecure": True, "database": self.name, **settings})


@pytest.fixture
def plant(server: Server) -> Plant:
    return Plant(server)


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_conformance_on_a_real_server(plant: Plant, check: Any) -> None:
    plant.put(*((f"{n:03d}", n, 850.5 + n) for n in range(11)))
    check(lambda: make_connector(plant.source(), lambda: NOW), STAGE)


def test_points_become_rows_and_late_ones_are_found(plant: Plant) -> None:
    plant.put(*((f"{n:03d}", n, 850.5 + n) for n in range(11)))
    first = read(plant.source(lag_s=120.0))
    made = conform(first[0], STAGE, plant.source(), NOW)
    assert made.rows.select("unit_id", "t_event", "exit_temp", "speed").row(0) == ("000", BEGIN, 850.5, 2.0)
    assert units(first) == [f"{n:03d}" for n in range(11)]
    plant.put(("late", 9.5, 1.0), ("new", 20, 2.0), ("too late", 1.5, 3.0))
    assert units(read(plant.source(lag_s=120.0), first[-1].after)) == ["late", "new"]


def test_points_of_one_time_over_the_edge_of_a_page_come_once_each(plant: Plant) -> None:
    lines = [f'mill,line={n} coil="{n}",temp=1,speed=1i {at(0 if n < 3 else 1)}' for n in range(6)]
    plant.server.write(plant.name, *lines)
    assert sorted(units(read(plant.source()))) == [str(n) for n in range(6)]
    plant.server.write(plant.name, *(f'mill,line=x{n} coil="{n}",temp=1,speed=1i {at(5)}' for n in range(4)))
    with pytest.raises(SourceUnavailable, match="share one time"):
        read(plant.source())


def test_only_the_points_with_the_declared_tags(plant: Plant) -> None:
    plant.server.write(
        plant.name,
        f'mill,line=2 coil="A",temp=1,speed=1i {at(0)}',
        f'mill,line=O\'Neil\\ 3 coil="B",temp=1,speed=1i {at(1)}',
    )
    assert units(read(plant.source(tags="line=O'Neil 3"))) == ["B"]


def test_hostile_names_are_only_names(plant: Plant) -> None:
    plant.server.write(plant.name, f'mi"ll,line=2 coil="A",te"m\'p;\\ DROP=9,speed=1i {at(0)}')
    wanted = plant.source(measurement='mi"ll', columns={"exit_temp": EVIL})
    (batch,) = read(wanted)
    assert batch.frame[EVIL].to_list() == ["9"]


def test_what_a_real_server_refuses_is_said(plant: Plant) -> None:
    plant.put(("A", 0, 1.0))
    with pytest.raises(SourceRefused, match=r"401.*check auth"):
        read(plant.source(password="wrong"))  # noqa: S106
    with pytest.raises(SchemaError, match=r"measurement 'mil' .* has no fields"):
        read(plant.source(measurement="mil"))
    with pytest.raises(SchemaError, match=r"'tmp' .*for 'exit_temp'.* missing .*exit_temp = .temp."):
        read(plant.source(columns={"exit_temp": "tmp"}))
    probes = make_connector(plant.source(), lambda: NOW).check()
    assert [p.step for p in probes if p.ok] == ["name", "tcp", "measurement", "point"]
    assert [c.name for c in make_connector(plant.source(), lambda: NOW).discover()] == [
        "time", "coil", "speed", "temp", "line",
    ]  # fmt: skip


ROWS = [{"coil": f"{n:03d}", "temp": 850.5 + n, "speed": 2, "line": "2", "ns": at(n)} for n in range(11)]


def flux_server(asked: Asked) -> Reply:
    """Say annotated CSV as InfluxDB 2 does: CRLF, a table id, the error table where one is due."""
    question = json.loads(asked.body)["query"]
    since = nanoseconds(re.search(r"start: (\S+),", question)[1])  # type: ignore[index]
    limit = int(re.search(r"limit\(n: (\d+)\)", question)[1])  # type: ignore[index]
    rows = [r for r in ROWS if r["ns"] >= since][:limit]
    lines = ["#datatype,string,long,dateTime:RFC3339,string,double,long", ",result,table,_time,coil,temp,speed"]
    for r in rows:
        stamp = f"{BEGIN + timedelta(minutes=ROWS.index(r)):%Y-%m-%dT%H:%M:%SZ}"
        lines.append(f",_result,0,{stamp},{r['coil']},{r['temp']},{r['speed']}")
    return Reply(("\r\n".join(lines) + "\r\n\r\n").encode(), kind="text/csv; charset=utf-8")


def sql_server(asked: Asked) -> Reply:
    """Say JSON as InfluxDB 3 does: times without a zone, in UTC."""
    question = json.loads(asked.body)["q"]
    if "information_schema" in question:
        return told([{"column_name": c} for c in ("coil", "line", "speed", "temp", "time")])
    found = re.search(r"time >= '([^']+)'", question)
    since = nanoseconds(found[1]) if found else 0
    limit = int(re.search(r"LIMIT (\d+)", question)[1])  # type: ignore[index]
    rows = [r for r in ROWS if r["ns"] >= since][:limit]
    return told([
        {"time": f"{BEGIN + timedelta(minutes=ROWS.index(r)):%Y-%m-%dT%H:%M:%S}", "coil": r["coil"],
         "temp": r["temp"], "speed": r["speed"]}
        for r in rows
    ])  # fmt: skip


SERVERS = {"flux": flux_server, "sql": sql_server}


@pytest.fixture(params=SERVERS)
def replayed(request: pytest.FixtureRequest) -> Iterator[tuple[Site, dict[str, Any]]]:
    site = Site(SERVERS[request.param])
    yield site, {"dialect": request.param, "org": "works"}
    site.stop()


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_conformance_on_the_answers_of_2_and_3(replayed: tuple[Site, dict[str, Any]], check: Any) -> None:
    site, settings = replayed
    check(lambda: make_connector(source(site.url, **settings), lambda: NOW), STAGE)


def test_2_and_3_give_the_same_rows_and_sign_in_their_way(
    replayed: tuple[Site, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, settings = replayed
    monkeypatch.setenv("QC_TEST_TOKEN", "canary-9")
    signed = {"auth": "token", "token": "env:QC_TEST_TOKEN", "allow_insecure": True}
    batches = read(source(site.url, decimal=",", **settings, **signed))
    assert units(batches) == [f"{n:03d}" for n in range(11)]
    made = conform(batches[0], STAGE, source(site.url, decimal=",", **settings), NOW)
    assert made.rows.select("t_event", "exit_temp").row(0) == (BEGIN, 850.5)
    assert site.asked[0].headers["Authorization"] == "Token canary-9"


def test_an_error_within_an_answer_is_no_row(replayed: tuple[Site, dict[str, Any]]) -> None:
    site, settings = replayed
    if settings["dialect"] == "flux":
        broken = "#datatype,string,string\r\n,error,reference\r\n,engine: shard closed,897\r\n"
        site.faults = [Reply(broken.encode(), kind="text/csv")]
        with pytest.raises(SourceUnavailable, match="engine: shard closed"):
            read(source(site.url, **settings))
    site.faults = [told({"error": "table 'x' not found"}, status=400)]
    with pytest.raises(SchemaError, match="table 'x' not found"):
        read(source(site.url, **settings))


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_name_or_value_leaves_its_quotes(name: str, value: str) -> None:
    """Whatever is declared, the question has the same shape: taking all literals out leaves nothing of them."""
    options = InfluxOptions(name or "m", database=value or "b", tags="")
    backslash = r'"(?:[^"\\]|\\.)*"|' + r"'(?:[^'\\]|\\.)*'"
    doubled = r'"(?:[^"]|"")*"|' + r"'(?:[^']|'')*'"
    for ask, literal in ((influxql, backslash), (flux, backslash), (sql, doubled)):
        said = re.sub(literal, "?", ask(options, [name, value], 5, 9), flags=re.DOTALL)
        plain = re.sub(literal, "?", ask(InfluxOptions("m", database="b"), ["a", "b"], 5, 9), flags=re.DOTALL)
        assert said == plain
    assert "\n" not in influxql_text(value)
    assert not re.search(r"(?<!\\)\$\{", flux_text(value).replace("\\\\", ""))


@given(st.integers(0, 2**62))
def test_nanoseconds_survive_their_spelling(number: int) -> None:
    assert nanoseconds(rfc3339(number)) == nanoseconds(str(number)) == number


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"dialect": "fluks"}, "did you mean 'flux'"),
        ({"dialect": "flux"}, "org is missing"),
        ({"measurement": ""}, "measurement is missing"),
        ({"measurment": "x"}, "did you mean 'measurement'"),
        ({"page_rows": 1}, "page_rows"),
        ({"tags": "&"}, "tags"),
    ],
)
def test_a_wrong_setting_says_what_to_do(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        Influx(source("https://tsdb", **settings), lambda: NOW)
