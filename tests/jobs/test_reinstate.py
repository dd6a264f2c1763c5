"""The way back: a gauge that is off teaches a model falsehoods; when it is mended the former champion answers again."""

from __future__ import annotations

import shutil
from datetime import timedelta

import polars as pl
import pytest

from qc_app.access import Actor
from qc_app.actions import promote
from qc_app.jobs import nightly as nights
from qc_app.jobs.model import verdict as verdicts
from qc_app.jobs.model.reinstate import reinstate
from qc_app.jobs.model.reproduce import reproduce
from qc_app.jobs.requests import now
from qc_app.plant import Gate
from tests.jobs.conftest import NIGHT, START, Works, drop, units_of

OFF = (7, 8)
RETURNS = 10


def results(works, day):
    """Drop a day, and every result of the day before, wrong by 3 mm while the gauge is off."""
    works.day(day, labels=0)
    wrong = 3.0 if day in OFF else 0.0
    some = units_of("p-1", day - 1).select("unit_id", "time", pl.col("width") + wrong)
    drop(works.folder / "drop", "p-1", "labels", f"d{day}", some)


def night(works, store, day):
    store.clock.moment = START + timedelta(days=day) + NIGHT
    return nights.nightly(store, works.plant())


def pointers(store):
    return store.journal.models.pointers("p-1", "width")


@pytest.fixture(scope="module")
def eve(played, tmp_path_factory):
    """A plant on the eve of the night in which the former champion is back: its results are there, and right again."""
    works = Works(tmp_path_factory.mktemp("eve"))
    shutil.copytree(played(6).folder, works.folder, dirs_exist_ok=True)
    with works.open(6) as store:
        for day in range(6, RETURNS):
            results(works, day)
            night(works, store, day)
        results(works, RETURNS)
    return works


@pytest.fixture
def mended(eve, tmp_path):
    shutil.copytree(eve.folder, tmp_path, dirs_exist_ok=True)
    return Works(tmp_path)


def test_the_former_champion_answers_again_and_the_verdict_comes_out_of_its_record(mended):
    with mended.open(RETURNS - 1) as store:
        before = pointers(store)
        run = night(mended, store, RETURNS)
        told = [d for d in store.journal.decisions.list(stage="p-1") if d.rule == verdicts.FORMER]
        assert [d.verdict for d in told] == ["promoted"]
        assert (told[0].champion, told[0].challenger) == (before.champion, before.previous)
        assert told[0].sentence.startswith("the former champion is better: mean error 0.07 mm against the champion's")
        assert pointers(store).champion == before.previous
        assert pointers(store).previous == before.champion
        assert reproduce(store, told[0]).differences == ()
        assert "1 model promoted" in run.sentence


def test_it_is_judged_on_units_made_since_it_was_replaced_and_stays_if_nothing_changes(mended):
    with mended.open(RETURNS - 1) as store:
        night(mended, store, RETURNS)
        back = store.journal.decisions.list(stage="p-1", characteristic="width")
        found = next(d for d in back if d.rule == verdicts.FORMER)
        change = [d for d in back if d.verdict == "promoted" and d.at < found.at][-1]
        known = store.journal.labels.known("p-1", "width", at=found.at)["unit_id"].to_list()
        later = store.lake.measurements("p-1").filter(pl.col("t_event") > change.at)["unit_id"].to_list()
        assert found.rows == len(set(known) & set(later))
        for day in (RETURNS + 1, RETURNS + 2):
            results(mended, day)
            night(mended, store, day)
        last = store.journal.runs.list(job="reinstate width", stage="p-1", last=1)[0]
        assert last.sentence.startswith("the champion stays: the former champion is worse")
        assert pointers(store).champion == found.challenger


def test_where_a_person_must_approve_it_is_only_told(mended):
    mended.gate = Gate(approval=True)
    with mended.open(RETURNS - 1) as store:
        before = pointers(store)
        night(mended, store, RETURNS)
        run = store.journal.runs.list(job="reinstate width", stage="p-1", last=1)[0]
        assert run.sentence.endswith("it answers again only if a person rolls back")
        assert pointers(store).champion == before.champion


def test_what_a_person_chose_is_not_taken_back(mended):
    with mended.open(RETURNS - 1) as store:
        store.clock.moment += timedelta(hours=1)
        promote(store, Actor("anna", "approver"), "p-1", "width", "we know why")
        night(mended, store, RETURNS)
        run = store.journal.runs.list(job="reinstate width", stage="p-1", last=1)[0]
        assert "a person chose the champion" in run.sentence
        assert not [d for d in store.journal.decisions.list(stage="p-1") if d.rule == verdicts.FORMER]


def test_where_it_fails_the_champion_stays_and_the_night_goes_on(mended, monkeypatch):
    def broken(*_):
        raise MemoryError("cannot allocate 9 GiB")

    monkeypatch.setattr(nights, "reinstate", broken)
    with mended.open(RETURNS - 1) as store:
        before = pointers(store)
        run = night(mended, store, RETURNS)
        assert "1 step failed, first: reinstate width of stage 'p-1' failed: cannot allocate 9 GiB" in run.sentence
        assert pointers(store).champion == before.champion
        assert store.journal.runs.list(job="predict width", stage="p-1", last=1)[0].plant_day == run.plant_day


def test_a_stage_that_never_changed_its_model_has_nobody_to_call_back(played):
    works = played(1)
    with works.open(1) as store:
        plant = works.plant()
        stage = plant.as_read("p-1")
        assert reinstate(now(store, plant), stage, stage.characteristic("width")).skipped
