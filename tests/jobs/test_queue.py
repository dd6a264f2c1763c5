"""The queue at night: only units without a label, a share by lot that stays; chosen labels teach and never judge."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from qc_app.jobs.labels.choose import LENGTH, choose, worn
from qc_app.jobs.labels.foresee import foresee
from qc_app.jobs.model.adapt import adapt
from qc_app.jobs.model.answers import Answers
from qc_app.jobs.model.track import track
from qc_app.jobs.model.trial import stage_trial
from qc_app.jobs.night import Night
from qc_app.jobs.nightly import nightly
from qc_app.records import Label, Pointers
from qc_app.store import CHOSEN, DRAWN
from tests.jobs.conftest import NIGHT, START, units_of


@pytest.fixture
def works3(works):
    works.stages = ("p-1", "p-2", "p-3", "p-4")
    return works


def night_of(store, plant, day):
    moment = START + timedelta(days=day) + NIGHT
    store.clock.moment = moment
    return Night(store, plant, moment.date(), moment, Answers(store.registry))


def measured(store, stage_id, units, moment, source="gauge"):
    """Enter the true values of some units, measured an hour before."""
    truth = pl.concat([units_of(stage_id, day) for day in range(8)])
    values = dict(truth.select("unit_id", "width").iter_rows())
    found = [Label(stage_id, "width", u, values[u], moment - timedelta(hours=1), moment, source) for u in units]
    store.journal.labels.commit(stage_id, source, found, None, len(found), 0, moment)


def test_a_night_writes_a_queue_of_units_without_a_label(after):
    works = after(3)
    with works.open(2) as store:
        queue = store.journal.queue.open("p-1", "width")
        known = set(store.journal.labels.known("p-1", "width")["unit_id"])
        assert len(queue) == LENGTH
        assert [entry.place for entry in queue] == list(range(1, LENGTH + 1))
        assert sum(entry.by_lot for entry in queue) == LENGTH // 5
        assert not known & {entry.unit_id for entry in queue}
        assert all(entry.why and entry.due > entry.t_event for entry in queue)


def test_a_repeated_choice_changes_nothing_and_lots_stay_from_night_to_night(after):
    works = after(3)
    with works.open(2) as store:
        plant, before = works.plant(), store.journal.queue.open("p-1", "width")
        stage, what = plant.stage("p-1"), plant.stage("p-1").characteristics[0]
        choose(night_of(store, plant, 2), stage, what)
        assert store.journal.queue.open("p-1", "width") == before
        assert not worn(night_of(store, plant, 2), stage, what)
        lots = {entry.unit_id for entry in before if entry.by_lot}
        works.day(3, labels=0)
        store.clock.moment = START + timedelta(days=3) + NIGHT
        nightly(store, plant)
        after = {entry.unit_id for entry in store.journal.queue.open("p-1", "width") if entry.by_lot}
        assert after == lots


def test_overdue_units_leave_the_queue(after):
    works = after(2)
    with works.open(2) as store:
        plant = works.plant()
        night = night_of(store, plant, 40)
        stage, what = plant.stage("p-1"), plant.stage("p-1").characteristics[0]
        assert worn(night, stage, what)
        assert choose(night, stage, what).sentence == "nothing to measure"
        assert store.journal.queue.open("p-1", "width") == []


def test_labels_are_known_by_who_asked_for_them(after):
    works = after(3)
    with works.open(2) as store:
        queue = store.journal.queue.open("p-1", "width")
        drawn, chosen = ([e.unit_id for e in queue if e.by_lot is lot] for lot in (True, False))
        night = night_of(store, works.plant(), 3)
        measured(store, "p-1", [*drawn, *chosen[:3]], night.cutoff)
        stage = night.plant.stage("p-1")
        picked = dict(night.labels(stage, stage.characteristics[0]).select("unit_id", "picked").iter_rows())
        assert {picked[unit] for unit in drawn} == {DRAWN}
        assert {picked[unit] for unit in chosen[:3]} == {CHOSEN}
        assert [unit for unit, by in picked.items() if by == ""]
        assert worn(night, stage, stage.characteristics[0])


def test_a_unit_that_was_measured_before_it_was_chosen_was_not_chosen(after):
    works = after(3)
    with works.open(2) as store:
        entry = next(e for e in store.journal.queue.open("p-1", "width") if not e.by_lot)
        night = night_of(store, works.plant(), 3)
        early = Label("p-1", "width", entry.unit_id, 10.0, entry.chosen - timedelta(minutes=1), night.cutoff, "gauge")
        store.journal.labels.commit("p-1", "gauge", [early], None, 1, 0, night.cutoff)
        stage = night.plant.stage("p-1")
        found = night.labels(stage, stage.characteristics[0]).filter(pl.col("unit_id") == entry.unit_id)
        assert found["picked"].to_list() == [""]


def test_chosen_labels_teach_and_never_judge(after):
    works = after(3)
    with works.open(2) as store:
        plant = works.plant()
        stage, what = plant.stage("p-1"), plant.stage("p-1").characteristics[0]
        queue = store.journal.queue.open("p-1", "width")
        chosen = [e.unit_id for e in queue if not e.by_lot]
        drawn = [e.unit_id for e in queue if e.by_lot]
        night = night_of(store, plant, 3)
        measured(store, "p-1", [*chosen, *drawn], night.cutoff)
        champion = store.journal.models.pointers("p-1", "width").champion
        trial = stage_trial(night, stage, what, Pointers(champion, None, champion))
        unseen = set(night.labels(stage, what)["unit_id"]) - night.answers.seen(champion)
        assert trial.passed_over == len(chosen)
        assert len(trial) == len(unseen) - len(chosen)
        assert not set(chosen) & set(track(night, stage, what)["unit_id"])
        made = adapt(night, stage, what).numbers.get("model")
        assert made is not None
        assert set(chosen) <= night.answers.seen(made)


@pytest.mark.slow
def test_the_outlook_stands_on_the_sisters(works3):
    old = ("p-2", "p-3", "p-4")
    works3.nights(range(2), stages=old, labels=24)
    works3.nights(range(2, 4))
    with works3.open(3) as store:
        plan = store.journal.queue.planned("p-1", "width")
        assert plan is not None
        assert plan.values.get("sisters") == 3, plan.sentence
        assert "labels: ±" in plan.sentence
        labels = [point[0] for point in plan.values["points"]]
        assert labels == sorted(set(labels))
        assert all(lower <= error <= upper for _, error, lower, upper in plan.values["points"])
        plant = works3.plant()
        again = foresee(night_of(store, plant, 3), plant.stage("p-1"), plant.stage("p-1").characteristics[0])
        assert again.skipped


def test_a_stage_without_sisters_hears_that_it_cannot_be_said(after):
    works = after(3)
    with works.open(2) as store:
        plan = store.journal.queue.planned("p-1", "width")
        assert plan is not None
        assert "labels: ±" in plan.sentence
        assert "cannot be said: 0 sister stages" in plan.sentence
        assert "points" not in plan.values
