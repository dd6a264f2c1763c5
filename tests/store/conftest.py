"""Databases of both kinds for the journal's suite, and rows for the lake's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from data_connectors.schema import Parameter, Stage
from qc_app.store import Journal, Lake
from tests.store.emptied import Emptied, clear

NOW = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a journal may be made, on each of the two databases; there is nothing yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'journal.sqlite'}"
    address = str(request.getfixturevalue("postgres"))
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        clear(connection)
    engine.dispose()
    return address


@pytest.fixture(scope="session")
def emptied(postgres: str) -> Emptied:
    return Emptied(postgres)


@pytest.fixture(params=["sqlite", "postgresql"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    """A fresh journal on each of the two databases."""
    if request.param == "sqlite":
        opened = Journal(f"sqlite:///{tmp_path / 'journal.sqlite'}")
    else:
        opened = request.getfixturevalue("emptied").journal()
    yield opened
    opened.close()


STAGE = Stage("rolling-2", "line-1", "rolling", (Parameter("speed"), Parameter("Temp. (°C), exit")), ())


def delivery(
    units: list[str], values: list[float], *, at: list[int] | None = None, known: datetime = NOW
) -> pl.DataFrame:
    """Return conformed rows: a unit a minute from NOW on, or at the given minutes."""
    minutes = at if at is not None else list(range(len(units)))
    times = [NOW + timedelta(minutes=m) for m in minutes]
    hashes = [hash((u, v, m)) & 0xFFFF_FFFF_FFFF_FFFF for u, v, m in zip(units, values, minutes, strict=True)]
    return pl.DataFrame(
        {
            "unit_id": units,
            "t_event": times,
            "t_source": times,
            "t_ingest": [known] * len(units),
            "row_hash": hashes,
            "speed": values,
        },
        schema={
            "unit_id": pl.String,
            "t_event": pl.Datetime("us", "UTC"),
            "t_source": pl.Datetime("us", "UTC"),
            "t_ingest": pl.Datetime("us", "UTC"),
            "row_hash": pl.UInt64,
            "speed": pl.Float64,
        },
    )


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A lake in a fresh folder."""
    return Lake(tmp_path / "lake")


Deliver = Callable[..., pl.DataFrame]


@pytest.fixture
def deliver() -> Deliver:
    """How tests make conformed rows."""
    return delivery


@pytest.fixture
def stage() -> Stage:
    """A stage of which one parameter has a name that no path and no SQL would like."""
    return STAGE
