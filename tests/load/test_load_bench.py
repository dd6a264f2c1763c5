"""The bench that puts a plant under load: its ledger finds what it must find, and a run of it holds together."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from data_connectors.rows.row_hash import row_hash
from qc_app.cli import main
from qc_app.errors import SettingsError
from qc_app.load import SIZES, pages, run_load, truth
from qc_app.load.broker import program
from qc_app.load.checking import faults_of, lags, missing
from qc_app.load.ledger import Ledger
from qc_app.load.making import Live, plant_of
from qc_app.load.watching import Seen
from qc_app.plant import Plant, parse, render
from qc_app.settings import Settings
from qc_app.store import Store, conservation, open_store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TINY = SIZES["tiny"]
NEEDS_BROKER = pytest.mark.skipif(not program(), reason="needs mosquitto")


def stored(store: Store, plant: Plant, numbers: list[int], *, wrong: float = 0.0) -> None:
    """Store rows of the first stage as ingest would."""
    stage = plant.stages[0]
    values = truth.rows(0, np.array(numbers), len(stage.parameters)) + wrong
    rows = pl.DataFrame(
        {
            "unit_id": [truth.unit_id(stage.id, n) for n in numbers],
            "t_event": pl.Series([NOON + timedelta(seconds=n) for n in numbers], dtype=pl.Datetime("us", "UTC")),
            **{p.name: values[:, j] for j, p in enumerate(stage.parameters)},
        }
    )
    rows = rows.with_columns(t_ingest="t_event", row_hash=row_hash(rows))
    source = plant.sources_of(stage.id, "measurements")[0].name
    receipt = store.lake.commit(stage, source, rows, f"{numbers}", len(numbers), 0)
    conservation.book(store, receipt)


def checked(tmp_path: Path, *deliveries: tuple[list[int], float], offered: int = 3) -> dict[str, int]:
    plant = plant_of(TINY, tmp_path / "outside", Live())
    ledger = Ledger(tmp_path / "ledger.csv", len(plant.stages))
    ledger.offered(0, offered, NOON.timestamp())
    with open_store(Settings(home=tmp_path / "home", database_url=None, lake_url=None), create=True) as store:
        for numbers, wrong in deliveries:
            stored(store, plant, numbers, wrong=wrong)
        found = faults_of(store, plant, ledger)
    ledger.close()
    return found


def test_a_plant_where_all_is_well_has_no_faults(tmp_path: Path) -> None:
    assert set(checked(tmp_path, ([0, 1], 0.0), ([2], 0.0)).values()) == {0}


@pytest.mark.parametrize(
    ("deliveries", "fault"),
    [
        ([([0, 1], 0.0)], "lost"),
        ([([0, 1, 2, 3], 0.0)], "phantom"),
        ([([0, 1], 0.0), ([2], 0.5)], "torn"),
        ([([0, 1, 2], 0.0), ([2], 0.5)], "dup"),
    ],
)
def test_each_fault_is_seen(tmp_path: Path, deliveries: list[tuple[list[int], float]], fault: str) -> None:
    assert checked(tmp_path, *deliveries)[fault] == 1


def test_lag_is_from_offered_to_readable_and_never_comes_for_what_is_not_there(tmp_path: Path) -> None:
    plant = plant_of(TINY, tmp_path / "outside", Live())
    ledger = Ledger(tmp_path / "ledger.csv", len(plant.stages))
    with open_store(Settings(home=tmp_path / "home", database_url=None, lake_url=None), create=True) as store:
        ledger.offered(0, 3, datetime.now(UTC).timestamp() - 7.0)
        stored(store, plant, [0, 1])
        found = lags(store, plant, ledger, [0, 0], ledger.counts())
        assert missing(store, plant, ledger.counts()) == 1
    ledger.close()
    assert found[:2] == pytest.approx([7.0, 7.0], abs=5.0)
    assert found[2] == np.inf


@pytest.mark.parametrize("name", SIZES)
def test_the_plant_of_every_size_is_a_sound_definition(name: str, tmp_path: Path) -> None:
    size = SIZES[name]
    assert size.live + size.tables + size.folders == size.stages
    plant = plant_of(size, tmp_path, Live(1883))
    assert parse(render(plant)) == plant


def test_memory_that_grows_has_a_slope() -> None:
    steady = Seen(at=[0.0, 1.0, 2.0, 3.0, 4.0, 5.0], rss_mb=[10.0, 200.0, 200.0, 200.0, 200.0, 200.0])
    growing = Seen(at=[0.0, 1.0, 2.0, 3.0, 4.0, 5.0], rss_mb=[10.0, 20.0, 30.0, 31.0, 32.0, 33.0])
    assert steady.figures()["rss_slope_mb_h"] == pytest.approx(0.0, abs=1e-6)
    assert growing.figures()["rss_slope_mb_h"] == pytest.approx(3600.0)


def test_unknown_names_are_answered_with_the_nearest() -> None:
    with pytest.raises(SettingsError, match="did you mean 'medium'"):
        run_load("medum")
    with pytest.raises(SettingsError, match="did you mean 'mqtt'"):
        run_load("tiny", feed="mqt")
    with pytest.raises(SettingsError, match="did you mean 'steady'"):
        run_load("tiny", profiles=("stedy",))


@pytest.mark.slow
def test_a_small_run_loses_nothing_whatever_is_done_to_it(tmp_path: Path) -> None:
    out = tmp_path / "load.json"
    profiles = "steady,burst,outage,restart"
    code = main(["bench", "load", "--size", "tiny", "--seconds", "4", "--profiles", profiles, "--out", str(out)])
    run = json.loads(out.read_text())
    assert code in {0, 1}  # how fast it is depends on what else the machine does
    assert set(run["faults"].values()) == {0}
    assert [phase["name"] for phase in run["phases"]] == profiles.split(",")
    assert run["phases"][3]["figures"]["kills"] == 3
    assert all(phase["figures"]["lag_max_s"] != "never" for phase in run["phases"])


@pytest.mark.slow
@pytest.mark.parametrize(
    "feed", ["opcua", pytest.param("mqtt", marks=pytest.mark.skipif(not program(), reason="needs mosquitto"))]
)
def test_a_live_protocol_loses_nothing_either(tmp_path: Path, feed: str) -> None:
    """Through an outage and kills: what came meanwhile is had from the server's history, or from the broker."""
    out = tmp_path / "load.json"
    words = [
        "--size",
        "tiny",
        "--seconds",
        "4",
        "--profiles",
        "steady,outage,restart",
        "--feed",
        feed,
        "--out",
        str(out),
    ]
    assert main(["bench", "load", *words]) in {0, 1}
    run = json.loads(out.read_text())
    assert run["sources"] == {feed: 2}
    assert set(run["faults"].values()) == {0}
    assert all(phase["figures"]["lag_max_s"] != "never" for phase in run["phases"])


@pytest.mark.slow
def test_the_pages_of_a_made_plant_are_drawn_and_timed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "USERS", 2)
    monkeypatch.setattr(pages, "LOADS", 6)
    run = pages.run_pages(tmp_path / "home", stages=12, days=3)
    assert {page: len(took) for page, took in run.seconds.items()} == dict.fromkeys(run.seconds, 2)
    assert all(worked > 0 for took in run.processor_s.values() for worked in took)
    assert len(run.targets) == len(run.seconds) + 1
    assert json.loads(run.to_json())["loads"] == 12
