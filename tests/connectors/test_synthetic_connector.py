"""The simulated plant as a source: nothing before its time, nothing lost, foreign units, codes and spoilt rows."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_connectors.base import Connector
from data_connectors.errors import DefinitionError
from data_connectors.rows.conform import conform
from data_connectors.schema import Source
from data_connectors.synthetic import Scenario, SyntheticConnector, SyntheticPlant, stage_definition
from data_connectors.synthetic.delivery import sources_of

START = datetime(2026, 2, 1, tzinfo=UTC)
SETTINGS: dict[str, object] = {"seed": 5, "start": START.isoformat(), "units_per_day": 60}
PLANT = SyntheticPlant(Scenario(seed=5, start=START, units_per_day=60))


def sources(stage: str, **more: object) -> tuple[Source, Source]:
    return sources_of(stage_definition(stage), {**SETTINGS, **more})


def polled(source: Source, hours: list[float]) -> pl.DataFrame:
    """All rows of polls at the given hours, each from the checkpoint of the one before, conformed."""
    stage, since, frames = stage_definition(source.stage), None, []
    for hour in hours:
        now = START + timedelta(hours=hour)
        for batch in SyntheticConnector(source, lambda now=now: now).read(stage, since):
            frames.append(conform(batch, stage, source, now).rows)
            since = batch.after
    return pl.concat(frames)


@settings(max_examples=10, deadline=None)
@given(hours=st.lists(st.floats(0.1, 199), max_size=6).map(sorted), carries=st.integers(0, 1))
def test_many_polls_deliver_what_one_does(hours, carries):
    source = sources("rolling-2")[carries]
    once = polled(source, [200])
    often = polled(source, [*hours, 200])
    key = ["unit_id"] if carries == 0 else ["unit_id", "characteristic"]
    assert once.height > 20
    assert often.sort(key)["row_hash"].to_list() == once.sort(key)["row_hash"].to_list()


def happened(source: Source, hours: list[float]) -> list[tuple[datetime, str, str]]:
    stage, since, found = stage_definition(source.stage), None, []
    for hour in hours:
        for batch in SyntheticConnector(source, lambda hour=hour: START + timedelta(hours=hour)).read(stage, since):
            found += [(h.at, h.kind, h.text) for h in batch.happenings]
            since = batch.after
    return found


def test_what_happened_is_told_once_however_often_one_asks():
    process, laboratory = sources("rolling-2", batch_days=3)
    once = PLANT.events("rolling-2", START, START + timedelta(hours=200)).select("at", "kind", "text").rows()
    assert len(once) > 20
    assert happened(process, [200]) == happened(process, [0.3, 17, 17.25, 90, 200]) == once
    assert happened(laboratory, [200]) == []


def test_no_result_is_told_before_it_is_known():
    process, laboratory = sources("casting-1")
    times = PLANT.labels("casting-1", START, START + timedelta(hours=300)).select("unit_id", "t_known")
    for hour in (10, 30, 77.5):
        now = START + timedelta(hours=hour)
        told = polled(laboratory, [hour])
        assert told.join(times.filter(pl.col("t_known") >= now), on="unit_id").is_empty()
        assert set(told["unit_id"]) == set(times.filter(pl.col("t_known") < now)["unit_id"])
        assert polled(process, [hour])["t_event"].max() < now


def test_conformed_rows_are_in_the_plants_own_units_again():
    process, _ = sources("rolling-2")
    stage = stage_definition("rolling-2")
    now = START + timedelta(days=5)
    raw = pl.concat([b.frame for b in SyntheticConnector(process, lambda: now).read(stage, None)][-1:])
    assert raw["ExitTemp"].mean() > 1500, "the second line's system speaks degF"
    said = PLANT.between("rolling-2", START, now).select("unit_id", "exit_temp", "tension")
    both = polled(process, [120]).join(said, on="unit_id").drop_nulls(["exit_temp", "exit_temp_right"])
    assert (both["exit_temp"] - both["exit_temp_right"]).abs().max() < 1e-3
    assert (both["tension"] - both["tension_right"]).abs().max() < 1e-3


def test_a_value_coded_bad_becomes_absent_with_its_code_kept():
    process, _ = sources("heat_treatment-1", units_per_day=148)
    stage = stage_definition("heat_treatment-1")
    now = START + timedelta(days=20)
    raw = [b.frame for b in SyntheticConnector(process, lambda: now).read(stage, None)][-1]
    bad = raw.filter(pl.col("TemperTemp_Q") == 0)["UnitId"]
    rows = polled(process, [480]).filter(pl.col("unit_id").is_in(bad.to_list()))
    assert rows.height > 0
    assert rows["temper_temp"].null_count() == rows.height
    assert rows["quality"].str.contains("temper_temp").all()


def test_spoilt_rows_are_set_aside_with_a_reason_and_every_row_is_accounted_for():
    reasons, delivered, kept = set(), 0, 0
    for stage_id in ("casting-1", "casting-2", "rolling-1"):
        process, _ = sources(stage_id, units_per_day=148)
        stage, now = stage_definition(stage_id), START + timedelta(days=40)
        for batch in SyntheticConnector(process, lambda: now).read(stage, None):  # noqa: B023
            done = conform(batch, stage, process, now)
            reasons |= {reject.reason for reject in done.rejects}
            delivered += done.received
            kept += done.rows.height + len(done.rejects)
    assert {"naive_time", "missing_unit"} <= reasons
    assert delivered == kept


def test_it_is_a_connector_that_probes_and_previews():
    process, laboratory = sources("rolling-2")
    now = START + timedelta(days=2)
    for source in (process, laboratory):
        connector = SyntheticConnector(source, lambda: now)
        assert isinstance(connector, Connector)
        assert all(probe.ok for probe in connector.check())
        assert {"UnitId", "Timestamp"} <= {column.name for column in connector.discover()}
        assert connector.preview(stage_definition("rolling-2"), 5).rows.height >= 5
        connector.acknowledge("{}")
        connector.close()
    early = SyntheticConnector(process, lambda: START - timedelta(days=1))
    assert not early.check()[0].ok
    assert list(early.read(stage_definition("rolling-2"), None)) == []


def test_the_checkpoint_says_until_when():
    process, _ = sources("casting-2", batch_days=1)
    now = START + timedelta(hours=60)
    afters = [b.after for b in SyntheticConnector(process, lambda: now).read(stage_definition("casting-2"), None)]
    assert json.loads(afters[-1]) == {"until": now.isoformat()}
    assert len(afters) >= 3


@pytest.mark.parametrize(
    ("more", "words"),
    [({"sead": 3}, "did you mean 'seed'"), ({"batch_days": 0}, "batch_days"),
     ({"faults": [{"kind": "flood", "onset": START}]}, "flood"),
     ({"start": "2026-02-01"}, "zone"), ({"start": 7}, "no time"), ({"faults": [{"kind": "outage"}]}, "onset")],
)  # fmt: skip
def test_wrong_settings_say_what_to_do(more, words):
    process, _ = sources("casting-2", **more)
    with pytest.raises(DefinitionError, match=words):
        SyntheticConnector(process, lambda: START)


def test_a_foreign_checkpoint_is_refused():
    process, _ = sources("casting-2")
    with pytest.raises(DefinitionError, match="checkpoint"):
        list(SyntheticConnector(process, lambda: START + timedelta(days=1)).read(stage_definition("casting-2"), "17"))
