"""A stage from a device, a broker, a server or a database: tried step by step, described, live on the page."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from qc_app.access import Actor
from qc_app.actions import stopped, try_source
from qc_app.errors import ActionError
from qc_app.plant import Plant, parse
from qc_app.settings import Settings
from qc_app.store import open_store
from qc_app.views.onboard import (
    ARRIVAL,
    EACH,
    Draft,
    Source,
    asked_source,
    described,
    folder_source,
    layout_of,
    looked_at,
    named,
    network_kinds,
    settings_asked,
    stage_of,
    tried,
)  # fmt: skip
from tests.connectors.http.site import Asked, Reply, Site, told
from tests.connectors.modbus.device import Device
from tests.connectors.mqtt.broker import Broker, Publisher, mosquitto
from tests.connectors.opcua.server import URI, Running
from tests.connectors.opcua.server import Setup as Server
from tests.pages import made_plants
from tests.pages.made_plants import told as said

BEGIN = datetime(2026, 5, 1, 6, tzinfo=UTC)
MARIA = Actor("maria", "engineer")


@pytest.fixture
def home(tmp_path) -> Path:
    made_plants.founded(tmp_path / "home", Plant("New works", zone="Europe/Berlin")).close()
    (tmp_path / "home" / "clock.json").unlink()
    return tmp_path / "home"


@pytest.fixture
def store(home):
    with open_store(Settings(home=home)) as opened:
        yield opened


@pytest.fixture
def device() -> Iterator[Device]:
    made = Device()
    yield made
    made.stop()


def drafted(store, source: Source, only: str = "") -> Draft:
    """Go through trying, looking and describing, as the page does."""
    failed = stopped(try_source(store, MARIA, source))
    assert failed is None, failed
    fresh = Draft("press-9", "Hall 3", source.kind, source.settings)
    return named(described(fresh, looked_at(store, source), store, "Europe/Berlin", only), source.columns)


def rows(_: Asked) -> Reply:
    return told(
        [{"part": f"P{n}", "at": (BEGIN + timedelta(minutes=n)).isoformat(), "force": 50 + n % 7, "width": 10 + n / 100}
         for n in range(30)]
    )  # fmt: skip


def opened(open_app, home: Path, kind: str):
    app = open_app(home, "onboard")
    app.text_input(key="onb_stage").set_value("press-9")
    app.text_input(key="onb_line").set_value("Hall 3")
    app.segmented_control(key="onb_kind").set_value("Network").run()
    return app.selectbox(key="onb_net").set_value(kind).run()


def go(app, step: str):
    return app.segmented_control(key="onboard_step").set_value(step).run()


def test_from_a_json_service_to_a_stage_that_is_live(open_app, home):
    site = Site(rows)
    app = opened(open_app, home, "rest")
    app = app.button(key="onb_read").click().run()
    assert "url must be filled" in said(app)
    app.text_input(key="onb_s_rest_url").set_value(site.url + "/rows")
    app = app.button(key="onb_read").click().run()
    assert app.session_state["onboard_step"] == "Columns", said(app)
    draft = app.session_state["onboard_draft"]
    assert (draft.unit_column, draft.time_column, draft.live) == ("part", "at", False)
    assert "the service answers 200" in said(go(app, "Source"))
    app = go(app, "Columns")
    app.multiselect(key="onb_c_results").set_value(["width"]).run()
    app = go(go(app, "Preview"), "Go live")
    app = app.button(key="onb_live").click().run()
    assert not app.exception
    assert "press-9 is live" in said(app)
    site.stop()
    with open_store(Settings(home=home)) as store:
        plant = parse(store.journal.plants.current().definition)
        tried_once = [a for a in store.journal.audit.list(last=20) if a.action == "try_source"]
    assert [(s.kind, s.carries) for s in plant.sources] == [("rest", "measurements"), ("rest", "labels")]
    assert tried_once[0].detail["steps"]["rows"] is True


def test_the_registers_of_a_device_become_parameters(open_app, home, device):
    app = opened(open_app, home, "modbus")
    app.text_input(key="onb_s_modbus_host").set_value("127.0.0.1")
    app.text_area(key="onb_registers").set_value("temp = holding 2 float32\nspeed = holding 1 int16\n")
    app = app.button(key="onb_read").click().run()
    assert "127.0.0.1:502" in said(app), "the step that fails is told in its own words"
    assert "■ tcp" in said(app)
    with open_store(Settings(home=home)) as store:
        registers = "temp = holding 2 float32\nspeed = holding 1 int16"
        draft = drafted(store, asked_source("modbus", {"host": "127.0.0.1", "port": str(device.port)}, registers))
        trial = tried(store, draft)
    assert {(c.name, c.example) for c in draft.columns} == {("temp", "200.0"), ("speed", "7")}
    assert trial.rows.select("temp", "speed").rows() == [(200.0, 7.0)]


@pytest.mark.slow
def test_the_variables_of_an_opc_ua_server_become_parameters(store):
    server = Running(Server())
    try:
        asked = {"url": server.url, "security": "None", "allow_insecure": "true"}
        draft = drafted(store, asked_source("opcua", asked), only="temp, count, coil")
        trial = tried(store, draft)
    finally:
        server.stop()
    assert [(c.column, c.name, c.unit, c.use) for c in draft.columns] == [
        (f"nsu={URI};s=Temp", "temp", "degC", "parameter"),
        (f"nsu={URI};s=Count", "count", "", "parameter"),
        (f"nsu={URI};s=CoilId", "coilid", "", "left out"),
    ]
    assert (draft.unit_column, draft.time_column) == (EACH, ARRIVAL)
    assert trial.rows.height >= 1
    assert stage_of(draft)[1][0].settings["rows"] == "moment"
    by_unit = Draft(**{f: getattr(draft, f) for f in draft.__slots__} | {"unit_column": f"nsu={URI};s=CoilId"})
    assert stage_of(by_unit)[1][0].settings["rows"] == "unit"


@pytest.mark.skipif(mosquitto() is None, reason="needs mosquitto")
@pytest.mark.parametrize(
    ("rows", "columns"),
    [({}, ["part", "force"]), pytest.param({"rows": "moment"}, ["part", "force"], marks=pytest.mark.slow)],
)
def test_the_messages_of_a_broker_are_rows_or_values(store, tmp_path, rows, columns):
    broker = Broker(tmp_path / "broker").start()
    try:
        source = asked_source("mqtt", {"host": "127.0.0.1", "port": str(broker.port), "topics": "hall/#"}, "", rows)
        with Publisher(broker.port) as publisher, speaking(publisher):
            draft = drafted(store, source)
    finally:
        broker.end()
    fields = [c.column.partition("#")[2] or c.column for c in draft.columns if "topic" not in c.column]
    assert fields == columns
    assert draft.by_tag == bool(rows)
    assert (draft.unit_column, draft.time_column) == ((EACH if rows else "part"), ARRIVAL)


class speaking:  # noqa: N801 - reads as a sentence
    """Publish for as long as a test listens."""

    def __init__(self, publisher: Publisher) -> None:
        import threading

        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._speak, args=(publisher,))

    def _speak(self, publisher: Publisher) -> None:
        n = 0
        while not self._stop.wait(0.05):
            n += 1
            publisher.say("hall/press", json.dumps({"part": f"P{n}", "force": 50.5 + n}))

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(60)


def test_a_database_is_tried_before_it_is_read(open_app, home, tmp_path):
    file = tmp_path / "mes.sqlite"
    with sqlite3.connect(file) as made:
        made.execute("create table rows (part text, at text, force real)")
        made.executemany(
            "insert into rows values (?, ?, ?)", [(f"P{n}", f"2026-05-01T06:{n}Z", n) for n in range(10, 40)]
        )
    made.close()
    app = open_app(home, "onboard")
    app.text_input(key="onb_stage").set_value("press-9")
    app.text_input(key="onb_line").set_value("Hall 3")
    app.segmented_control(key="onb_kind").set_value("Database table").run()
    app.text_input(key="onb_s_sql_table_url").set_value(f"sqlite:///{file}")
    app.text_input(key="onb_s_sql_table_table").set_value("row")
    app = app.button(key="onb_read").click().run()
    assert "did you mean &#x27;rows&#x27;?" in said(app)
    app.text_input(key="onb_s_sql_table_table").set_value("rows")
    app = app.button(key="onb_read").click().run()
    assert app.session_state["onboard_draft"].unit_column == "part", said(app)


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_below_engineer_nothing_is_asked(open_app, home, role):
    asked: list[Asked] = []
    site = Site(lambda a: (asked.append(a), told([]))[1])
    app = open_app(home, "onboard", role)
    app.text_input(key="onb_stage").set_value("press-9")
    app.text_input(key="onb_line").set_value("A")
    app.segmented_control(key="onb_kind").set_value("Network").run()
    app.selectbox(key="onb_net").set_value("rest").run()
    app.text_input(key="onb_s_rest_url").set_value(site.url)
    app = app.button(key="onb_read").click().run()
    site.stop()
    assert "may not try source" in said(app)
    assert asked == []


def test_secrets_are_references_and_numbers_numbers(store):
    with pytest.raises(ActionError, match="port = 'x' - give a whole number"):
        asked_source("mqtt", {"host": "h", "topics": "a", "port": "x"})
    literal = asked_source("mqtt", {"host": "h", "topics": "a", "username": "qc", "password": "sesame"})
    with pytest.raises(ActionError, match="a literal password stands"):
        try_source(store, MARIA, literal)
    with pytest.raises(ActionError, match="the name 'a' is there already"):
        asked_source("modbus", {"host": "h"}, "a = holding 1 int16\na = holding 2 int16")
    for kind in [*network_kinds(), "sql_table"]:
        assert not {"allow_plain", "rows"} & {s.key for s in settings_asked(kind)}
        assert all(s.text for s in settings_asked(kind)), kind


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no-headings.csv", "the first line holds values (C0, 2026-03-01T08:00:00, 10.5, 9.00) - it must name the"),
        ("web-page.csv", "is a web page or XML under another name - open it and save the table as CSV"),
        ("two-columns-same.csv", "names column 'force' twice - rename one"),
    ],
)
def test_a_broken_file_is_explained_before_anything_is_guessed(store, tmp_path, name, words):
    file = Path(__file__).parents[1] / "app" / "broken" / "data" / name
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / name).write_bytes(file.read_bytes())
    source = folder_source({"path": str(folder), "settle_s": 0, **layout_of(folder)})
    with pytest.raises(ActionError) as refusal:
        looked_at(store, source)
    assert words in str(refusal.value)


def test_too_many_tags_are_to_be_narrowed(store):
    from data_connectors.base import Column, Offer

    many = Offer(tuple(Column(f"s=T{n:04d}", "number") for n in range(501)))
    with pytest.raises(ActionError, match="there are 501 tags"):
        described(Draft(kind="opcua"), many, store, "UTC")
    assert len(described(Draft(kind="opcua"), many, store, "UTC", only="t000").columns) == 10
    with pytest.raises(ActionError, match="none of the 501 tags holds 'furnace'"):
        described(Draft(kind="opcua"), many, store, "UTC", only="furnace")
