"""The lake: every row once, the latest revision read, checkpoint and rows together."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from deltalake import CommitProperties, DeltaTable, Transaction

from data_connectors.schema import Parameter, Stage
from qc_app.errors import StoreBusy, StoreDamaged, StoreError
from qc_app.records import Counts
from qc_app.store import Lake
from qc_app.store.durable import held, safe_key
from qc_app.store.lake import upkeep
from qc_app.store.lake.arrivals import stored_columns
from qc_app.store.lake.table import SEQ, Table, on_newest

Deliver = Callable[..., pl.DataFrame]
NOW = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def put(lake: Lake, stage: Stage, rows: pl.DataFrame, after: str = "c", source: str = "files") -> Counts:
    return lake.commit(stage, source, rows, after, rows.height, 0).counts


def test_nothing_yet(lake: Lake, stage: Stage):
    assert lake.stages() == []
    assert lake.checkpoint("x", "files") is None
    assert lake.counts("x", "files") == Counts()
    assert lake.receipts("x", "files") == lake.sources("x") == []
    assert (lake.units("x"), lake.span("x"), lake.version("x")) == (0, None, -1)
    assert lake.measurements("x").is_empty()
    assert lake.measurements("x", columns=["unit_id", "speed"]).columns == ["unit_id", "speed"]
    assert lake.predictions("x").is_empty()


def test_rows_come_back_as_they_went_in(lake: Lake, stage: Stage, deliver: Deliver):
    rows = deliver(["b", "a"], [1.5, float("nan")], at=[2, 1])
    assert put(lake, stage, rows) == Counts(2, 2, 0, 0, 0)
    found = lake.measurements(stage.id)
    assert found["unit_id"].to_list() == ["a", "b"]
    assert found["speed"].to_list() == [None, 1.5]
    assert found["row_hash"].dtype == pl.UInt64
    assert set(found["row_hash"]) == set(rows["row_hash"])
    assert found["source"].to_list() == ["files"] * 2
    assert found["t_event"].dtype == pl.Datetime("us", "UTC")
    assert (lake.units(stage.id), lake.span(stage.id)) == (2, (NOW + MINUTE, NOW + 2 * MINUTE))
    assert (lake.stages(), lake.sources(stage.id)) == ([stage.id], ["files"])


def test_duplicates_and_revisions(lake: Lake, stage: Stage, deliver: Deliver):
    put(lake, stage, deliver(["a", "b"], [1.0, 2.0]), "c1")
    mixed = deliver(["a", "b", "c", "c", "c"], [1.0, 2.5, 3.0, 3.0, 3.5], at=[0, 1, 2, 2, 2])
    assert put(lake, stage, mixed, "c2") == Counts(5, 1, 2, 2, 0)
    assert put(lake, stage, deliver(["b"], [2.0], at=[1]), "c3").duplicates == 1
    assert lake.measurements(stage.id)["speed"].to_list() == [1.0, 2.5, 3.5]
    assert lake.measurements(stage.id, revisions=True)["speed"].to_list() == [1.0, 2.0, 2.5, 3.0, 3.5]
    assert lake.units(stage.id) == 3
    assert lake.counts(stage.id, "files") == Counts(8, 3, 2, 3, 0)
    assert [r.counts.received for r in lake.receipts(stage.id, "files")] == [2, 5, 1]
    assert [r.id for r in lake.receipts(stage.id, "files", last=1)] == [3]


def test_two_sources_keep_their_own_checkpoints(lake: Lake, stage: Stage, deliver: Deliver):
    put(lake, stage, deliver(["a"], [1.0]), "x", "one")
    assert put(lake, stage, deliver(["a"], [1.0]), "y", "two").new == 1
    assert (lake.checkpoint(stage.id, "one"), lake.checkpoint(stage.id, "two")) == ("x", "y")
    assert lake.sources(stage.id) == ["one", "two"]
    assert lake.measurements(stage.id)["source"].to_list() == ["two"]


def test_an_empty_delivery_moves_the_checkpoint_and_counts_the_quarantined(lake: Lake, stage: Stage):
    receipt = lake.commit(stage, "files", pl.DataFrame(), "c9", 3, 3)
    assert receipt.counts == Counts(3, 0, 0, 0, 3)
    assert lake.checkpoint(stage.id, "files") == "c9"
    assert lake.units(stage.id) == 0


def test_a_delivery_that_does_not_add_up_is_refused(lake: Lake, stage: Stage, deliver: Deliver):
    with pytest.raises(StoreError, match="received 3, but 2 rows"):
        lake.commit(stage, "files", deliver(["a", "b"], [1.0, 2.0]), "c", 3, 0)
    with pytest.raises(StoreError, match="lack unit_id"):
        put(lake, stage, deliver(["a"], [1.0]).drop("unit_id"))
    assert lake.checkpoint(stage.id, "files") is None


def test_windows_of_time_and_the_last_rows(lake: Lake, stage: Stage, deliver: Deliver):
    for start in range(0, 50, 10):
        units = [f"u{k:02}" for k in range(start, start + 10)]
        put(
            lake, stage, deliver(units, [float(k) for k in range(start, start + 10)], at=list(range(start, start + 10)))
        )
    found = lake.measurements(stage.id, since=NOW + 5 * MINUTE, until=NOW + 8 * MINUTE, columns=["speed"])
    assert found["speed"].to_list() == [5.0, 6.0, 7.0, 8.0]
    for n in (1, 7, 25, 50, 99):
        assert lake.measurements(stage.id, last=n)["speed"].to_list() == [float(k) for k in range(50)][-n:]
    assert lake.measurements(stage.id, last=0).is_empty()
    last = lake.measurements(stage.id, until=NOW + 20 * MINUTE, last=3)
    assert last["speed"].to_list() == [18.0, 19.0, 20.0]


def test_a_revision_outside_the_window_still_supersedes(lake: Lake, stage: Stage, deliver: Deliver):
    put(lake, stage, deliver(["a", "b", "c"], [1.0, 2.0, 3.0], at=[0, 10, 20]))
    put(lake, stage, deliver(["b", "c"], [2.5, 3.5], at=[30, 1]), "c2")
    assert lake.measurements(stage.id, since=NOW + 5 * MINUTE, until=NOW + 25 * MINUTE).is_empty()
    assert lake.measurements(stage.id, last=2)["speed"].to_list() == [3.5, 2.5]
    assert lake.measurements(stage.id, last=1)["unit_id"].to_list() == ["b"]


def test_as_it_was_known(lake: Lake, stage: Stage, deliver: Deliver):
    put(lake, stage, deliver(["a"], [1.0]))
    put(lake, stage, deliver(["a", "b"], [9.0, 2.0], known=NOW + MINUTE), "c2")
    assert lake.measurements(stage.id, known_at=NOW)["speed"].to_list() == [1.0]
    assert lake.measurements(stage.id, known_at=NOW, last=5)["speed"].to_list() == [1.0]
    assert lake.measurements(stage.id)["speed"].to_list() == [9.0, 2.0]


def test_the_later_arrival_wins_even_if_the_clock_went_back(lake: Lake, stage: Stage, deliver: Deliver):
    put(lake, stage, deliver(["a"], [1.0], known=NOW))
    put(lake, stage, deliver(["a"], [2.0], known=NOW - timedelta(hours=2)), "c2")
    assert lake.measurements(stage.id)["speed"].to_list() == [2.0]


def test_a_new_parameter_widens_the_table(lake: Lake, stage: Stage, deliver: Deliver):
    put(lake, stage, deliver(["a"], [1.0]))
    wide = Stage(stage.id, "line-1", "rolling", (*stage.parameters, Parameter("force")), ())
    assert lake.measurements(stage.id, columns=["force"])["force"].to_list() == [None]
    put(lake, wide, deliver(["b"], [2.0], at=[1]).with_columns(force=pl.lit(5.0)), "c2")
    put(lake, stage, deliver(["c"], [3.0], at=[2]), "c3")
    found = lake.measurements(stage.id)
    assert found["force"].to_list() == [None, 5.0, None]
    assert found["Temp. (°C), exit"].null_count() == 3


def test_compaction_and_vacuum_change_nothing_but_files(lake: Lake, stage: Stage, deliver: Deliver):
    for k in range(8):
        put(lake, stage, deliver([f"u{k}", "same"], [float(k), float(k)], at=[k, 50]), f"c{k}")
    before, rows = lake.measurements(stage.id), lake.measurements(stage.id, revisions=True)
    orphan = next(lake.root.rglob("*.parquet")).with_name("part-killed.parquet")
    orphan.write_bytes(b"half written")
    lake.compact(stage.id)
    assert lake.vacuum(stage.id, 0) == 9
    assert not orphan.exists()
    assert lake.measurements(stage.id).equals(before)
    assert lake.measurements(stage.id, revisions=True).equals(rows)
    assert lake.checkpoint(stage.id, "files") == "c7"
    assert put(lake, stage, deliver(["u3"], [3.0], at=[3]), "c8").duplicates == 1


def test_young_files_survive_a_vacuum(lake: Lake, stage: Stage, deliver: Deliver):
    put(lake, stage, deliver(["a"], [1.0]))
    under_way = next(lake.root.rglob("*.parquet")).with_name("part-underway.parquet")
    under_way.write_bytes(b"")
    assert lake.vacuum(stage.id, 1) == 0
    assert under_way.exists()


def test_checkpoints_outlive_many_commits_and_the_log(lake: Lake, stage: Stage, deliver: Deliver):
    lake.commit(stage, "quiet", pl.DataFrame(), "long ago", 0, 0)
    for k in range(55):
        lake.commit(stage, "files", pl.DataFrame(), f"c{k}", 0, 0)
    log = lake.root / safe_key(stage.id) / "measurements" / "_delta_log"
    assert list(log.glob("*.checkpoint.parquet"))
    for old in sorted(log.glob("*.json"))[:50]:
        old.unlink()
    assert lake.checkpoint(stage.id, "quiet") == "long ago"
    assert lake.checkpoint(stage.id, "files") == "c54"


def test_the_table_is_plain_delta(lake: Lake, stage: Stage, deliver: Deliver):
    put(lake, stage, deliver(["a", "b"], [1.0, 2.0]))
    folder = lake.root / safe_key(stage.id) / "measurements"
    assert pl.read_delta(str(folder)).sort("unit_id")["speed"].to_list() == [1.0, 2.0]
    assert pl.scan_delta(str(folder)).filter(pl.col("t_event") > NOW).collect().height == 1


def test_names_never_become_paths(lake: Lake, deliver: Deliver, tmp_path: Path):
    for name in ("../../etc", "a/b", "CON", "Ω" * 150):
        stage = Stage(name, "l", "f", (Parameter("speed"),), ())
        put(lake, stage, deliver(["a"], [1.0]), source="../s\\x")
        assert lake.measurements(name).height == 1
        assert lake.sources(name) == ["../s\\x"]
    assert [p.name for p in tmp_path.iterdir()] == ["lake"]
    assert len(lake.stages()) == 4
    assert safe_key("a/b") != safe_key("a-b")


def test_a_writer_that_lost_the_race_stores_nothing(lake: Lake, stage: Stage, deliver: Deliver):
    put(lake, stage, deliver(["a"], [1.0]))
    table = lake._shelves.table(stage.id, "measurements")
    stale = table.snapshot()
    put(lake, stage, deliver(["b"], [2.0]), "c2")
    with pytest.raises(StoreError, match="storing rows"):
        table.append(stale, pl.DataFrame(), ("files", 2))
    assert lake.checkpoint(stage.id, "files") == "c2"


def test_a_second_writer_of_a_source_waits_and_is_told(lake: Lake, stage: Stage, tmp_path: Path):
    lock = tmp_path / "lock"
    with held(lock, "files"), pytest.raises(StoreBusy, match="another process"), held(lock, "files", patience_s=0.05):
        pass
    with held(lock, "files", patience_s=0.05):
        pass


def test_threads_of_several_sources_write_one_table(lake: Lake, stage: Stage, deliver: Deliver):
    put(lake, stage, deliver(["first"], [0.0]), source="s0")

    def feed(name: str) -> None:
        for k in range(5):
            put(lake, stage, deliver([f"{name}-{k}"], [float(k)]), f"c{k}", name)

    threads = [threading.Thread(target=feed, args=(f"s{n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lake.units(stage.id) == 16
    assert [lake.checkpoint(stage.id, f"s{n}") for n in range(3)] == ["c4"] * 3


def test_a_file_another_writer_has_under_way_in_the_log_is_left_to_it(lake: Lake, stage: Stage, deliver: Deliver):
    put(lake, stage, deliver(["a"], [1.0]), "c1")
    log = next(lake.root.rglob("_delta_log"))
    (log / f"{6:020}.json#1").symlink_to(log / "gone already")
    put(lake, stage, deliver(["b"], [2.0]), "c2")
    assert lake.units(stage.id) == 2


def test_a_missing_file_is_damage(lake: Lake, stage: Stage, deliver: Deliver):
    put(lake, stage, deliver(["a"], [1.0]))
    next(lake.root.rglob("*.parquet")).unlink()
    with pytest.raises(StoreDamaged, match="restore"):
        lake.measurements(stage.id)
    next(lake.root.rglob("1.json")).write_text("{")
    with pytest.raises(StoreDamaged, match="checkpoint 1"):
        lake.checkpoint(stage.id, "files")


def test_an_uncommitted_checkpoint_file_does_not_count(lake: Lake, stage: Stage, deliver: Deliver):
    put(lake, stage, deliver(["a"], [1.0]), "c1")
    first = next(lake.root.rglob("1.json"))
    first.with_name("2.json").write_text(json.dumps({"after": "never"}))
    assert lake.checkpoint(stage.id, "files") == "c1"
    put(lake, stage, deliver(["b"], [1.0]), "c2")
    assert lake.checkpoint(stage.id, "files") == "c2"


def test_delta_itself_would_record_a_repeated_transaction(lake: Lake, stage: Stage, deliver: Deliver):
    """Why the store compares content: Delta takes the same transaction id twice."""
    put(lake, stage, deliver(["a"], [1.0]), "c1")
    table = DeltaTable(lake.root / safe_key(stage.id) / "measurements")
    again = CommitProperties(app_transactions=[Transaction("files", 1)])
    table.create_write_transaction([], "append", table.schema(), commit_properties=again)
    assert lake.checkpoint(stage.id, "files") == "c1"
    assert put(lake, stage, deliver(["a"], [1.0]), "c2").duplicates == 1


def made(units: list[str], mean: float, characteristic: str = "thickness") -> pl.DataFrame:
    times = [NOW + k * MINUTE for k in range(len(units))]
    return pl.DataFrame(
        {"unit_id": units, "t_event": times, "characteristic": characteristic, "mean": mean, "in_domain": True},
        schema_overrides={"t_event": pl.Datetime("us", "UTC")},
    )


def test_the_newest_prediction_of_a_unit_is_read(lake: Lake):
    lake.append_predictions("s", made(["a", "b", "c"], 1.0))
    lake.append_predictions("s", made(["a", "b"], 2.0))
    lake.append_predictions("s", made(["a"], 5.0, "width"))
    lake.append_predictions("s", made([], 5.0))
    found = lake.predictions("s", characteristic="thickness")
    assert found["mean"].to_list() == [2.0, 2.0, 1.0]
    assert found["in_domain"].to_list() == [True] * 3
    assert lake.predictions("s").height == 4
    assert lake.predictions("s", history=True).height == 6
    assert lake.predictions("s", unit_id="a", characteristic="thickness", history=True)["mean"].to_list() == [1.0, 2.0]
    assert lake.predictions("s", characteristic="thickness", last=2)["unit_id"].to_list() == ["b", "c"]
    assert lake.predictions("s", since=NOW + MINUTE, until=NOW + MINUTE)["unit_id"].to_list() == ["b"]
    lake.compact("s")
    assert lake.predictions("s", characteristic="thickness")["mean"].to_list() == [2.0, 2.0, 1.0]
    with pytest.raises(StoreError, match="unknown columns"):
        lake.append_predictions("s", made(["a"], 1.0).with_columns(nonsense=1))


def test_the_newest_version_is_read_again_only_when_there_is_another(tmp_path: Path) -> None:
    one, other = Table(tmp_path / "t"), Table(tmp_path / "t")
    first = one.ensure(stored_columns(["a"]))
    assert one.snapshot() is one.snapshot()
    other.append(first, pl.DataFrame({c: [None] for c in first.columns}, schema=dict(first.columns)))
    second = one.snapshot()
    assert second is not None
    assert second.version == first.version + 1
    assert second is one.snapshot()


def test_a_table_that_was_put_back_from_a_copy_is_read_again(tmp_path: Path) -> None:
    table = Table(tmp_path / "t")
    first = table.ensure(stored_columns(["a"]))
    shutil.rmtree(tmp_path / "t")
    assert table.snapshot() is None
    Table(tmp_path / "t").ensure(stored_columns(["b"]))
    again = table.snapshot()
    assert again is not None
    assert "b" in again.columns
    assert again.version == first.version


def one_row(columns: dict[str, pl.DataType], number: int) -> pl.DataFrame:
    return pl.DataFrame({c: [None] for c in columns}, schema=columns).with_columns(unit_id=pl.lit(f"u{number}"))


def test_who_is_overtaken_stores_nothing_and_tries_again_on_the_newest(tmp_path: Path) -> None:
    columns = stored_columns(["a"])
    table = Table(tmp_path / "t")
    first = table.ensure(columns)
    table.append(first, one_row(columns, 1))
    tried: list[int] = []

    def attempt() -> int:
        base = first if not tried else table.ensure(columns)
        tried.append(base.version)
        table.append(base, one_row(columns, 2))
        return base.version

    assert on_newest(attempt) == 1
    assert tried == [0, 1]
    assert len(list((tmp_path / "t").glob("*.parquet"))) == 2


def test_an_order_of_arrival_is_never_given_twice(lake: Lake, stage: Stage, deliver: Deliver) -> None:
    """Two sources of a stage that commit at once: each row has a version of its own."""
    threads = [
        threading.Thread(
            target=lambda s=s: [put(lake, stage, deliver([f"{s}{i}"], [1.0]), f"{i}", s) for i in range(5)]
        )
        for s in ("x", "y")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    table = Table(next(lake.root.glob("*/measurements")))
    stored = table.snapshot()
    assert stored is not None
    seen = stored.scan().select(SEQ).collect()[SEQ]
    assert (seen.len(), seen.n_unique()) == (10, 10)


def test_many_small_files_are_joined_by_day_and_nothing_changes(
    lake: Lake, stage: Stage, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "LOOSE_FILES", 4)
    for i in range(3):
        put(lake, stage, deliver([f"u{i}"], [1.0]), f"{i}")
    assert lake.tidy(stage.id) == 0
    put(lake, stage, deliver(["u3"], [1.0]), "3")
    before = lake.measurements(stage.id, revisions=True)
    assert lake.tidy(stage.id) == 3
    assert lake.measurements(stage.id, revisions=True).equals(before)
    put(lake, stage, deliver(["u4"], [1.0]), "4")
    assert lake.checkpoint(stage.id, "files") == "4"
    assert lake.units(stage.id) == 5
