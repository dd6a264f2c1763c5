"""Columns that come, go, change their name, unit or type: nothing lost, nothing guessed, one word settles it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from data_connectors.base import Batch
from data_connectors.schema import Parameter
from qc_app.access import Actor
from qc_app.actions import answer_schema
from qc_app.actions.permission import current_plant
from qc_app.errors import ActionError, NotAllowed
from qc_app.jobs.requests import serve
from qc_app.jobs.sources import columns
from qc_app.jobs.sources.ingest import ingest
from qc_app.jobs.sources.mending import mended
from qc_app.jobs.sources.replay import replayed
from qc_app.plant import digest, render
from qc_app.store import conservation
from qc_app.views import columns_table, proposals_table
from tests.scripted import NOW, PLANT, PROCESS, STAGE, home_of
from tests.scripted import script as script  # noqa: PLC0414 - a fixture

ENGINEER = Actor("eva", "engineer")


def rows(batch: int, n: int = 30, **columns_: object) -> pl.DataFrame:
    """Units of one delivery; the same numbers whatever their columns are called or however they are written."""
    rng = np.random.default_rng(batch)
    force, temp = rng.normal(100, 3, n).round(3), rng.normal(850, 4, n).round(3)
    times = [(NOW - timedelta(hours=20) + timedelta(hours=batch, seconds=i)).isoformat() for i in range(n)]
    made = {"unit_id": [f"b{batch}-{i}" for i in range(n)], "time": times, "force": force, "temp": temp}
    changed = {name: make(made) if callable(make) else make for name, make in columns_.items()}
    return pl.DataFrame({k: v for k, v in (made | changed).items() if v is not None})


class Works:
    """One plant on a script; each call of `read` is one more delivery."""

    def __init__(self, script, store) -> None:
        self.script, self.store, self.n = script, store, 0

    def read(self, **columns_: object) -> None:
        self.n += 1
        self.store.clock.moment += timedelta(minutes=5)
        self.script.say(PROCESS, Batch("press", rows(self.n, **columns_), "", f"file {self.n}"))
        self.again()

    def again(self) -> None:
        ingest(self.store, current_plant(self.store))

    def answer(self, accept: bool, kind: str) -> str:
        (proposal,) = [p for p in self.store.journal.schemas.proposals() if p.kind == kind]
        words, _ = answer_schema(self.store, ENGINEER, proposal.id, accept=accept, reason="asked the line")
        serve(self.store, current_plant(self.store))
        return words

    def values(self, name: str) -> list[float | None]:
        found = self.store.lake.measurements("press", columns=["unit_id", name])
        known = dict(found.rows())
        return [known[f"b{b}-{i}"] for b in range(1, self.n + 1) for i in range(30)]

    def truth(self, name: str) -> list[float]:
        return [v for b in range(1, self.n + 1) for v in rows(b)[name]]

    def kinds(self) -> list[str]:
        return [p.kind for p in self.store.journal.schemas.proposals()]

    def alarms(self) -> list[str]:
        return [a.kind for a in self.store.journal.alarms.list(open_only=True) if a.state != "returned"]


@pytest.fixture
def works(script, tmp_path):
    with home_of(tmp_path) as store:
        made = Works(script, store)
        made.read()
        yield made
        faults = conservation.of_source(store, "press", "process", "measurements")
        assert faults == [], "whatever changed, every record is accounted for"


def test_a_new_column_is_kept_shown_and_read_by_no_model_until_it_is_accepted(works):
    works.read(speed=2.5)
    assert works.kinds() == ["new_column"]
    assert works.alarms() == ["new_column"]
    assert works.values("speed") == [None] * 30 + [2.5] * 30
    assert "speed" not in {p.name for p in current_plant(works.store).stage("press").parameters}
    shown = proposals_table(works.store, PLANT.sources)
    assert shown.select("kind", "column").rows() == [("new column", "speed")]
    assert works.answer(True, "new_column") == "Accepted: stage 'press', parameter 'speed' is added."
    assert Parameter("speed") in current_plant(works.store).stage("press").parameters
    works.read(speed=3.0)
    assert works.values("speed")[30:] == [2.5] * 30 + [3.0] * 30, "what came since is history, not lost"
    assert works.alarms() == []


def test_a_declined_column_is_kept_no_more(works):
    works.read(speed=2.5)
    works.answer(False, "new_column")
    works.read(speed=2.5)
    assert works.values("speed")[60:] == [None] * 30
    assert works.kinds() == []


def test_what_the_first_delivery_had_and_nobody_declared_is_not_new(script, tmp_path):
    with home_of(tmp_path) as store:
        works = Works(script, store)
        works.read(remark="ok", speed=1.0)
        works.read(remark="ok", speed=1.0)
        assert works.kinds() == []
        assert "speed" not in store.lake.measurements("press").columns
        states = dict(columns_table(store, PLANT.sources).select("column", "state").rows())
        assert states == {"remark": "not kept", "speed": "not kept", "force": "declared", "temp": "declared"}


def test_columns_that_an_older_program_did_not_read_are_not_new(works):
    works.script.say(PROCESS, Batch("press", rows(2, speed=1.0), "", "file 2", unnoticed=frozenset({"speed"})))
    works.n = 2
    works.store.clock.moment += timedelta(minutes=5)
    works.again()
    assert (works.kinds(), works.alarms()) == ([], [])
    works.read(speed=1.0, pressure=3.0)
    assert [p.column for p in works.store.journal.schemas.proposals()] == ["pressure"]


def test_of_thousands_of_new_columns_some_are_kept_and_the_rest_is_on_record(works, monkeypatch):
    monkeypatch.setattr(columns, "MOST_EXTRAS", 3)
    works.read(**{f"c{n}": 1.0 for n in range(8)})
    assert len(works.kinds()) == 3
    assert columns_table(works.store, PLANT.sources).filter(pl.col("state") == "not kept").height == 5


def test_a_missing_column_is_missing_since_and_an_alarm_after_three_deliveries(works):
    works.read(temp=None)
    works.read(temp=None)
    assert works.alarms() == []
    works.read(temp=None)
    assert works.alarms() == ["column_missing"]
    assert works.values("temp")[30:] == [None] * 90
    assert works.values("force") == works.truth("force"), "the others go on"
    missing = columns_table(works.store, PLANT.sources).filter(pl.col("missing_since").is_not_null())
    assert missing.select("column", "missing_since").rows() == [("temp", NOW + timedelta(minutes=10))]
    works.read()
    assert works.alarms() == []


def test_a_column_that_never_came_is_a_wrong_mapping_and_said_at_once(script, tmp_path):
    with home_of(tmp_path) as store:
        works = Works(script, store)
        works.read(temp=None)
        (run,) = store.journal.runs.list(job="ingest process")
        assert "column 'temp' missing" in run.sentence
        assert store.lake.units("press") == 0


def test_a_renamed_column_is_one_word_and_its_history_is_joined(works):
    for _ in range(2):
        works.read(temp=None, Temperatur=lambda made: made["temp"])
    assert works.kinds() == ["renamed"]
    assert works.values("temp")[30:] == [None] * 60
    before = works.store.clock.now()
    works.store.clock.moment += timedelta(minutes=1)
    assert works.answer(True, "renamed") == "Accepted: source 'process', columns: temp = 'Temperatur' is new."
    assert works.values("temp") == works.truth("temp")
    works.read(temp=None, Temperatur=lambda made: made["temp"])
    assert works.values("temp") == works.truth("temp")
    was = works.store.lake.measurements("press", known_at=before)
    assert was["temp"].null_count() == 60, "as it was known before the word was given"


def test_the_history_that_was_joined_is_the_row_that_would_come_again(works):
    """A redelivery after the alias is a duplicate, not another revision."""
    works.read(temp=None, Temperatur=lambda made: made["temp"])
    works.answer(True, "renamed")
    works.script.say(PROCESS, Batch("press", rows(2, temp=None, Temperatur=lambda made: made["temp"]), ""))
    before = works.store.lake.counts("press", "process")
    works.again()
    after = works.store.lake.counts("press", "process")
    assert (after - before).duplicates == 30


def test_a_new_column_that_looks_like_nothing_that_vanished_is_no_rename(works):
    works.read(temp=None, speed=lambda made: made["temp"] / 100)
    assert works.kinds() == ["new_column"]


OTHER_UNITS = [
    ("temp", "degF", lambda v: v * 1.8 + 32),
    ("temp", "kelvin", lambda v: v + 273.15),
    ("force", "N", lambda v: v * 1000),
]


@pytest.mark.parametrize(("name", "unit", "written"), OTHER_UNITS)
@pytest.mark.parametrize("accept", [True, False])
def test_values_in_another_unit_wait_until_somebody_says_so(works, name, unit, written, accept):
    works.read(**{name: lambda made: written(made[name])})
    (proposal,) = works.store.journal.schemas.proposals()
    assert (proposal.kind, proposal.name, dict(proposal.detail)) == ("unit_changed", name, {"unit": unit})
    assert works.alarms() == ["unit_changed"]
    works.read(**{name: lambda made: written(made[name])})
    assert works.values(name)[30:] == [None] * 60, "held back, no model sees them"
    other = "temp" if name == "force" else "force"
    assert works.values(other) == works.truth(other)
    works.answer(accept, "unit_changed")
    truth = works.truth(name)
    came = truth if accept else [*truth[:30], *(written(v) for v in truth[30:])]
    assert works.values(name) == pytest.approx(came)
    assert works.store.lake.measurements("press")["quality"].null_count() == 90
    works.read(**{name: (lambda made: written(made[name]))})
    if accept:
        assert works.values(name) == pytest.approx(works.truth(name))
        assert works.kinds() == []


def test_limits_do_not_hide_a_unit_that_changed(works):
    """Values in degF lie beyond what is physically possible in degC; they are held back, not thrown away as bad."""
    plant = current_plant(works.store)
    stage = replace(plant.stages[0], parameters=(STAGE.parameters[0], Parameter("temp", "degC", low=0, high=1000)))
    changed = replace(plant, stages=(stage,))
    works.store.journal.plants.save(render(changed), digest(changed), "eva", "", NOW)
    works.read(temp=lambda made: made["temp"] * 1.8 + 32)
    works.answer(True, "unit_changed")
    assert works.values("temp") == pytest.approx(works.truth("temp"))


def test_an_ordinary_move_of_the_process_is_no_change_of_unit(works):
    works.read(temp=lambda made: made["temp"] + 12)
    works.read(force=lambda made: made["force"] * 1.1)
    assert works.kinds() == []


def test_a_column_of_another_type_is_quarantined_and_replayed_after_the_mapping_is_right(works):
    comma = [str(v).replace(".", ",") for v in rows(2)["temp"]]
    works.read(temp=comma)
    assert works.kinds() == ["type_changed"]
    held = works.store.journal.quarantine.list()
    assert {p.reason for p in held} == {"type_changed"}
    assert len(held) == 30
    plant = current_plant(works.store)
    mended = replace(plant, sources=(replace(PROCESS, decimal=","), *plant.sources[1:]))
    replayed(works.store, mended, [])
    assert works.values("temp") == works.truth("temp")
    works.answer(True, "type_changed")
    assert works.alarms() == []


def test_whole_numbers_booleans_and_numbers_as_text_are_cast_without_loss(works):
    works.read(temp=lambda made: [str(v) for v in made["temp"]])
    works.read(force=lambda made: [int(v) for v in made["force"]])
    assert works.kinds() == []
    assert works.values("temp") == works.truth("temp")


def test_who_may_not_configure_may_not_answer_and_nobody_answers_twice(works):
    works.read(speed=2.5)
    (proposal,) = works.store.journal.schemas.proposals()
    with pytest.raises(NotAllowed):
        answer_schema(works.store, Actor("olaf", "operator"), proposal.id, accept=True)
    works.answer(True, "new_column")
    with pytest.raises(ActionError, match="was accepted by eva"):
        answer_schema(works.store, ENGINEER, proposal.id, accept=False)
    audit = [a.action for a in works.store.journal.audit.list()]
    assert audit == ["refused answer_schema", "answer_schema"]
    assert works.store.journal.plants.current().author == "eva"


def test_the_work_that_a_word_asks_for_may_be_done_twice(works):
    works.read(temp=None, Temperatur=lambda made: made["temp"])
    (proposal,) = works.store.journal.schemas.proposals()
    works.answer(True, "renamed")
    rows_before = works.store.lake.rows_of("press", "process")
    mended(works.store, current_plant(works.store), proposal.id)
    assert works.store.lake.rows_of("press", "process") == rows_before
    assert works.values("temp") == works.truth("temp")
