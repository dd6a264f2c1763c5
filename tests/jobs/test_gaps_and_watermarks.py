"""S5, S7 and S11: gaps are data, watermarks wait for live sources only, and what comes too late is kept and marked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_connectors.base import Batch, Gap
from data_connectors.schema import Source
from qc_app import framing
from qc_app.jobs.model.answers import Answers
from qc_app.jobs.night import Night
from qc_app.jobs.sources.ingest import ingest
from qc_app.jobs.sources.watermark import Standing, standings, watermark
from tests.scripted import LAB, NOW, PLANT, PROCESS, STAGE, home_of
from tests.scripted import script as script  # noqa: PLC0414 - a fixture

SECOND = timedelta(seconds=1)


def at(*seconds: int) -> pl.DataFrame:
    """One unit a second of the hour before now."""
    times = [(NOW - timedelta(hours=1) + timedelta(seconds=n)).isoformat() for n in seconds]
    return pl.DataFrame({"unit_id": [f"u{n}" for n in seconds], "time": times, "force": 1.0, "temp": 20.0})


def moment(second: int) -> datetime:
    return NOW - timedelta(hours=1) + timedelta(seconds=second)


def night(store) -> Night:
    return Night(store, PLANT, date(2026, 3, 1), store.clock.now(), Answers(store.registry))


def taught(store) -> list[str]:
    task = night(store).task(STAGE, STAGE.characteristics[0])
    return [f"u{int(t - moment(0).timestamp())}" for t in task.support_t]


def feed(script, gaps: tuple[Gap, ...]) -> None:
    script.say(PROCESS, Batch("press", at(0, 10, 20, 30), "", gaps=gaps))
    labels = at(0, 10, 20, 30).select("unit_id", "time", pl.Series("width", [1.0, 2.0, 3.0, 4.0]))
    script.say(LAB, Batch("press", labels, ""))


GAP = Gap(moment(10), moment(30), "session_lost", "the broker forgot the session; it cannot deliver again")


def test_nothing_is_learned_from_units_inside_a_gap(script, tmp_path):
    feed(script, (GAP,))
    with home_of(tmp_path) as store:
        ingest(store, PLANT)
        (kept,) = store.journal.gaps.list()
        assert (kept.start, kept.end, kept.cause, kept.text) == (GAP.since, GAP.until, GAP.cause, GAP.text)
        assert taught(store) == ["u0", "u10", "u30"], "the ends are known, what lies between is not"
        assert night(store).rows(STAGE).height == 4, "the unit itself is kept, shown and predicted"


def test_the_test_above_sees_an_adaptation_that_takes_gaps_for_data(script, tmp_path, monkeypatch):
    monkeypatch.setattr(framing, "outside", lambda units, _: units)
    feed(script, (GAP,))
    with home_of(tmp_path) as store:
        ingest(store, PLANT)
        assert taught(store) == ["u0", "u10", "u20", "u30"]


def test_a_gap_told_again_is_one_and_one_that_grows_stays_known_as_it_was(script, tmp_path):
    longer = replace(GAP, until=moment(60))
    feed(script, (GAP, GAP))
    with home_of(tmp_path) as store:
        ingest(store, PLANT)
        store.clock.moment += timedelta(hours=1)
        script.say(PROCESS, Batch("press", at(90), "", gaps=(GAP, longer)))
        ingest(store, PLANT)
        assert [g.end for g in store.journal.gaps.list()] == [longer.until]
        assert [g.end for g in store.journal.gaps.list(known_at=NOW)] == [GAP.until]
        assert store.journal.gaps.list(since=moment(61)) == []


@pytest.mark.parametrize(("second", "late"), [(39, True), (40, None), (41, None)])
def test_a_row_behind_the_watermark_is_stored_and_marked(script, tmp_path, second, late):
    """The newest was at 100 s and 60 s are ordinary: a row of 39 s comes a second too late."""
    script.say(PROCESS, Batch("press", at(5, 100), ""), Batch("press", at(second, 101), ""))
    with home_of(tmp_path) as store:
        ingest(store, PLANT)
        rows = store.lake.measurements("press", columns=["unit_id", "late"])
        assert dict(rows.rows())[f"u{second}"] is late
        assert rows.filter(pl.col("late"))["unit_id"].to_list() == ([f"u{second}"] if late else [])
        assert store.lake.newest("press", "process") == moment(101)


def test_the_first_delivery_is_never_late(script, tmp_path):
    script.say(PROCESS, Batch("press", at(3000, 5, 100), ""))
    with home_of(tmp_path) as store:
        ingest(store, PLANT)
        assert store.lake.measurements("press", columns=["late"])["late"].null_count() == 3


def test_a_silent_source_stops_holding_back_after_its_time(script, tmp_path):
    other = Source("slow", "scripted", "press", idle_after_s=600)
    plant = replace(PLANT, sources=(*PLANT.sources, other))
    script.say(PROCESS, Batch("press", at(100), ""))
    script.say(other, Batch("press", at(50), ""))
    with home_of(tmp_path, plant) as store:
        ingest(store, plant)
        now = store.clock.now()
        assert watermark(standings(store, plant.sources), now) == moment(40)
        assert watermark(standings(store, (other,)), now + 601 * SECOND) == moment(50), "nobody else is there"
        store.clock.moment += 601 * SECOND
        script.say(PROCESS, Batch("press", at(2000), ""))
        ingest(store, plant)
        assert watermark(standings(store, plant.sources), store.clock.now()) == moment(2000) - 60 * SECOND
        assert watermark([], now) is None


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 59)), min_size=1, max_size=40))
def test_bounded_disorder_loses_nothing(arrivals: list[tuple[int, int]]):
    """Rows that come at most `lateness_s` behind the newest are never behind the mark that waits for them."""
    source, newest = Source("s", "scripted", "press", lateness_s=60), None
    ordered = sorted(arrivals, key=lambda a: a[0] + a[1])  # event time, and by how much its row is late
    for event, _ in ordered:
        when = datetime(2026, 1, 1, tzinfo=UTC) + event * SECOND
        mark = watermark([Standing(source, newest, when)], when) if newest else None
        assert mark is None or when >= mark
        newest = max(newest or when, when)
