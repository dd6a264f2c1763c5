"""A line of three stages, casting, rolling and finishing, with a store of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from data_connectors.base import LINK_COLUMNS, MEASUREMENT_COLUMNS
from data_connectors.rows.row_hash import row_hash
from data_connectors.schema import Characteristic, Feed, Parameter, Stage
from qc_app.clock import ManualClock
from qc_app.genealogy import Steps
from qc_app.plant import Plant
from qc_app.records import Label
from qc_app.settings import Settings
from qc_app.store import Store, open_store

START = datetime(2026, 3, 1, tzinfo=UTC)
HARD = Characteristic("hardness", "HB")


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def line(*, takes: tuple[str, ...] = (), delay_s: float | None = None, tolerance_s: float = 0.0) -> Plant:
    """Three stages; finishing takes from casting, two stages up."""
    casting = Stage("cast", "L", "cast", (Parameter("heat", "degC"), Parameter("speed")), (HARD,))
    rolling = Stage("roll", "L", "roll", (Parameter("force"),), (HARD,), ("cast",))
    feeds = (Feed("cast", takes, delay_s, tolerance_s),)
    finishing = Stage("finish", "L", "finish", (Parameter("oil"),), (HARD,), ("roll",), feeds)
    return Plant("Line", stages=(casting, rolling, finishing))


@dataclass
class Works:
    """The line's store, filled by hand."""

    store: Store
    clock: ManualClock
    delivered: dict[str, int] = field(default_factory=dict)

    def units(self, stage: Stage, rows: dict[str, tuple[datetime, float]], *, came: datetime | None = None) -> None:
        """Store units with their time and the value of the first parameter."""
        name = stage.parameters[0].name
        frame = pl.DataFrame(
            [(unit, t, value) for unit, (t, value) in rows.items()],
            schema={"unit_id": pl.String, "t_event": pl.Datetime("us", "UTC"), name: pl.Float64},
            orient="row",
        )
        moment = came or max(t for t, _ in rows.values())
        self.clock.moment = max(self.clock.moment, moment)
        frame = frame.with_columns(row_hash(frame.rename({"t_event": "t_source"})), t_ingest=pl.lit(moment))
        frame = frame.with_columns(pl.lit(None, d).alias(c) for c, d in MEASUREMENT_COLUMNS.items()
                                   if c not in frame.columns)  # fmt: skip
        self.delivered[stage.id] = self.delivered.get(stage.id, 0) + 1
        self.store.lake.commit(stage, "hand", frame, str(self.delivered[stage.id]), frame.height, 0)

    def link(self, stage: str, parent_stage: str, pairs: list[tuple[str, str]], **how) -> int:
        rows = [(child, parent_stage, parent, None) for child, parent in pairs]
        return self.store.lake.append_links(stage, "hand", pl.DataFrame(rows, schema=LINK_COLUMNS, orient="row"), **how)

    def result(self, stage: str, unit: str, value: float, measured: datetime, known: datetime) -> None:
        label = Label(stage, "hardness", unit, value, measured, known, "lab")
        self.store.journal.labels.commit(stage, "lab", [label], "1", 1, 0, known)

    def steps(self, plant: Plant, known_at: datetime | None = None) -> Steps:
        return Steps(self.store.lake, plant, known_at)


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Works]:
    clock = ManualClock(START)
    with open_store(Settings(home=tmp_path / "plant"), create=True, clock=clock) as store:
        yield Works(store, clock)
