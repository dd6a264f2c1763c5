"""Nights of a small plant, from dropped files to predictions, alarms and the overview's numbers."""

from __future__ import annotations

import shutil
from datetime import timedelta

import polars as pl

from qc_app.jobs import nightly as nights
from qc_app.jobs.model import adapt as adapting
from qc_app.jobs.nightly import nightly
from qc_app.records import Decision

from .conftest import NIGHT, PER_DAY, START, drop, units_of


def test_a_plant_learns_predicts_and_reports(grown):
    assert "no label for a baseline" in _sentences(grown, "predict width", 0)
    with grown.open(6) as store:
        assert [r.sentence for r in store.journal.runs.list() if r.status == "failed"] == []
        assert store.journal.models.pointers("p-1", "width").champion is not None
        said = store.lake.predictions("p-1", characteristic="width")
        assert said.height == 7 * PER_DAY
        assert set(said["tier"]) == {"champion"}
        truth = pl.concat([units_of("p-1", d) for d in range(7)]).select("unit_id", "width")
        joined = said.join(truth, on="unit_id")
        error = (joined["mean"] - joined["width"]).abs().mean()
        assert error < 0.5 * truth["width"].std()
        latest = store.journal.latest.get("p-1")[0].values
        assert (latest["units"], latest["labels"]) == (7 * PER_DAY, 48)
        assert latest["state"] in {"ok", "watch"}
        assert latest["error"] < latest["baseline_error"]
        assert 60 <= len(latest["spark"]) <= said.height
        backs = [back for back, _ in latest["results"]]
        assert backs == sorted(backs)
        assert 5 <= len(backs) < len(latest["spark"])
        assert max(backs) < len(latest["spark"])


def _sentences(works, job, day):
    with works.open() as store:
        at = (START + timedelta(days=day)).date()
        return " ".join(r.sentence for r in store.journal.runs.list(job=job, plant_day=at))


def test_every_record_is_accounted_for(grown):
    with grown.open(6) as store:
        for s in grown.plant().sources:
            room = store.journal.labels if s.carries == "labels" else store.lake
            counts = room.counts(s.stage, s.name)
            assert counts.balanced
            assert counts.received == (48 if s.carries == "labels" else 7 * PER_DAY)


def test_a_second_night_of_the_same_day_does_nothing(grown):
    with grown.open(6) as store:
        before = [r.id for r in store.journal.runs.list()]
        again = nightly(store, grown.plant())
        assert again.status == "done"
        assert [r.id for r in store.journal.runs.list()] == before


def test_a_stage_without_news_sleeps(after):
    works = after(2, stages=("p-1", "p-2"))
    works.day(2, stages=["p-1"], labels=0)
    with works.open() as store:
        store.clock.moment = START + timedelta(days=2, hours=1)
        run = nightly(store, works.plant(), training="never")
        assert run.sentence.startswith("1 of 2 stages had news")


def test_one_stage_that_fails_leaves_the_others(works, monkeypatch):
    real = adapting.adapt

    def broken(night, stage, what):
        if stage.id == "p-1":
            raise RuntimeError("the bearings squeak")
        return real(night, stage, what)

    monkeypatch.setattr(nights, "adapt", broken)
    works.stages = ("p-1", "p-2")
    works.nights(range(2))
    with works.open(1) as store:
        bad = [r for r in store.journal.runs.list(plant_day=(START + timedelta(days=1)).date()) if r.status == "failed"]
        assert [(r.job, r.stage) for r in bad] == [("adapt width", "p-1")]
        assert bad[0].sentence == "adapt width of stage 'p-1' failed: the bearings squeak (RuntimeError)"
        assert store.journal.models.pointers("p-2", "width").champion is not None
        assert set(store.lake.predictions("p-1")["tier"]) == {"baseline"}
        open_ones = [a for a in store.journal.alarms.list(stage="p-1") if a.kind == "step_failed"]
        assert open_ones[0].count == 2
        monkeypatch.setattr(nights, "adapt", real)
        works.day(2)
        store.clock.moment = START + timedelta(days=2) + NIGHT
        nightly(store, works.plant())
        assert [a.state for a in store.journal.alarms.list(stage="p-1") if a.kind == "step_failed"] == ["returned"]


def test_a_source_that_cannot_be_read_does_not_stop_the_others(works):
    works.stages = ("p-1", "p-2")
    plant = works.plant()
    works.day(0)
    with works.open() as store:
        shutil.rmtree(works.folder / "drop" / "p-1" / "measurements")
        nightly(store, plant)
        assert store.lake.units("p-2") == PER_DAY
        assert any(r.job == "ingest p-1 measurements" and r.status == "failed" for r in store.journal.runs.list())


def test_labels_that_come_later_are_not_used(grown):
    """Promise S9: the night of day D used only what was known then, whatever became known later."""
    with grown.open(6) as store:
        for version in store.journal.models.list(stage="p-1"):
            _, manifest = store.registry.get(version.id)
            known = store.journal.labels.known("p-1", "width", at=version.cutoff)["unit_id"]
            assert set(manifest["support_units"]) <= set(known)
            assert len(manifest["support_units"]) == version.n_labels


def test_the_promoted_model_is_the_judged_one_and_never_saw_its_judges(grown):
    with grown.open(6) as store:
        paired = [d for d in store.journal.decisions.list(stage="p-1") if d.rule.startswith("paired")]
        assert paired, "seven nights with eight labels each must bring a comparison"
        for decision in paired:
            _, manifest = store.registry.get(decision.challenger)
            assert not set(manifest["support_units"]) & set(manifest["held_units"])
            assert decision.rows > 0
        promoted = [d for d in store.journal.decisions.list(stage="p-1") if d.verdict == "promoted"]
        assert promoted[-1].challenger == store.journal.models.pointers("p-1", "width").champion


def test_a_rolled_back_model_does_not_come_back(after):
    works = after(4)
    with works.open(3) as store:
        bad = store.journal.models.pointers("p-1", "width").champion
        store.journal.models.roll_back("p-1", "width", _rollback(store, bad))
        works.day(4, labels=0)
        store.clock.moment = START + timedelta(days=4) + NIGHT
        nightly(store, works.plant())
        assert store.journal.models.pointers("p-1", "width").champion != bad
        assert store.journal.models.get(bad).status == "quarantined"


def _rollback(store, bad):
    now = store.clock.now()
    return Decision("p-1", "width", now.date(), now, "rolled_back", "by hand", "it lied", champion=bad, author="maria")


def test_a_damaged_champion_gives_way_to_the_previous_tier(after):
    works = after(4)
    with works.open(3) as store:
        pointers = store.journal.models.pointers("p-1", "width")
        (store.registry.root / pointers.champion / "state.safetensors").write_bytes(b"rust")
        works.day(4, labels=0)
        store.clock.moment = START + timedelta(days=4) + NIGHT
        nightly(store, works.plant(), training="never")
        newest = store.lake.predictions("p-1", last=1)
        assert newest["tier"].to_list() == ["previous"]
        assert newest["model_id"].to_list() == [pointers.previous]


def test_values_out_of_specification_raise_alarms_that_clear(works):
    works.upper = 12.5
    works.nights(range(3))
    works.day(3, shift=2.8)
    bad = units_of("p-1", 3, shift=2.8).select("unit_id", "time", "width").tail(3)
    drop(works.folder / "drop", "p-1", "labels", "bad", bad)
    kinds = {"measured_out_of_spec", "predicted_out_of_spec"}
    with works.open(3) as store:
        nightly(store, works.plant())
        assert kinds <= {a.kind for a in store.journal.alarms.list(stage="p-1")}
        assert {x.values["state"] for x in store.journal.latest.get("p-1")} == {"act"}
        works.day(4)
        good = units_of("p-1", 4).select("unit_id", "time", "width").tail(6)
        drop(works.folder / "drop", "p-1", "labels", "good", good)
        store.clock.moment = START + timedelta(days=4) + NIGHT
        nightly(store, works.plant())
        states = {a.kind: a.state for a in store.journal.alarms.list(stage="p-1")}
        assert {states[kind] for kind in kinds} == {"returned"}
