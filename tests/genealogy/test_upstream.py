"""What stages further up give to a stage's models, and that nothing of later gets in (promise S9)."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from data_connectors.base import Batch
from data_connectors.rows.conform import conform
from data_connectors.schema import Feed, Parameter, Source, Stage
from qc_app.genealogy import upstream, widened
from qc_app.plant import Plant
from qc_app.records import PREDICTION_COLUMNS

from .conftest import Works, at, line

EVERYTHING = ("parameters", "measurements", "predictions")
PLANT = line(takes=EVERYTHING)
CAST, ROLL, FINISH = PLANT.stages
TAKEN = ["cast.heat", "cast.speed", "cast.hardness measured", "cast.hardness predicted"]


def linked(works: Works) -> None:
    """Two heats become two slabs, become a coil each; a third coil comes from both, a fourth from nowhere."""
    works.units(CAST, {"H1": (at(0), 10.0), "H2": (at(1), 20.0)}, came=at(1))
    works.units(ROLL, {"S1": (at(2), 0.0), "S2": (at(3), 0.0)}, came=at(3))
    works.units(FINISH, {f"C{n}": (at(4), 0.0) for n in (1, 2, 3, 4)}, came=at(5))
    works.link("roll", "cast", [("S1", "H1"), ("S2", "H2")])
    works.link("finish", "roll", [("C1", "S1"), ("C2", "S2"), ("C3", "S1"), ("C3", "S2")])


def said(works: Works, unit: str, mean: float, when: datetime) -> None:
    row = {"unit_id": unit, "t_event": at(0), "characteristic": "hardness", "mean": mean, "t_predicted": when}
    frame = pl.DataFrame([row | {"tier": "champion", "model_id": "m"}])
    shaped = frame.with_columns(pl.col("t_event", "t_predicted").cast(pl.Datetime("us", "UTC")))
    works.store.lake.append_predictions("cast", shaped.select(c for c in PREDICTION_COLUMNS if c in frame.columns))


def read(works: Works, plant: Plant = PLANT, known_at: datetime | None = None) -> pl.DataFrame:
    stage = plant.stage("finish")
    rows = works.store.lake.measurements("finish", known_at=known_at)
    return widened(works.store, works.steps(plant, known_at), stage, rows).sort("unit_id")


def test_values_come_down_over_two_steps_are_averaged_at_merges_and_missing_without_parents(works: Works):
    linked(works)
    made = read(works)
    assert made["cast.heat"].to_list() == [10.0, 20.0, 15.0, None]
    assert made["cast.speed"].null_count() == 4  # never measured
    assert made.columns[-4:] == TAKEN
    assert [p.name for p in PLANT.as_read("finish").parameters] == ["oil", *TAKEN]


def test_shares_of_a_merge_weigh_its_parents(works: Works):
    linked(works)
    share = pl.DataFrame({"unit_id": ["C3", "C3"], "parent_stage": ["roll"] * 2, "parent": ["S1", "S2"],
                          "share": [0.75, 0.25]})  # fmt: skip
    works.store.lake.append_links("finish", "hand", share)
    assert read(works)["cast.heat"].to_list()[2] == 12.5


def test_sisters_keep_the_same_columns_and_two_lines_of_one_family_are_one_column():
    heat = (Parameter("heat", "degC"),)
    casts = [Stage(f"cast-{n}", "L", "cast", heat, ()) for n in (1, 2)]
    rolls = [Stage(f"roll-{n}", "L", "roll", (), (), (f"cast-{n}",), (Feed(f"cast-{n}", ("heat",)),)) for n in (1, 2)]
    both = Stage("weld", "L", "weld", (), (), ("cast-1", "cast-2"), tuple(Feed(c.id, ("parameters",)) for c in casts))
    plant = Plant("P", stages=(*casts, *rolls, both))
    names = [[p.name for p in plant.as_read(s).parameters] for s in ("roll-1", "roll-2", "weld")]
    assert names == [["cast.heat"]] * 3


def poison(works: Works) -> None:
    """Make known what could not be known when the coils came: each in another way."""
    works.result("cast", "H1", 999.0, at(0.5), at(9))  # known later
    works.result("cast", "H2", 999.0, at(4.5), at(4.9))  # measured after the coil was made
    said(works, "H1", 999.0, at(6))  # said later
    works.clock.moment = at(9)
    works.units(FINISH, {"C1": (at(4), 7.0)}, came=at(9))  # a later revision lets nothing in either


def test_nothing_that_was_known_later_stands_in_a_column(works: Works):
    linked(works)
    works.result("cast", "H1", 150.0, at(0.5), at(2))
    said(works, "H1", 151.0, at(2))
    before = read(works, known_at=at(5)).select(TAKEN)
    assert before["cast.hardness measured"].to_list() == [150.0, None, 150.0, None]
    assert before["cast.hardness predicted"].to_list() == [151.0, None, 151.0, None]
    poison(works)
    assert read(works).select(TAKEN).equals(before)


@pytest.mark.parametrize("mutant", ["_measured", "_predicted", "_came"])
def test_the_poison_is_noticed_where_the_rule_is_broken(works: Works, monkeypatch, mutant):
    linked(works)
    before = read(works, known_at=at(5)).select(TAKEN)
    poison(works)
    late = pl.lit(at(99)).cast(pl.Datetime("us", "UTC"))
    if mutant == "_came":

        def latest(store, steps, stage, wanted):
            rows = store.lake.measurements(stage.id, columns=["unit_id", "t_ingest"])
            return rows.select("unit_id", came="t_ingest")

        monkeypatch.setattr(upstream, "_came", latest)
    else:
        real = getattr(upstream, mutant)
        careless = lambda s, i, one, found: real(s, i, one, found.with_columns(came=late, t_event=late))  # noqa: E731
        monkeypatch.setattr(upstream, mutant, careless)
    assert not read(works).select(TAKEN).equals(before)


def test_a_parent_made_after_its_child_gives_no_parameter(works: Works):
    works.units(CAST, {"H1": (at(8), 10.0)})
    works.units(FINISH, {"C1": (at(4), 0.0)}, came=at(9))
    works.link("finish", "cast", [("C1", "H1")])
    assert read(works)["cast.heat"].to_list() == [None]


def test_transport_time_finds_the_parents_where_no_link_does(works: Works):
    plant = line(takes=("heat",), delay_s=3600, tolerance_s=1800)
    works.units(CAST, {f"H{n}": (at(n / 4), float(n)) for n in range(8)})
    works.units(FINISH, {"C1": (at(2), 0.0), "C2": (at(9), 0.0)})
    made = read(works, plant)
    assert made["cast.heat"].to_list() == [4.0, None]  # the mean of H2 ... H6


def test_a_source_that_names_parents_gives_links_with_its_rows():
    source = Source("files", "file_folder", "roll", parents={"cast": "Heat"})
    frame = pl.DataFrame({"unit_id": ["S1", "S2", "", "S4"], "time": ["2026-03-01T00:00Z"] * 4,
                          "force": ["1", "2", "3", "4"], "Heat": ["H1;H2", " H2 ", "H3", None]})  # fmt: skip
    made = conform(Batch("roll", frame, "1", "a.csv"), ROLL, source, datetime(2026, 3, 2, tzinfo=UTC))
    assert made.links.rows() == [("S1", "cast", "H1", 0.5), ("S1", "cast", "H2", 0.5), ("S2", "cast", "H2", 1.0)]
    assert made.rows.height == 3
