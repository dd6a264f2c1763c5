"""Links and search: up and down, through splits, merges and rework, by time, and never for ever."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_connectors.base import LINK_COLUMNS
from qc_app.errors import ActionError
from qc_app.genealogy import Steps, kin, touched
from qc_app.store.lake import Lake
from qc_app.store.lake.links import READ

from .conftest import Works, at, line

PLANT = line()
CAST, ROLL, FINISH = PLANT.stages


def named(found) -> list[str]:
    return [f"{k.hops} {k.stage}/{k.unit_id}" for k in found]


def test_split_merge_and_rework_are_followed_both_ways(works: Works):
    works.units(CAST, {"H1": (at(0), 1.0), "H2": (at(1), 2.0)})
    works.link("roll", "cast", [("S1", "H1"), ("S2", "H1"), ("S3", "H2")])  # a heat is split into slabs
    works.link("finish", "roll", [("C1", "S2"), ("C1", "S3")])  # two slabs are welded to one coil
    works.link("finish", "finish", [("C1R", "C1")])  # the coil is reworked
    steps = works.steps(PLANT)
    assert named(kin(steps, "finish", ["C1R"], "up")) == [
        "1 finish/C1", "2 roll/S2", "2 roll/S3", "3 cast/H1", "3 cast/H2"
    ]  # fmt: skip
    assert named(kin(steps, "cast", ["H1"], "down")) == ["1 roll/S1", "1 roll/S2", "2 finish/C1", "3 finish/C1R"]
    assert kin(steps, "finish", ["C1"], "up")[-1].t_event == at(1)


def test_a_circle_of_links_ends(works: Works):
    works.link("roll", "cast", [("S1", "H1")])
    works.link("cast", "roll", [("H1", "S1")])
    works.link("roll", "roll", [("S1", "S1")])
    assert named(kin(works.steps(PLANT), "roll", ["S1"], "up")) == ["1 cast/H1"]
    assert named(kin(works.steps(PLANT), "roll", ["S1"], "down")) == ["1 cast/H1"]


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=25), st.integers(0, 7))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_search_finds_what_a_walk_finds_and_up_is_down_turned_round(tmp_path_factory, links, start):
    lake = Lake(tmp_path_factory.mktemp("lake"))
    rows = [(f"u{a}", "cast", f"u{b}", None) for a, b in links]
    lake.append_links("cast", "hand", pl.DataFrame(rows, schema=LINK_COLUMNS, orient="row"))
    here = Steps(lake, PLANT)
    reached, front = set(), {start}
    while front:
        front = {b for a, b in links if a in front} - reached - {start}
        reached |= front
    assert {k.unit_id for k in kin(here, "cast", [f"u{start}"], "up")} == {f"u{n}" for n in reached}
    for n in reached:
        assert f"u{start}" in {k.unit_id for k in kin(here, "cast", [f"u{n}"], "down")}


def test_links_are_kept_once_and_withdrawn_not_deleted(works: Works):
    assert works.link("roll", "cast", [("S1", "H1"), ("S1", "H1")]) == 1
    assert works.link("roll", "cast", [("S1", "H1")]) == 0
    before = works.clock.now()
    works.clock.moment = at(5)
    assert works.link("roll", "cast", [("S1", "H2")], whole=True) == 2  # H2 is new, H1 goes
    lake = works.store.lake
    assert lake.links("roll")["parent"].to_list() == ["H2"]
    assert lake.links("roll", known_at=before)["parent"].to_list() == ["H1"]
    assert works.link("roll", "cast", [("S1", "H2"), ("S9", "H9")], withdrawn=True) == 1  # S9 was never linked
    assert lake.links("roll").is_empty()
    assert works.link("roll", "cast", [("S1", "H2")]) == 1
    assert lake.links("nowhere").schema == READ
    lake.compact("roll")
    assert lake.links("roll", parents=["H2"])["unit_id"].to_list() == ["S1"]


def test_units_are_matched_by_time_where_no_link_tells(works: Works):
    plant = line(takes=("parameters",), delay_s=7200, tolerance_s=600)
    works.units(CAST, {f"H{n}": (at(n / 10), float(n)) for n in range(10)})
    works.units(FINISH, {"C1": (at(2.5), 0.0), "C2": (at(2.5), 0.0), "C3": (at(9), 0.0)})
    works.link("finish", "cast", [("C2", "H0")])
    steps = works.steps(plant)
    assert [(k.unit_id, k.by) for k in kin(steps, "finish", ["C1"], "up")] == [
        ("H4", "time"), ("H5", "time"), ("H6", "time")
    ]  # fmt: skip
    assert [(k.unit_id, k.by) for k in kin(steps, "finish", ["C2"], "up")] == [("H0", "link")]
    assert kin(steps, "finish", ["C3"], "up") == []
    assert [k.unit_id for k in kin(steps, "cast", ["H5"], "down")] == ["C1"]


def test_a_bad_tool_or_lot_lists_the_units_it_touched(works: Works):
    works.units(ROLL, {"L7/S1": (at(1), 1.0), "L7/S2": (at(2), 1.0), "L8/S1": (at(3), 1.0)})
    works.units(FINISH, {"C1": (at(5), 1.0)})
    works.link("finish", "roll", [("C1", "L7/S2"), ("C2", "L8/S1")])
    steps = works.steps(PLANT)
    assert named(touched(steps, "roll", lot="L7")) == ["0 roll/L7/S1", "0 roll/L7/S2", "1 finish/C1"]
    assert named(touched(steps, "roll", since=at(2), until=at(3))) == [
        "0 roll/L7/S2", "0 roll/L8/S1", "1 finish/C1", "1 finish/C2"
    ]  # fmt: skip
    assert named(touched(steps, "roll", units=["L8/S1"])) == ["0 roll/L8/S1", "1 finish/C2"]
    with pytest.raises(ActionError, match="nothing chosen"):
        touched(steps, "roll")
    with pytest.raises(ActionError, match="no unit that fits"):
        touched(steps, "roll", since=at(99))
