"""Write-back at work: what is told, what never is, who stops it, and the record of it all."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from data_connectors.schema import Characteristic, Parameter, Stage
from data_connectors.writeback import Outlet
from qc_app import actions
from qc_app.access import Actor
from qc_app.clock import ManualClock
from qc_app.errors import ActionError, NotAllowed, StoreError
from qc_app.jobs.writeback import Sending
from qc_app.plant import Plant, digest, render
from qc_app.schedule.led import LedPlant
from qc_app.schedule.writing import Writing
from qc_app.settings import Settings
from qc_app.store import Store, open_store
from qc_app.store.outlet_room import OutletRoom

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OPERATOR, APPROVER = Actor("maria", "operator"), Actor("anna", "approver")
STAGE = Stage("press", "A", "press", (Parameter("force"),), (Characteristic("width"),))


class Bench:
    """A home, an outlet of files, and predictions as they come."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(NOON)
        self.store: Store = open_store(Settings(home=folder / "home"), create=True, clock=self.clock)
        self.out = folder / "out"
        self.outlet = Outlet(
            "to-plc",
            "file",
            "press",
            "width",
            low=0,
            high=20,
            dead_value=10,
            on=True,
            most_per_minute=3,
            heartbeat_s=10,
            max_age_s=600,
            settings={"path": str(self.out)},
        )

    def predict(self, *means: float | None, tier: str = "champion", in_domain: bool = True) -> None:
        now = self.clock.now()
        rows = [
            {"unit_id": f"{now:%H%M%S}-{i}", "t_event": now + timedelta(milliseconds=i), "characteristic": "width",
             "mean": mean, "lower": None if mean is None else mean - 1, "upper": None if mean is None else mean + 1,
             "level": 0.9, "anomaly": 0.0, "in_domain": in_domain, "tier": tier, "model_id": "v1", "t_predicted": now}
            for i, mean in enumerate(means)
        ]  # fmt: skip
        schema = {"mean": pl.Float64, "lower": pl.Float64, "upper": pl.Float64}
        self.store.lake.append_predictions("press", pl.DataFrame(rows, schema_overrides=schema))

    def later(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    def apply(self, outlet: Outlet) -> Plant:
        plant = Plant("Works", stages=(STAGE,), writeback=(outlet,))
        self.store.journal.plants.save(render(plant), digest(plant), "test", "", self.clock.now())
        return plant

    @property
    def told(self) -> dict[str, object]:
        found: dict[str, object] = json.loads((self.out / "to-plc.json").read_text())
        return found

    @property
    def beats(self) -> int:
        return int(json.loads((self.out / "to-plc.heartbeat.json").read_text())["number"])

    @property
    def record(self) -> list[dict[str, object]]:
        lines = [line for path in sorted(self.store.outlet("to-plc")._folder.glob("*.jsonl"))
                 for line in path.read_text().splitlines()]  # fmt: skip
        return [json.loads(line) for line in lines]


@pytest.fixture
def bench(tmp_path: Path):
    made = Bench(tmp_path)
    yield made
    made.store.close()


def test_the_newest_prediction_is_told_with_interval_quality_and_model(bench: Bench) -> None:
    bench.predict(8.0, 9.0)
    Sending(bench.store, bench.outlet).round()
    told = bench.told
    assert [told[k] for k in ("value", "lower", "upper", "quality", "model")] == [9.0, 8.0, 10.0, "good", "v1"]
    assert [line["state"] for line in bench.record] == ["telling", "told"]


@pytest.mark.parametrize(
    ("mean", "words", "value", "quality"),
    [
        (99.0, {}, 10, "bad"),
        (-0.5, {}, 10, "bad"),
        (None, {"tier": "none"}, 10, "bad"),
        (9.0, {"tier": "baseline"}, 9.0, "uncertain"),
        (9.0, {"in_domain": False}, 9.0, "uncertain"),
    ],
)
def test_what_is_not_to_be_believed_says_so(
    bench: Bench, mean: float | None, words: dict[str, object], value: float, quality: str
) -> None:
    bench.predict(mean, **words)  # type: ignore[arg-type]
    Sending(bench.store, bench.outlet).round()
    assert (bench.told["value"], bench.told["quality"]) == (value, quality)
    assert bench.told["reason"]


def test_each_unit_is_told_once_also_over_a_restart(bench: Bench) -> None:
    bench.predict(8.0)
    Sending(bench.store, bench.outlet).round()
    bench.later(5)
    bench.predict(9.0)
    for _ in range(2):
        Sending(bench.store, bench.outlet).round()
    assert [line["value"] for line in bench.record if line["state"] == "telling"] == [8.0, 9.0]


def test_no_more_a_minute_than_the_receiver_stands_and_the_newest_first(bench: Bench) -> None:
    sending = Sending(bench.store, bench.outlet)
    bench.predict(1.0)
    sending.round()
    bench.later(1)
    bench.predict(2.0, 3.0, 4.0, 5.0)
    sending.round()
    assert [line["value"] for line in bench.record if line["state"] == "telling"] == [1.0, 4.0, 5.0]
    assert bench.store.outlet("to-plc").progress().left_out == 2


def test_the_heart_beats_and_an_old_value_is_taken_back(bench: Bench) -> None:
    sending = Sending(bench.store, bench.outlet)
    bench.predict(8.0)
    sending.round()
    for _ in range(3):
        bench.later(10)
        sending.round()
    assert bench.beats == 4
    bench.later(601)
    sending.round()
    assert (bench.told["value"], bench.told["quality"]) == (10, "bad")
    assert "no unit for 600 s" in str(bench.told["reason"])
    sending.round()
    assert len([line for line in bench.record if line["state"] == "telling"]) == 2


def test_anyone_at_the_line_stops_it_at_once_and_an_approver_lets_it_go_on(bench: Bench) -> None:
    bench.apply(bench.outlet)
    sending = Sending(bench.store, bench.outlet)
    bench.predict(8.0)
    sending.round()
    with pytest.raises(ActionError, match="needs a reason"):
        actions.stop_writeback(bench.store, OPERATOR)
    assert actions.stop_writeback(bench.store, OPERATOR, reason="valve sticks") == ["to-plc"]
    bench.later(11)
    bench.predict(9.0)
    beats = bench.beats
    sending.round()
    assert (bench.told["value"], bench.told["quality"]) == (10, "bad")
    assert "stopped by maria: valve sticks" in str(bench.told["reason"])
    assert bench.beats == beats
    with pytest.raises(NotAllowed):
        actions.start_writeback(bench.store, OPERATOR, reason="again")
    actions.start_writeback(bench.store, APPROVER, "to-plc", "valve mended")
    sending.round()
    assert bench.told["value"] == 9.0
    done = [row.action for row in bench.store.journal.audit.list()]
    assert {"stop_writeback", "start_writeback", "refused start_writeback"} <= set(done)


def test_a_broken_switch_stops(bench: Bench) -> None:
    bench.predict(8.0)
    Sending(bench.store, bench.outlet).round()
    (bench.store.outlet("to-plc")._folder / "stopped.json").write_text("{")
    bench.later(1)
    Sending(bench.store, bench.outlet).round()
    assert bench.told["quality"] == "bad"


def test_a_place_that_does_not_answer_is_tried_again_and_told_on(bench: Bench) -> None:
    bench.out.write_text("a file where the folder should be")
    sending = Sending(bench.store, bench.outlet)
    bench.predict(8.0)
    sending.round()
    assert "cannot be written" in bench.store.outlet("to-plc").progress().problem
    bench.out.unlink()
    sending.round()
    assert not bench.out.exists()
    bench.later(31)
    sending.round()
    assert bench.told["value"] == 8.0


def test_what_cannot_be_recorded_is_not_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StoreError("recording: no space left")

    bench.predict(8.0)
    monkeypatch.setattr(OutletRoom, "record", full)
    with pytest.raises(StoreError, match="recording"):
        Sending(bench.store, bench.outlet).round()
    assert not bench.out.exists()


def test_only_what_the_plant_turns_on_tells_and_the_end_takes_it_back(bench: Bench) -> None:
    plant = bench.apply(replace(bench.outlet, on=False))
    bench.predict(8.0)
    writing = Writing(LedPlant(bench.store, lambda: None, lambda: plant))
    writing.round()
    assert not bench.out.exists()
    plant = bench.apply(bench.outlet)
    writing.round()
    assert bench.told["value"] == 8.0
    writing.stop()
    assert (bench.told["quality"], bench.told["reason"]) == ("bad", "the application ends")
