"""S11 for results: what comes after the label window is kept, marked, told of, and not learned from in silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from qc_app.access import Actor
from qc_app.actions import Entry, enter_labels
from qc_app.jobs.as_known import at
from qc_app.plant import digest, render
from qc_app.views import labels_view
from tests.jobs.conftest import NIGHT, START, drop, units_of

WINDOW = 14
SECOND = timedelta(seconds=1)


def delivered(store, works, name, units, value=None):
    """Let the laboratory deliver results of some units of day 0, now; read them."""
    from qc_app.jobs.sources.ingest import ingest

    rows = units_of("p-1", 0).filter(pl.col("unit_id").is_in(units)).select("unit_id", "time", "width")
    drop(works.folder / "drop", "p-1", "labels", name, rows if value is None else rows.with_columns(width=value))
    ingest(store, works.plant())


def learned(store, works) -> set[str]:
    (stage,) = works.plant().stages
    night = at(store, store.clock.now(), date(2026, 3, 30))
    return set(night.labels(stage, stage.characteristics[0])["unit_id"])


def left_out(store, works) -> set[str]:
    (stage,) = works.plant().stages
    return set(at(store, store.clock.now(), date(2026, 3, 30)).late(stage, stage.characteristics[0])["unit_id"])


@pytest.fixture
def lab(after):
    """A plant after two nights: units of day 0 were read then, and a laboratory has delivered since."""
    return after(2)


@pytest.mark.parametrize(("off", "late"), [(-SECOND, False), (timedelta(0), False), (SECOND, True)])
def test_a_second_behind_the_window_is_too_late_and_a_second_before_is_not(lab, off, late):
    with lab.open(1) as store:
        store.clock.moment = START + NIGHT + timedelta(days=WINDOW) + off  # units of day 0 were read at the night
        delivered(store, lab, "late", ["p-1-0-7"])
        assert ("p-1-0-7" in left_out(store, lab)) == late
        assert ("p-1-0-7" in learned(store, lab)) != late
        known = store.journal.labels.known("p-1", "width")
        assert "p-1-0-7" in set(known["unit_id"]), "it is kept either way"


def test_a_correction_is_as_late_as_what_it_corrects(lab):
    with lab.open(1) as store:
        corrected = min(learned(store, lab))
        store.clock.moment = START + timedelta(days=60)
        delivered(store, lab, "correction", [corrected], value=99.0)
        assert corrected in learned(store, lab)
        assert corrected not in left_out(store, lab)


def test_what_a_person_enters_is_meant_and_an_archive_is_no_latecomer(lab):
    with lab.open(1) as store:
        store.clock.moment = START + timedelta(days=60)
        enter_labels(store, Actor("maria", "operator"), "p-1", "width", [Entry("p-1-0-5", 10.0)])
        assert "p-1-0-5" in learned(store, lab)
        plant = lab.plant()
        archive = replace(plant.sources[1], name="archive")
        wider = replace(plant, sources=(*plant.sources[:1], archive))
        store.journal.plants.save(render(wider), digest(wider), "test", "", store.clock.now())
        lab.plant = lambda: wider  # the laboratory's folder is read by a source that is new today
        delivered(store, lab, "archive", ["p-1-0-11", "p-1-0-13"])
        assert {"p-1-0-11", "p-1-0-13"} <= learned(store, lab)


def test_a_longer_window_takes_them_in_and_the_page_marks_them(lab):
    with lab.open(1) as store:
        store.clock.moment = START + timedelta(days=40)
        delivered(store, lab, "late", ["p-1-0-7"])
        marked = labels_view(store, lab.plant(), "p-1", "width").results.filter("late")["unit_id"].to_list()
        assert marked == ["p-1-0-7"]
        longer = replace(lab.plant(), label_window_days=60)
        store.journal.plants.save(render(longer), digest(longer), "test", "", store.clock.now())
        assert "p-1-0-7" in learned(store, lab)
        assert not labels_view(store, longer, "p-1", "width").results["late"].any()


def test_the_mutant_that_takes_all_of_them_is_caught(lab, monkeypatch):
    from qc_app import framing

    def none(labels, *_):
        return pl.repeat(False, labels.height, dtype=pl.Boolean, eager=True)

    monkeypatch.setattr(framing, "too_late", none)
    with pytest.raises(AssertionError):
        test_a_second_behind_the_window_is_too_late_and_a_second_before_is_not(lab, SECOND, late=True)
