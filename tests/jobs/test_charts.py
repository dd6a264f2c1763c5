"""The night's chart: the limits of their time, exclusions, marks that ask for new limits, subgroups, defects."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from data_connectors.schema import Characteristic, Parameter, Stage
from models import spc
from qc_app import framing
from qc_app.clock import ManualClock
from qc_app.jobs.model.answers import Answers
from qc_app.jobs.monitoring.charts import charted
from qc_app.jobs.night import Night
from qc_app.plant import Mark, Plant
from qc_app.records import Event, Exclusion, GaugeStudy, Label, Limits
from qc_app.settings import Settings
from qc_app.store import open_store

START = datetime(2026, 3, 1, 6, tzinfo=UTC)
WIDTH = Characteristic("width", "mm", lower=0.0, target=10.0, upper=20.0)


def stage_of(what):
    return Stage("p-1", "A", "press", (Parameter("force", "kN"),), (what,))


@pytest.fixture
def store(tmp_path):
    with open_store(Settings(home=tmp_path / "home"), create=True, clock=ManualClock(START)) as opened:
        yield opened


def fill(store, what, values):
    """A unit an hour, measured at once."""
    times = [START + timedelta(hours=n) for n in range(len(values))]
    units = [f"L{n // 4}/{n}" for n in range(len(values))]
    frame = pl.DataFrame(
        {"unit_id": units, "t_event": times, "t_source": times, "t_ingest": times, "force": np.arange(len(values)) // 6}
        | {"source": ["f"] * len(values), "quality": ["good"] * len(values)}
        | {"row_hash": pl.Series(range(len(values)), dtype=pl.UInt64)}
    ).with_columns(
        pl.col("t_event", "t_source", "t_ingest").cast(pl.Datetime("us", "UTC")), pl.col("force").cast(float)
    )
    store.lake.commit(stage_of(what), "f", frame, "c", len(values), 0)
    labels = [Label("p-1", what.name, u, float(v), t, t, "lab") for u, t, v in zip(units, times, values, strict=True)]
    store.journal.labels.commit("p-1", "lab", labels, "c", len(labels), 0, START)
    return units


def night(store, what, hours, marks=()):
    plant = Plant("Works", stages=(stage_of(what),), marks=marks)
    cutoff = START + timedelta(hours=hours)
    return Night(store, plant, cutoff.date(), cutoff, Answers(store.registry))


def look(store, what, hours, marks=()):
    on = night(store, what, hours, marks)
    stage = on.plant.stages[0]
    return charted(on, stage, what, on.labels(stage, what).sort("t_event", "unit_id"))


def limits(since, center, *, frozen=None, chart="imr"):
    return Limits("p-1", "width", chart, 0, since, center - 3, center, center + 3, 1.0, 100, "anna", "because",
                  "average moving range", frozen=frozen or since)  # fmt: skip


def calm(n, center=10.0, seed=0):
    return np.random.default_rng(seed).normal(center, 1.0, n).clip(center - 2, center + 2)


def test_the_first_night_with_enough_freezes_and_says_what_the_limits_stand_on(store):
    fill(store, WIDTH, calm(40))
    assert look(store, WIDTH, 20).stable is None
    assert look(store, WIDTH, 40).stable
    (kept,) = store.journal.limits.history("p-1", "width")
    assert (kept.chart, kept.n, kept.author, kept.subgroup) == ("imr", 40, "night", "single results")
    assert (kept.first, kept.last) == (START, START + timedelta(hours=39))
    assert kept.frozen == START + timedelta(hours=40)
    assert look(store, WIDTH, 40).stable
    assert len(store.journal.limits.history("p-1", "width")) == 1


def test_each_point_is_judged_by_the_limits_of_its_time(store):
    fill(store, WIDTH, [*calm(60), *calm(10, 20.0)])
    store.journal.limits.freeze(limits(START, 10.0))
    assert look(store, WIDTH, 70).signal
    store.journal.limits.freeze(limits(START + timedelta(hours=60), 20.0, frozen=START + timedelta(hours=69)))
    assert look(store, WIDTH, 70).stable
    assert not look(store, WIDTH, 68).stable


def _spoilt(hour, n=100):
    values = calm(n)
    values[hour] = 25.0
    return values


@pytest.mark.parametrize(("hour", "rings"), [(99, True), (97, True), (90, True), (77, True), (74, False), (40, False)])
def test_every_result_since_the_last_night_is_judged(store, hour, rings):
    fill(store, WIDTH, _spoilt(hour))
    store.journal.limits.freeze(limits(START, 10.0))
    assert bool(look(store, WIDTH, 100).signal) is rings


@pytest.mark.parametrize(("days", "rings"), [(1, False), (2, True), (3, True)])
def test_nights_that_did_not_run_are_made_up_for(store, days, rings):
    """The spoilt result came 35 hours before the night."""
    fill(store, WIDTH, _spoilt(65))
    store.journal.limits.freeze(limits(START, 10.0))
    now = night(store, WIDTH, 100)
    run = store.journal.runs.start("monitor", "p-1", now.day - timedelta(days=days), START)
    store.journal.runs.finish(run, "done", "", {}, START)
    assert bool(look(store, WIDTH, 100).signal) is rings


def test_few_results_a_night_leave_the_newest_three_judged(store):
    fill(store, WIDTH, _spoilt(97))
    store.journal.limits.freeze(limits(START, 10.0))
    assert look(store, WIDTH, 100 + 48).signal


def test_a_frozen_forecast_judges_results_that_resemble_their_neighbours(store):
    walk = 10 + np.cumsum(np.random.default_rng(2).normal(0, 0.3, 200))
    fill(store, WIDTH, [*walk, walk[-1] + 0.5])
    assert not look(store, WIDTH, 201).signal
    kept = framing.limits_of("p-1", "width", WIDTH, "forecast", *_phase(walk), START, START, "anna", "as it was")
    store.journal.limits.freeze(replace(kept, center=0.0, sigma=0.1, lower=-0.3, upper=0.3))
    assert "3 sigma" in look(store, WIDTH, 201).signal


def test_a_process_that_wanders_is_not_called_stable_and_no_cpk_is_told_of_it(store):
    """Its forecast errs as ever, so that nothing rings; but the spread from one value to the next says too little."""
    wave = 10 + 4 * np.sin(np.arange(200) / 12) + np.random.default_rng(3).normal(0, 0.3, 200)
    fill(store, WIDTH, wave)
    found = look(store, WIDTH, 200)
    name, index = found.capability.told
    assert (found.signal, found.stable, name) == ("", False, "Ppk")
    assert index.value < 0.5 * found.capability.cpk.value


def test_a_signal_of_last_week_does_not_ring_again_and_is_not_forgotten(store):
    fill(store, WIDTH, _spoilt(40))
    store.journal.limits.freeze(limits(START, 10.0))
    found = look(store, WIDTH, 100)
    assert (found.signal, found.stable) == ("", False)


def _phase(values):
    seen = framing.Series(spc.Observations(values), (), (), (), {})
    return seen, spc.phase_one("forecast", seen.data)


def test_an_excluded_unit_signals_nothing_and_carries_no_limits(store):
    values = calm(40)
    values[38] = 90.0
    units = fill(store, WIDTH, values)
    store.journal.exclusions.exclude(Exclusion("p-1", "width", units[38], "gauge was dropped", "anna", START))
    assert look(store, WIDTH, 40).stable
    (kept,) = store.journal.limits.history("p-1", "width")
    assert (kept.excluded, kept.n) == (1, 39)
    assert kept.upper < 20


def test_without_the_exclusion_it_signals(store):
    fill(store, WIDTH, [*calm(39), 90.0])
    store.journal.limits.freeze(limits(START, 10.0))
    found = look(store, WIDTH, 40)
    assert not found.stable
    assert "3 sigma" in found.signal


def test_a_mark_that_asks_for_new_limits_gets_them_once_there_are_enough(store):
    marks = (Mark("tool_change", limits=True),)
    fill(store, WIDTH, [*calm(40), *calm(40, 16.0, seed=1)])
    store.journal.limits.freeze(limits(START, 10.0))
    changed = START + timedelta(hours=39, minutes=30)
    store.journal.events.add(Event("p-1", changed, "tool_change", "new die", "maria"))
    assert not look(store, WIDTH, 50, marks).stable
    assert len(store.journal.limits.history("p-1", "width")) == 1
    assert look(store, WIDTH, 78, marks).stable
    new = store.journal.limits.history("p-1", "width")[-1]
    assert (new.version, new.since, new.first) == (2, changed, START + timedelta(hours=40))
    assert new.center == pytest.approx(16.0, abs=0.5)
    assert look(store, WIDTH, 79, marks).stable
    assert len(store.journal.limits.history("p-1", "width")) == 2


def test_a_mark_of_another_kind_changes_nothing(store):
    fill(store, WIDTH, [*calm(40), *calm(40, 16.0, seed=1)])
    store.journal.limits.freeze(limits(START, 10.0))
    store.journal.events.add(Event("p-1", START + timedelta(hours=39), "note", "visitors", "maria"))
    assert not look(store, WIDTH, 80, (Mark("tool_change", limits=True),)).stable


def test_declared_subgroups_are_charted_and_pooled(store):
    what = replace(WIDTH, subgroup_size=4)
    fill(store, what, calm(120))
    found = look(store, what, 120)
    (kept,) = store.journal.limits.history("p-1", "width")
    assert (kept.chart, kept.n, kept.subgroup) == ("xbar_r", 30, "4 consecutive results")
    assert found.stable
    assert found.capability.estimator == "pooled standard deviation"


@pytest.mark.parametrize(("by", "chart", "n"), [("lot", "xbar_s", 30), ("force", "xbar_s", 20)])
def test_subgroups_by_lot_and_by_parameter(store, by, chart, n):
    what = replace(WIDTH, subgroup_by=by)
    fill(store, what, calm(120))
    night_of = night(store, what, 120)
    stage = night_of.plant.stages[0]
    rows = framing.series(what, night_of.labels(stage, what).drop("t_event"), night_of.rows(stage))
    seen = framing.recorded(chart, rows, {})
    assert framing.chart_of(what) == chart
    assert len(seen.data.ends) == n


def test_defects_are_counted_over_twenty_results(store):
    crack = Characteristic("crack", kind="binary")
    values = np.random.default_rng(0).random(600) < 0.1
    values[580:] = True
    fill(store, crack, values)
    found = look(store, crack, 600)
    assert found.signal
    assert found.capability is None
    (kept,) = store.journal.limits.history("p-1", "crack")
    assert (kept.chart, kept.subgroup) == ("p", "20 consecutive results")


def test_a_studied_gauge_is_the_noise_floor_of_what_is_learned(store):
    fill(store, WIDTH, calm(30))
    what = replace(WIDTH, gauge_sd=0.5)
    on = night(store, what, 40)
    assert on.task(on.plant.stages[0], what).gauge_sd == 0.5
    study = GaugeStudy(
        "p-1", "width", "crossed", START + timedelta(hours=10), None, "anna", 0.2, "good", "good", {}, {}
    )
    store.journal.gauges.add(study)
    assert on.task(on.plant.stages[0], what).gauge_sd == 0.2
    earlier = night(store, what, 9)
    assert earlier.gauge_sd(on.plant.stages[0], what) == 0.5


def test_an_overdue_gauge_warns_until_it_is_studied_again(works):
    works.nights([0])
    with works.open(0) as store:
        due = store.clock.now() + timedelta(hours=2)
        study = GaugeStudy("p-1", "width", "crossed", START, due, "anna", 0.2, "good", "good", {}, {})
        store.journal.gauges.add(study)
    works.nights([1])
    with works.open(1) as store:
        (alarm,) = [a for a in store.journal.alarms.list(open_only=True) if a.kind == "gauge_overdue"]
        assert "qc spc gauge" in alarm.response
        store.journal.gauges.add(replace(study, at=store.clock.now(), due=store.clock.now() + timedelta(days=365)))
    works.nights([2])
    with works.open(2) as store:
        open_now = [a for a in store.journal.alarms.list(open_only=True) if a.kind == "gauge_overdue"]
        assert [a.state for a in open_now if a.state not in {"returned", "normal"}] == []
