"""Policies compared: the walk counts every label, chance reaches itself, the tables say who loses."""

from __future__ import annotations

import json

import numpy as np
import pytest

import models
from models.bench import PackError, load
from models.bench.labels import (
    Foretold,
    Ground,
    Outcome,
    Walked,
    Way,
    compare,
    foretell,
    foretold_table,
    plot,
    reached,
    sentences,
    tables,
    walk,
)
from models.bench.protocols import split_stages, training_tasks
from models.errors import UnknownName
from tests.models.bench.packs import write_pack


def test_labels_needed_by_hand():
    assert reached([5, 10, 20], [1.0, 0.8, 0.6], 0.7) == pytest.approx(14.14, abs=0.01)  # half way in logarithms
    assert reached([5, 10, 20], [0.7, 0.9, 0.6], 0.8) == pytest.approx(12.6, abs=0.01)  # the dip at 5 does not count
    assert reached([5, 10], [0.4, 0.3], 0.8) == 5.0
    assert reached([5, 10], [0.9, 0.9], 0.8) is None
    assert reached([], [], 0.8) is None


@pytest.mark.slow
def test_pool_and_query_are_apart_and_the_walk_stops_with_the_pool(tmp_path):
    pack = load(write_pack(tmp_path, stages=4, rows=60, replicate="shot"))
    learned, new = split_stages(pack, 0)
    prior = models.make_learner("prior_mixture").fit(training_tasks(pack, "value", learned, 0))
    ground = Ground.of(pack, new[0], "value", 0)
    assert ground is not None
    groups = pack.stage(new[0]).groups
    assert not set(groups[ground.pool]) & set(groups[ground.query])
    task = ground.task(ground.pool[:5])
    assert len(task.unlabelled_x) == 55
    errors = walk(prior, ground, Way("information", (5, 12, 500), 0.2), np.random.default_rng(0))
    assert len(errors) == 2


def outcome(**errors: tuple[float, ...]) -> Outcome:
    rows = tuple(
        Walked(pack, "value", stage, policy, 0, 60, tuple(e + 0.1 * i for e in values))
        for policy, values in errors.items()
        for pack in ("mill", "saw")
        for i, stage in enumerate(("a", "b"))
    )
    return Outcome("packs", "ridge", tuple(errors), (5, 10, 20), 1, 1, 0.2, rows, 1.0)


def test_tables_and_sentences():
    found = outcome(random=(1.0, 0.8, 0.6), information=(0.8, 0.6, 0.5), width=(1.2, 1.0, 0.9))
    assert found.curve("random").tolist() == pytest.approx([1.05, 0.85, 0.65])
    assert found.needed("random", 10) == pytest.approx(10)
    assert found.needed("information", 20, "saw") == pytest.approx(10)
    assert "5.0 (-50%)" in str(tables(found)[1].rows)
    chosen, wide = sentences(found)
    assert "10: 5.0 (-50%)" in chosen
    assert "on no pack above chance" in chosen
    assert "10: not reached" in wide
    assert "above chance on average: mill, saw" in wide
    assert json.loads(found.to_json())["summary"][0]["policy"] == "random"


@pytest.mark.slow
def test_a_comparison_of_made_up_stages(tmp_path):
    write_pack(tmp_path / "packs", "mill", stages=3, rows=60)
    write_pack(tmp_path / "packs", "saw", stages=3, rows=60, kind="defect")
    told = []
    asked = {"policies": ("width",), "sizes": (5, 10), "seeds": 1, "repeats": 1, "most_stages": 1}
    found = compare(tmp_path / "packs", **asked, progress=lambda *said: told.append(said))
    assert found.policies == ("random", "width")
    assert {row.pack for row in found.rows} == {"mill"}
    assert told == [(1, 1, "mill / value / seed 0")]
    assert found.rows == compare(tmp_path / "packs", **asked).rows
    plot(found, str(tmp_path / "labels.png"))
    assert (tmp_path / "labels.png").stat().st_size > 1000


def test_what_cannot_be_compared_is_said(tmp_path):
    write_pack(tmp_path, "saw", stages=3, rows=60, kind="defect")
    with pytest.raises(PackError, match="no regression pack"):
        compare(tmp_path)
    with pytest.raises(UnknownName, match="no policy"):
        compare(tmp_path, policies=("best",))


@pytest.mark.slow
def test_the_outlook_is_held_against_what_came(tmp_path):
    write_pack(tmp_path, "mill", stages=8, rows=120)
    rows = foretell(tmp_path, seeds=1, most_stages=1)
    assert {row.had for row in rows} == {5, 10, 20}
    assert all(row.labels >= row.had for row in rows)
    assert all(row.lower <= row.error <= row.upper for row in rows)
    table = foretold_table(rows)
    assert table.rows[-1][0] == "all"
    assert float(table.rows[-1][2].rstrip("%")) >= 50


def test_an_outlook_by_hand():
    made = [Foretold("mill", "a", 0, 5, 10, 1.0, 0.5, 2.0, actual) for actual in (1.0, 4.0)]
    assert foretold_table(made).rows[-1] == ("all", "2", "50%", "2.00", "4.00")
    assert foretold_table([]).rows == ()
