"""S8 to S10: a day replays as it was known, nothing later leaks into it, corrections change no old report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qc_app import framing
from qc_app.jobs import as_known
from qc_app.jobs.nightly import nightly
from qc_app.jobs.sources.ingest import ingest
from qc_app.records import Label
from qc_app.store import Lake
from qc_app.store.journal.labels import Labels
from tests.jobs.conftest import NIGHT, START, drop, units_of

DAYS = range(4)


@pytest.fixture
def four(after):
    return after(4)


def days_of(works) -> list:
    with works.open() as store:
        return [r.plant_day for r in store.journal.runs.list(job="night ingest")]


def again(works, day):
    with works.open(day=20) as store:
        night = as_known.night_of(store, day)
        stage = night.plant.stages[0]
        return as_known.known(night, stage, stage.characteristics[0])


def poisoned(works) -> None:
    """A correction of every label, absurd values, a rewritten unit: all known long after."""
    with works.open(day=19) as store:
        known = store.journal.labels.known("p-1", "width")
        at = store.clock.now()
        wrong = [Label("p-1", "width", u, 1e6, at, at, "p-1 labels") for u in known["unit_id"]]
        store.journal.labels.commit("p-1", "p-1 labels", wrong, None, len(wrong), 0, at)
    for day in DAYS:
        absurd = units_of("p-1", day).drop("width").with_columns(force=pl.lit(1e6))
        drop(works.folder / "drop", "p-1", "measurements", f"again{day}", absurd)
    with works.open(day=19) as store:
        ingest(store, works.plant())


def test_every_night_comes_out_again_to_the_bit_after_everything_was_poisoned(four):
    days = days_of(four)
    before = [again(four, day) for day in days]
    assert [k.same for k in before if k.recorded] == [True] * sum(k.recorded is not None for k in before)
    assert sum(k.recorded is not None for k in before) >= 3
    poisoned(four)
    after_ = [again(four, day) for day in days]
    assert [k.same for k in after_] == [k.same for k in before]
    for a, b in zip(before, after_, strict=True):
        assert a.training.equals(b.training)
        assert a.chart.equals(b.chart)
        assert a.numbers == b.numbers


@pytest.mark.parametrize("leak", ["labels", "measurements"])
def test_the_test_above_sees_a_night_that_knows_the_future(four, monkeypatch, leak):
    day = days_of(four)[-1]
    poisoned(four)
    known, measured = Labels.known, Lake.measurements
    if leak == "labels":
        monkeypatch.setattr(Labels, "known", lambda self, s, c, **_: known(self, s, c))
    else:
        monkeypatch.setattr(
            Lake, "measurements", lambda self, s, **more: measured(self, s, **more | {"known_at": None})
        )
    assert again(four, day).same is False


def test_a_corrected_label_supersedes_and_the_old_one_stays(four):
    """5 % of the labels are corrected: today's training set has the new values, the night's has its own."""
    day = days_of(four)[-1]
    before = again(four, day)
    units = before.training["unit_id"].to_list()[:: max(1, before.training.height // 2)]
    with four.open(day=5) as store:
        at = store.clock.now()
        new = [Label("p-1", "width", u, 12.5, at, at, "p-1 labels") for u in units]
        store.journal.labels.commit("p-1", "p-1 labels", new, None, len(new), 0, at)
        night = as_known.at(store, at, day)
        today = as_known.known(night, night.plant.stages[0], night.plant.stages[0].characteristics[0])
        for unit in units:
            history = store.journal.labels.history("p-1", "width", unit)
            assert history["value"].to_list()[-1] == 12.5
            assert history.height == 2, "superseded, never deleted"
    values = dict(today.training.select("unit_id", "value").rows())
    assert all(values[u] == 12.5 for u in units)
    assert again(four, day).training.equals(before.training)
    assert again(four, day).same


def test_labels_that_come_in_any_order_make_one_training_set(works):
    labels = units_of("p-1", 0).select("unit_id", "time", "width")
    digests = set()
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(labels.height)
        folder = works.folder / f"order{seed}"
        made = type(works)(folder)
        made.plant()
        made.day(0)
        for n, part in enumerate(np.array_split(order, 4)):
            drop(folder / "drop", "p-1", "labels", f"part{n}", labels[part.tolist()])
        with made.open() as store:
            ingest(store, made.plant())
            night = as_known.at(store, store.clock.now(), START.date())
            stage = night.plant.stages[0]
            digests.add(as_known.known(night, stage, stage.characteristics[0]).numbers["training"])
    assert len(digests) == 1


def test_the_night_writes_down_what_it_knew(four):
    with four.open(day=4) as store:
        four.day(4)
        run = nightly(store, four.plant())
        assert run.status == "done"
        (made,) = store.journal.runs.list(job="adapt width", plant_day=run.plant_day)
        assert set(made.numbers["known"]) >= {"training", "labels", "error", "coverage"}


def hour(h: float) -> datetime:
    return datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=h)


def labels_of(*rows: tuple[str, float, float]) -> pl.DataFrame:
    return pl.DataFrame([(u, v, hour(t)) for u, v, t in rows],
                        schema={"unit_id": pl.String, "value": pl.Float64, "t_measured": pl.Datetime("us", "UTC")},
                        orient="row")  # fmt: skip


LOTS = pl.DataFrame({"unit_id": ["H7/1", "H7/2", "H8/1", "solo"], "t_event": [hour(6), hour(8), hour(7), hour(7)]})


@pytest.mark.parametrize(
    ("label", "unit", "rule"),
    [
        (("H7/2", 1.0, 5), "H7/2", "unit"),
        (("H7", 1.0, 8), "H7/2", "lot"),
        (("H7", 1.0, 7.99), "H7/1", "lot"),
        (("H7", 1.0, 5), "H7/1", "lot"),
        (("solo", 1.0, 5), "solo", "unit"),
        (("H9", 1.0, 9), None, None),
    ],
)
def test_a_label_finds_its_unit_or_one_of_its_lot_by_time(label, unit, rule):
    found = framing.to_units(labels_of(label), LOTS).select("unit_id", "joined").rows()
    assert found == ([(unit, rule)] if unit else [])


def test_a_unit_s_own_label_goes_before_one_of_its_lot():
    found = framing.to_units(labels_of(("H7", 9.0, 9), ("H7/2", 1.0, 9), ("H8", 2.0, 9), ("H8", 3.0, 9)), LOTS)
    assert sorted(found.select("unit_id", "value", "joined").rows()) == [("H7/2", 1.0, "unit"), ("H8/1", 3.0, "lot")]


@settings(deadline=None, max_examples=60)
@given(st.permutations([("H7/1", 1.0, 6), ("H7/2", 2.0, 9), ("H8", 3.0, 7), ("solo", 4.0, 8), ("lost", 5.0, 1)]))
def test_the_order_of_labels_does_not_change_where_they_belong(order):
    found = framing.to_units(labels_of(*order), LOTS).select("unit_id", "value", "joined").rows()
    assert sorted(found) == [("H7/1", 1.0, "unit"), ("H7/2", 2.0, "unit"), ("H8/1", 3.0, "lot"), ("solo", 4.0, "unit")]


def test_a_night_that_never_was_says_which_there_are(four):
    with four.open() as store, pytest.raises(Exception, match="there are nights from 2026-03-01 to 2026-03-04"):
        as_known.night_of(store, (START + 30 * NIGHT).date())
