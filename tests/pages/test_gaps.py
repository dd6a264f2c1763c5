"""Data shows what is not known of a source, and what was asked for again since."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from data_connectors.rows.row_hash import row_hash
from data_connectors.schema import Parameter, Source, Stage
from qc_app.language import speaking
from qc_app.records import Closed, Gap
from qc_app.settings import Settings
from qc_app.store import Store, open_store
from qc_app.views import gaps_sentence, gaps_table

STAGE = Stage("p-1", "line", "family", (Parameter("force", "kN"),), ())
LIVE = Source("live", "mqtt", "p-1")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def hour(n: float) -> datetime:
    return NOON + timedelta(hours=n)


@pytest.fixture
def store(tmp_path: Path):
    with open_store(Settings(home=tmp_path, database_url=None, lake_url=None), create=True) as opened:
        yield opened


def gap(store: Store, first: float, last: float, source: str = "live", cause: str = "disconnected") -> None:
    store.journal.gaps.add(Gap(source, "p-1", hour(first), hour(last), cause, hour(last), "it was away"))


def close(store: Store, first: float, last: float, rows: int) -> None:
    words = f"asked again: {rows} new rows of it"
    store.journal.gaps.close([Closed("live", "p-1", hour(first), hour(last), hour(50), "maria", words)])


def units(store: Store, each_minutes: int) -> None:
    """From noon of the day before until one hour after noon, a unit every so many minutes."""
    moments = [hour(-24) + timedelta(minutes=m) for m in range(1, 1500, each_minutes)]
    rows = pl.DataFrame({"unit_id": [f"u{i}" for i in range(len(moments))], "t_event": moments})
    rows = rows.with_columns(pl.col("t_event").cast(pl.Datetime("us", "UTC")), pl.lit(1.0).alias("force"))
    rows = rows.with_columns(t_ingest="t_event", row_hash=row_hash(rows))
    store.lake.commit(STAGE, "live", rows, "1", rows.height, 0)


def shown(store: Store) -> list[tuple]:
    wanted = ["state", "start", "end", "missed", "cause", "filled", "author"]
    return gaps_table(store, [LIVE]).select(wanted).rows()


def test_what_is_left_stands_before_what_was_filled(store):
    units(store, 6)
    gap(store, 0, 3)
    gap(store, -40, -38, cause="session_lost")
    gap(store, 0, 3, source="another")
    close(store, 0, 1, 10)
    assert shown(store) == [
        ("open", hour(1), hour(3), 20, "disconnected", "", ""),
        ("open", hour(-40), hour(-38), 20, "session_lost", "", ""),
        ("closed", hour(0), hour(1), None, "disconnected", "asked again: 10 new rows of it", "maria"),
    ]


def test_a_gap_that_was_closed_whole_leaves_none_open(store):
    gap(store, 0, 3)
    close(store, 0, 3, 30)
    assert [row[0] for row in shown(store)] == ["closed"]
    assert gaps_sentence(gaps_table(store, [LIVE])) == "No stretch is open. 1 was closed since."


def test_without_a_pace_nothing_is_guessed(store):
    gap(store, 0, 3)
    assert shown(store)[0][3] is None
    assert gaps_sentence(gaps_table(store, [LIVE])) == "1 stretch is open (3.0 h)."


def test_the_sentence_speaks_the_reader_s_language(store):
    units(store, 60)
    gap(store, 0, 3)
    gap(store, 4, 5)
    with speaking("de"):
        said = gaps_sentence(gaps_table(store, [LIVE]))
    assert said == "2 Zeiträume sind offen (4,0 h, etwa 4 Zeilen beim üblichen Takt)."
