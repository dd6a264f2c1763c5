"""The simulated plant: the same rows however it is asked, honest genealogy, physical values, faults as said."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_connectors.errors import DefinitionError
from data_connectors.synthetic import Fault, Scenario, SyntheticPlant, parent_of, stage_definitions
from data_connectors.synthetic.noise import ar

START = datetime(2026, 2, 1, tzinfo=UTC)
STAGES = [stage.id for stage in stage_definitions()]
PLANT = SyntheticPlant.of(seed=5, start=START, faults_per_week=1.0)


def after(hours: float) -> datetime:
    return START + timedelta(hours=hours)


@settings(max_examples=25, deadline=None)
@given(
    stage=st.sampled_from(STAGES),
    cuts=st.lists(st.integers(0, 9 * 86_400), min_size=1, max_size=5),
    what=st.sampled_from(["between", "labels", "truth", "events", "genealogy"]),
)
def test_an_interval_is_the_sum_of_its_pieces_however_it_is_cut(stage, cuts, what):
    ask = getattr(PLANT, what)
    edges = [START, *(START + timedelta(seconds=s) for s in sorted(cuts)), after(9 * 24)]
    pieces = [ask(stage, a, b) for a, b in itertools.pairwise(edges)]
    whole = ask(stage, START, after(9 * 24))
    assert whole.height > 0
    assert pl.concat(pieces).equals(whole)


def test_the_seed_decides_everything_and_asking_in_another_order_nothing():
    late_first = SyntheticPlant(Scenario(seed=9, start=START))
    later = late_first.truth("rolling-1", after(200), after(210))
    from data_connectors.synthetic import blocks, laboratory

    blocks.block.cache_clear()
    laboratory.results.cache_clear()
    late_first.truth("rolling-1", after(0), after(199))
    assert late_first.truth("rolling-1", after(200), after(210)).equals(later)
    other = SyntheticPlant(Scenario(seed=10, start=START)).truth("rolling-1", after(200), after(210))
    assert not other["roll_force"].equals(later["roll_force"])


def test_before_the_start_there_is_nothing():
    for stage in STAGES:
        assert PLANT.between(stage, after(-1000), START).is_empty()
        assert PLANT.labels(stage, after(-1000), START).is_empty()
        assert PLANT.events(stage, after(-1000), START).is_empty()


@pytest.mark.parametrize("per_day", [60, 150])
def test_the_number_of_units_a_day_is_as_asked(per_day):
    plant = SyntheticPlant.of(seed=1, start=START, units_per_day=per_day)
    for stage in STAGES:
        count = plant.between(stage, after(96), after(96 + 5 * 24)).height / 5
        assert abs(count - per_day // 4 * 4) < 0.12 * per_day


def test_the_autocorrelation_is_the_declared_one():
    hours = np.arange(0, 24 * 400, 0.25)
    x = ar(3, "check", (4.0, 12.0), hours * 3600)
    for column, tau in zip(x.T, (4.0, 12.0), strict=True):
        assert abs(column.std() - 1) < 0.1
        assert abs(np.corrcoef(column[:-16], column[16:])[0, 1] - np.exp(-4 / tau)) < 0.1


def test_every_unit_has_its_parent_upstream_and_earlier():
    for line in (1, 2):
        for stage, before in ((f"rolling-{line}", f"casting-{line}"), (f"heat_treatment-{line}", f"rolling-{line}")):
            links = PLANT.genealogy(stage, after(72), after(120))
            parents = PLANT.truth(before, START, after(120)).select("unit_id", made="t_event", was="grade")
            joined = links.join(parents, left_on="parent", right_on="unit_id", how="left")
            assert joined["made"].null_count() == 0
            assert (joined["t_event"] - joined["made"]).min() > timedelta(hours=4)
            assert all(parent_of(child) == parent for parent, child in links.select("parent", "child").iter_rows())
            grades = PLANT.truth(stage, after(72), after(120))["grade"]
            assert grades.to_list() == joined["was"].to_list()


def test_unit_ids_are_unique_and_lots_split():
    units = PLANT.truth("rolling-1", START, after(24 * 20))
    assert units["unit_id"].is_unique().all()
    assert units["parent"].is_duplicated().any(), "some slabs are cut in two"


def test_parameters_keep_to_their_physical_ranges_and_mostly_well_inside():
    for stage in stage_definitions():
        rows = PLANT.between(stage.id, START, after(24 * 20))
        for p in stage.parameters:
            values = rows[p.name].drop_nulls()
            assert values.is_between(p.low, p.high).all(), p.name
            assert rows[p.name].null_count() < 0.02 * rows.height
            assert values.is_between(p.low, p.high, closed="none").mean() > 0.99, p.name


def test_out_of_specification_is_the_exception():
    calm = SyntheticPlant.of(seed=5, start=START)
    for stage in stage_definitions():
        units = calm.truth(stage.id, START, after(24 * 30))
        for c in stage.characteristics:
            value = units[c.name]
            out = value > 0.5 if c.kind == "binary" else (value < (c.lower or -1e9)) | (value > (c.upper or 1e9))
            assert 0.0001 < out.mean() < 0.15, (stage.id, c.name, out.mean())


@pytest.mark.parametrize(
    ("kind", "subject", "column"),
    [("sensor_bias", "exit_temp", "said"), ("input_shift", "tension", "true"), ("noise", "tension", "said"),
     ("stuck", "roll_force", "said"), ("sensor_drift", "exit_temp", "said")],
)  # fmt: skip
def test_a_fault_of_a_parameter_acts_from_its_onset_to_its_end_and_nowhere_else(kind, subject, column):
    fault = Fault(kind, "rolling-2", after(100), 3.0, subject, after(180))
    calm, hurt = (SyntheticPlant.of(seed=2, start=START, faults=f) for f in ((), (fault,)))
    ask = "between" if column == "said" else "truth"
    usual = getattr(calm, ask)("rolling-2", START, after(260))
    odd = getattr(hurt, ask)("rolling-2", START, after(260))
    inside = usual["t_event"].is_between(after(100), after(180), closed="left")
    assert usual.filter(~inside)[subject].equals(odd.filter(~inside)[subject])
    assert (usual.filter(inside)[subject] - odd.filter(inside)[subject]).abs().mean() > 0
    said_by_truth = hurt.truth("rolling-2", START, after(260))
    during = said_by_truth["t_event"].is_between(after(100), after(180), closed="left")
    assert (said_by_truth.filter(during)["faults"] == f"{kind}:{subject}").all()
    assert (said_by_truth.filter(~during)["faults"] == "").all()


def test_a_changed_relation_moves_the_characteristic_and_no_parameter():
    fault = Fault("relation", "heat_treatment-1", after(100), 2.0, "yield_strength")
    calm, hurt = (SyntheticPlant.of(seed=2, start=START, faults=f) for f in ((), (fault,)))
    window = ("heat_treatment-1", after(120), after(300))
    usual, odd = calm.truth(*window), hurt.truth(*window)
    assert 40 < (odd["yield_strength"] - usual["yield_strength"]).mean() < 80
    assert odd["hardness"].equals(usual["hardness"])
    assert calm.between(*window).equals(hurt.between(*window))


def test_a_gauge_shift_moves_results_not_units_and_an_outage_silences():
    gauge = Fault("gauge_shift", "rolling-1", after(50), 2.0, "thickness_deviation")
    outage = Fault("outage", "rolling-1", after(60), until=after(66))
    calm, hurt = (SyntheticPlant.of(seed=2, start=START, faults=f) for f in ((), (gauge, outage)))
    window = ("rolling-1", after(55), after(300))
    assert calm.truth(*window)["thickness_deviation"].equals(hurt.truth(*window)["thickness_deviation"])
    both = calm.labels(*window).join(hurt.labels(*window), on="unit_id").drop_nulls("thickness_deviation")
    moved = both.filter(pl.col("t_event") >= after(50))
    assert (moved["thickness_deviation_right"] - moved["thickness_deviation"]).mean() == pytest.approx(32, abs=0.01)
    assert hurt.between("rolling-1", after(60), after(66)).is_empty()
    assert hurt.truth("rolling-1", after(60), after(66))["silent"].all()


def test_wear_grows_faster_under_its_fault_and_tools_are_changed():
    fault = Fault("tool_wear", "rolling-1", after(48), 1.0)
    calm, hurt = (SyntheticPlant.of(seed=2, start=START, faults=f) for f in ((), (fault,)))
    window = ("rolling-1", after(48), after(200))
    assert hurt.truth(*window)["roll_wear"].mean() > 1.5 * calm.truth(*window)["roll_wear"].mean()
    changes = calm.events(*window).filter(pl.col("kind") == "tool_change")
    assert 13 <= changes.height <= 21
    for at in changes["at"]:
        around = [calm.truth("rolling-1", at - timedelta(hours=1), at)["roll_wear"].max(),
                  calm.truth("rolling-1", at, at + timedelta(hours=1))["roll_wear"].min()]  # fmt: skip
        assert around[1] < 40 < around[0]


def test_drawn_faults_come_at_the_asked_rate():
    busy = SyntheticPlant.of(seed=4, start=START, faults_per_week=0.5)
    found = busy.faults(START, START + timedelta(weeks=40))
    assert 80 < len(found) < 160
    assert all(f.until is not None and f.until > f.onset for f in found)
    assert len({f.kind for f in found}) == 10


def test_results_are_late_few_and_of_units_that_exist():
    for stage in STAGES:
        known = PLANT.labels(stage, START, after(24 * 20))
        late_h = (known["t_known"] - known["t_event"]).dt.total_seconds() / 3600
        assert late_h.min() >= 4
        assert (known["t_known"] > known["t_measured"]).all()
        assert known.select("unit_id").join(PLANT.truth(stage, START, after(480)), on="unit_id", how="anti").is_empty()
        calm = SyntheticPlant.of(seed=5, start=START)
        assert (
            4 <= ((x := calm.labels(stage, START, after(480)))["t_known"] - x["t_event"]).dt.total_hours().max() <= 30
        )


def test_the_share_of_results_is_as_asked():
    tested = SyntheticPlant.of(seed=5, start=START).labels("heat_treatment-1", START, after(24 * 60))
    assert 0.05 < tested["yield_strength"].count() / (96 * 58) < 0.11


@pytest.mark.parametrize(
    "wrong",
    [{"start": datetime(2026, 1, 1)}, {"units_per_day": 3}, {"labels_share": 1.5}, {"seed": -1}],  # noqa: DTZ001
)
def test_impossible_scenarios_are_refused(wrong):
    with pytest.raises(DefinitionError, match="synthetic plant"):
        Scenario(**({"seed": 1, "start": START} | wrong))


def test_an_unknown_stage_names_those_there_are():
    with pytest.raises(DefinitionError, match="rolling-2"):
        PLANT.between("rolling-9", START, after(1))
