"""Events that ask for an adaptation: once, with the first results that follow, however few."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from qc_app.jobs.model import evidence
from qc_app.jobs.model.answers import Answers
from qc_app.jobs.model.decide import Evidence, decide
from qc_app.jobs.night import Night
from qc_app.jobs.sources.ingest import ingest
from qc_app.plant import Gate, Mark
from qc_app.records import Event

from .conftest import NIGHT, START

KNOWN = Evidence(True, "m1", None, labels=20, new_labels=1, champion_labels=19)


def test_a_mark_with_its_first_labels_is_reason_enough():
    assert decide(KNOWN, Gate()).choice == "keep"
    plan = decide(replace(KNOWN, mark="tool change: new roll"), Gate())
    assert (plan.choice, plan.reason) == ("adapt", "the first labels came since tool change: new roll")


def test_a_tool_change_asks_once_with_the_first_results_of_its_time(after):
    works = after(4)
    plant = replace(works.plant(), marks=(Mark("tool_change", adapt=True),))
    stage = plant.stages[0]
    changed = START + timedelta(days=4, hours=5)

    def mark(store, day: int) -> str:
        night = Night(store, plant, START.date(), START + timedelta(days=day) + NIGHT, Answers(store.registry))
        return evidence.gather(night, stage, stage.characteristics[0]).mark

    with works.open(4) as store:
        store.journal.events.add(Event("p-1", changed, "tool_change", "new roll"))
        store.journal.events.add(Event("p-1", changed, "note", "sunny"))
        for day in (4, 5):
            works.day(day)
            store.clock.moment = START + timedelta(days=day) + NIGHT
            ingest(store, plant)
        assert mark(store, 3) == ""  # not yet
        assert mark(store, 4) == ""  # no result of its time
        assert mark(store, 5) == "tool change: new roll"
        night = Night(store, plant, START.date(), START + timedelta(days=6), Answers(store.registry))
        labels = night.labels(stage, stage.characteristics[0])
        assert evidence._mark(night, stage, labels, labels["t_known"].max()) == ""  # an attempt knew them
