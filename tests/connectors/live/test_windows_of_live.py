"""A continuous stage on a live source: windows are its units, however its values come."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from data_connectors.checks import CHECKS
from data_connectors.live import Sample
from data_connectors.rows.conform import conform
from data_connectors.rows.windows import tall, unit_rows, windowed
from data_connectors.schema import Parameter, Stage, Window
from tests.connectors.live.told import LATER, at, kept, sample, source_of, told

KILN = Stage(
    "rolling-2", "A", "kiln", (Parameter("feed", "t/h", low=0.0), Parameter("temp")), (), window=Window(60, 60)
)
SECONDS = 600


def values(rng: random.Random) -> list[Sample]:
    """A feed every second in kg/s, now and then bad; a temperature that reports changes alone."""
    found = []
    for second in range(SECONDS):
        bad = rng.random() < 0.02
        found.append(sample("feed", None if bad else 1.0 + second / 100, second, "bad" if bad else "good", "Off"))
        if rng.random() < 0.05:
            found.append(sample("temp", 850.0 + rng.random(), second))
    return found


def truth(told_values: list[Sample]) -> pl.DataFrame:
    rows = pl.DataFrame(
        [(s.t_source, s.tag, s.value, s.quality) for s in told_values],
        schema={"t": pl.Datetime("us", "UTC"), "tag": pl.String, "value": pl.Float64, "quality": pl.String},
        orient="row",
    )
    rows = rows.with_columns(value=pl.when(pl.col("tag") == "feed").then(pl.col("value") * 3.6).otherwise("value"))
    wide = [
        rows.filter(tag=tag).select("t", pl.col("value").alias(tag), pl.col("quality").alias(f"{tag} is"))
        for tag in ("feed", "temp")
    ]
    parts = [tall(part, "t", [tag], {tag: f"{tag} is"}) for part, tag in zip(wide, ("feed", "temp"), strict=True)]
    assert KILN.window is not None
    return unit_rows(pl.concat(parts).sort("tag", "t"), KILN.window, ["feed", "temp"])


@pytest.mark.parametrize("seed", range(4))
def test_windows_are_the_same_however_values_come(tmp_path: Path, seed: int) -> None:
    """Out of order within the wait, told twice, read at any time, from checkpoint to checkpoint by new connectors."""
    rng = random.Random(seed)
    all_values = values(rng)
    source = replace(source_of(wait_s=5), units={"feed": "kg/s"})
    arrivals = sorted(all_values, key=lambda s: (s.t_source or LATER) + timedelta(seconds=rng.uniform(0, 4)))
    since, rows = None, {}
    while arrivals:
        several, arrivals = arrivals[:37], arrivals[37:]
        again = several[:3]
        kept(tmp_path, *several, *again)
        if rng.random() < 0.4 or not arrivals:
            now = LATER if not arrivals else at(0)
            connector = told(tmp_path, source, lambda now=now: now)  # type: ignore[misc]
            for batch in connector.read(KILN, since):
                made = conform(batch, windowed(KILN), source, LATER)
                assert made.rejects == ()
                rows |= {row["unit_id"]: row for row in made.rows.iter_rows(named=True)}
                since = batch.after
                connector.acknowledge(batch.after)
    wanted = {row["unit_id"]: row for row in truth(all_values).iter_rows(named=True)}
    assert set(rows) == set(sorted(wanted)[: SECONDS // 60 - 1])
    for name, row in rows.items():
        for column in ("feed.mean", "feed.slope", "feed.good", "temp.last", "temp.max"):
            assert row[column] == pytest.approx(wanted[name][column], rel=1e-9), (name, column)


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_conformance(tmp_path: Path, check: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data_connectors.live.connector.BATCH_ITEMS", 200)
    for several in range(0, SECONDS, 100):
        kept(
            tmp_path, *(s for s in values(random.Random(1)) if 0 <= (s.t_received - at(several)).total_seconds() < 100)
        )

    class Shown:
        """A connector whose batches are checked as the store keeps them: by windows."""

        def __init__(self) -> None:
            self._told = told(tmp_path, source_of(wait_s=0))
            self.kind, self.source = self._told.kind, self._told.source

        def read(self, _: Stage, since: str | None) -> object:
            return self._told.read(KILN, since)

        def preview(self, _: Stage, rows: int = 20) -> object:
            return self._told.preview(KILN, rows)

        def __getattr__(self, name: str) -> object:
            return getattr(self._told, name)

    check(Shown, windowed(KILN))  # type: ignore[operator]


def test_a_value_too_late_for_its_window_is_set_aside(tmp_path: Path) -> None:
    source = source_of(wait_s=0)
    kept(tmp_path, *(sample("feed", 1.0, s) for s in range(0, 400, 10)))
    connector = told(tmp_path, source)
    since = [batch.after for batch in connector.read(KILN, None)][-1]
    kept(tmp_path, sample("feed", 2.0, 5))
    (batch,) = connector.read(KILN, since)
    assert [r.reason for r in batch.rejects] == ["too_late"]
    assert "set lateness_s higher" in batch.rejects[0].message
