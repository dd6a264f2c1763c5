"""Views: what is read is what is shown, thinned without losing a peak."""

from __future__ import annotations

import shutil
from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_app.records import Label, Latest
from qc_app.views import by_line, csv_bytes, enter, labels_view, overview, plant_now, sources_table, stage_view
from qc_app.views.downsampling import MOST_MARKS, thin
from tests.pages.made_plants import NOW


@pytest.fixture
def store(homes, tmp_path):
    with enter(shutil.copytree(homes("healthy"), tmp_path / "home")) as opened:
        yield opened


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300), st.integers(2, 60))
def test_thinning_keeps_the_extremes_and_the_promise(values, most):
    few = thin(pl.DataFrame({"t": range(len(values)), "v": values}), "t", "v", most)
    assert few.height <= most
    assert (few["v"].min(), few["v"].max()) == (min(values), max(values))
    assert few["t"].is_sorted()


def test_a_stage_of_many_units_stays_below_the_marks(store, homes):
    plant = plant_now(store)
    view = stage_view(store, plant, "rolling-1", "thickness", "all")
    layers = (view.predicted, view.measured, view.band, view.anomaly, view.events, view.limits)
    assert 0 < sum(layer.height for layer in layers) <= MOST_MARKS


def test_an_open_alarm_makes_the_state_worse_and_a_returned_one_no_longer(store):
    plant = plant_now(store)
    ring = ("predicted out of spec", "rolling-1", "thickness")
    store.journal.alarms.raise_(*ring, "high", "14 units are predicted above 2.60 mm.", "Check.", NOW)
    first = overview(store, plant).rows.row(0, named=True)
    assert (first["stage"], first["characteristic"], first["state"]) == ("rolling-1", "thickness", "act")
    assert first["sentence"] == "14 units are predicted above 2.60 mm."
    store.journal.alarms.clear(*ring, NOW)
    assert overview(store, plant).counts["act"] == 0


def test_what_to_do_is_the_step_of_the_alarm_that_is_told(store):
    plant = plant_now(store)
    ring = store.journal.alarms.raise_
    ring(
        "model_off", "rolling-1", "thickness", "high", "only 6 of 15 results lie in their interval", "Do not rely", NOW
    )
    ring("measured_out_of_spec", "rolling-1", "thickness", "high", "5 of 5 results are out", "Hold the units", NOW)
    (kept,) = (x for x in store.journal.latest.get("rolling-1") if x.characteristic == "thickness")
    for told, step in (("5 of 5 results are out", "Hold"), ("only 6 of 15 results lie within", "Do not")):
        values = {**kept.values, "state": "act", "state_sentence": told}
        store.journal.latest.put([Latest("rolling-1", "thickness", NOW, values)])
        first = overview(store, plant).rows.row(0, named=True)
        assert first["todo"].startswith(step), told


def test_an_alarm_of_a_stage_counts_once_in_its_line(store):
    plant = plant_now(store)
    store.journal.alarms.raise_("drift", "rolling-1", "inputs", "medium", "entry_temp moved", "Read", NOW)
    view = overview(store, plant)
    assert by_line(view.rows)["alarms"].sum() == view.alarms_open < view.rows["alarms"].sum()


def test_the_window_cuts_by_the_time_of_the_unit(store):
    plant = plant_now(store)
    whole = stage_view(store, plant, "rolling-1", "thickness", "7d")
    day = stage_view(store, plant, "rolling-1", "thickness", "24h")
    assert 0 < day.n_units < whole.n_units
    assert day.units["t_event"].min() >= NOW - timedelta(hours=24)


def test_the_queue_is_the_nights_without_what_was_measured_since(store):
    plant = plant_now(store)
    before = labels_view(store, plant, "rolling-1", "thickness")
    assert before.queue["place"].to_list() == [1, 2, 3, 4, 5]
    assert before.queue["by_lot"].to_list() == [False, False, True, False, False]
    assert before.queue["mean"].null_count() == 0
    unit = before.queue["unit_id"][2]
    label = Label("rolling-1", "thickness", unit, 2.5, NOW, NOW, "gauge")
    store.journal.labels.commit("rolling-1", "gauge", [label], None, 1, 0, NOW)
    after = labels_view(store, plant, "rolling-1", "thickness")
    assert unit not in after.queue["unit_id"].to_list()
    assert after.queue.height == 4
    assert dict(after.results.select("unit_id", "picked").iter_rows())[unit] == "drawn"
    assert set(before.results["picked"]) == {""}


def test_the_outlook_is_what_the_night_wrote(store):
    view = labels_view(store, plant_now(store), "rolling-2", "thickness")
    assert view.outlook.startswith("33 labels: ±0.014 mm")
    assert view.curve["labels"].to_list() == [33, 40, 66]


def test_books_of_every_source_balance(store):
    plant = plant_now(store)
    table = sources_table(store, plant, plant.sources)
    assert table["balanced"].all()
    fates = table["new"] + table["revisions"] + table["duplicates"] + table["quarantined"]
    assert (table["received"] == fates).all()


@pytest.mark.parametrize("bad", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_exported_text_is_never_a_formula(bad):
    line = csv_bytes(pl.DataFrame({"note": [bad]})).decode("utf-8-sig").split("\n", 1)[1]
    assert line.lstrip('"').startswith("'")
