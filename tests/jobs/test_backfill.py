"""A source is asked again for a stretch: nothing twice, corrections as revisions, gaps closed by whom."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from data_connectors.schema import Source
from qc_app.access import Actor
from qc_app.actions import backfill as asked
from qc_app.cli import main
from qc_app.errors import ActionError, NotAllowed
from qc_app.jobs.requests import serve
from qc_app.jobs.sources.backfill import Stretch, backfilled, rehearsed
from qc_app.jobs.sources.ingest import ingest
from qc_app.plant import digest, render
from qc_app.records import Closed, Gap
from qc_app.store import conservation, plant_in_force

from .conftest import START, Works

NAME = "table"


def at(minute: float):
    return START + timedelta(minutes=minute)


class Table:
    """A table of units, a minute apart, of which some come to it too late for the lag."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "mes.sqlite"
        self.run("CREATE TABLE coils (unit TEXT, at TEXT, force REAL, temp REAL)")

    def run(self, text: str, *values: object) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(text, values)

    def add(self, *minutes: int) -> None:
        for m in minutes:
            self.run("INSERT INTO coils VALUES (?, ?, ?, 50.0)", f"u{m}", at(m).isoformat(), float(m))


@pytest.fixture
def table(tmp_path):
    return Table(tmp_path)


@pytest.fixture
def store(works: Works, table: Table):
    settings = {"url": f"sqlite:///{table.path}", "table": "coils", "lag_s": 1.0}
    mine = Source(NAME, "sql_table", "p-1", "measurements", unit_column="unit", time_column="at", settings=settings)
    topic = Source("topic", "mqtt", "p-1", "measurements", settings={"host": "nowhere", "topics": "a"})
    plant = works.plant()
    with works.open() as opened:
        plant = replace(plant, sources=(mine, topic, *plant.sources))
        opened.journal.plants.save(render(plant), digest(plant), "test", "", START)
        yield opened


def read(store):
    plant = plant_in_force(store)
    return ingest(store, plant, sources=[s for s in plant.sources if s.name == NAME])


def stretch(first: float, last: float) -> Stretch:
    return Stretch(NAME, at(first), at(last), "maria")


def forces(store) -> list[float]:
    return store.lake.measurements("p-1", columns=["force"])["force"].to_list()


def gap(store, first: float, last: float, cause: str = "disconnected") -> None:
    store.journal.gaps.add(Gap(NAME, "p-1", at(first), at(last), cause, store.clock.now(), "it was away"))


def open_gaps(store, **more) -> list[tuple]:
    return [(g.start, g.end) for g in store.journal.gaps.list(**more)]


def test_what_came_behind_the_cursor_is_had_once_and_closes_its_gap(store, table):
    table.add(0, 1, 2, 8, 9)
    read(store)
    table.add(3, 4, 5)  # entered behind the cursor: no reading meets them
    read(store)
    assert forces(store) == [0, 1, 2, 8, 9]
    gap(store, 2, 8)
    before = store.clock.now()
    store.clock.advance(timedelta(minutes=1))
    assert "8 rows: 3 new, 0 revisions, 5 duplicates" in rehearsed(store, plant_in_force(store), stretch(0, 60))
    assert forces(store) == [0, 1, 2, 8, 9], "a rehearsal stores nothing"
    done = backfilled(store, plant_in_force(store), stretch(0, 60))
    assert (done.numbers["new"], done.numbers["closed"]) == (3, 1)
    assert forces(store) == [0, 1, 2, 3, 4, 5, 8, 9]
    assert open_gaps(store) == []
    assert open_gaps(store, known_at=before) == [(at(2), at(8))], "a day before is replayed with its gap"
    (closed,) = store.journal.gaps.closed()
    assert (closed.author, closed.text) == ("maria", "asked again: 3 new rows of it")
    assert not store.lake.measurements("p-1")["late"].any(), "what was asked for is not late"
    again = backfilled(store, plant_in_force(store), stretch(0, 60))
    assert (again.numbers["new"], again.numbers["revisions"], again.numbers["closed"]) == (0, 0, 0)
    assert conservation.of_source(store, "p-1", NAME, "measurements") == []
    table.add(10)
    read(store)
    assert forces(store)[-1] == 10, "reading goes on where it was"


def test_only_the_stretch_is_taken_and_only_its_part_of_a_gap_is_closed(store, table):
    table.add(0, 9)
    read(store)
    table.add(2, 3, 6)
    gap(store, 1, 8)
    backfilled(store, plant_in_force(store), stretch(1, 4))
    assert forces(store) == [0, 2, 3, 9]
    assert open_gaps(store) == [(at(4), at(8))]


def test_what_differs_is_a_revision_and_an_empty_value_replaces_none(store, table):
    table.add(0, 1, 9)
    read(store)
    table.run("UPDATE coils SET force = 7.5 WHERE unit = 'u1'")
    table.run("UPDATE coils SET temp = NULL WHERE unit = 'u0'")
    done = backfilled(store, plant_in_force(store), stretch(0, 5))
    assert (done.numbers["new"], done.numbers["revisions"]) == (0, 1)
    rows = store.lake.measurements("p-1", columns=["unit_id", "force", "temp"]).rows()
    assert rows == [("u0", 0.0, 50.0), ("u1", 7.5, 50.0), ("u9", 9.0, 50.0)]
    assert conservation.of_source(store, "p-1", NAME, "measurements") == []


def test_a_gap_of_which_nothing_new_came_stays(store, table):
    table.add(0, 9)
    read(store)
    gap(store, 2, 8)
    assert backfilled(store, plant_in_force(store), stretch(0, 60)).numbers["closed"] == 0
    assert open_gaps(store) == [(at(2), at(8))]


def test_a_gap_noticed_after_it_was_asked_for_stands(store):
    early = store.clock.now()
    store.journal.gaps.close([Closed(NAME, "p-1", at(0), at(9), early, "maria")])
    store.clock.advance(timedelta(minutes=1))
    gap(store, 2, 8)
    assert open_gaps(store) == [(at(2), at(8))]


def test_a_scheduler_that_leads_does_it_on_request(store, table):
    table.add(0, 9)
    read(store)
    table.add(3)
    maria = Actor("maria", "engineer")
    request = asked(store, maria, NAME, at(0), at(9), reason="the line was down")
    assert asked(store, maria, NAME, at(0), at(9)).id == request.id, "what waits is not asked twice"
    assert serve(store, plant_in_force(store)) == 1
    (done,) = store.journal.requests.list(state="done")
    assert "1 new" in done.sentence
    assert forces(store) == [0, 3, 9]
    with pytest.raises(NotAllowed):
        asked(store, Actor("ben", "operator"), NAME, at(0), at(9))


def test_what_cannot_be_asked_says_so_and_what_to_do(store, table):
    with pytest.raises(ActionError, match="qc import FILE --stage p-1"):
        backfilled(store, plant_in_force(store), Stretch("topic", at(0), at(1), "maria"))
    with pytest.raises(ActionError, match="put the file of that time into the folder"):
        backfilled(store, plant_in_force(store), Stretch("p-1 measurements", at(0), at(1), "maria"))
    with pytest.raises(ActionError, match="was ever read"):
        backfilled(store, plant_in_force(store), stretch(0, 1))
    with pytest.raises(ActionError, match="no source"):
        backfilled(store, plant_in_force(store), Stretch("tabel", at(0), at(1), "maria"))


def test_the_command_asks_and_says_what_came(store, table, monkeypatch, capsys):
    table.add(0, 9)
    read(store)
    table.add(3)
    gap(store, 1, 8)
    monkeypatch.setenv("QC_USER", "maria")
    home = str(store.home)
    given = ["backfill", NAME, "--from", "2026-03-01T06:00", "--to", "2026-03-01T07:00", "--home", home]
    assert main([*given, "--dry-run"]) == 0
    assert "1 new" in capsys.readouterr().out
    assert main([*given, "--reason", "the line was down"]) == 0
    assert "1 gap closed" in capsys.readouterr().out
    assert main(["gaps", "--home", home]) == 0
    assert "by maria" in capsys.readouterr().out
    assert main([*given[:3], "2026-03-01T08:00", *given[4:]]) == 1
    assert "turn it round" in capsys.readouterr().err
    assert [a.action for a in store.journal.audit.list()][-1] == "request backfill"
