"""What is abnormal is told; what is usual at a stage is not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from data_connectors.schema import Characteristic
from qc_app.jobs.monitoring import conditions as look
from qc_app.plant import Calendar, holiday_spans

CRACK = Characteristic("crack", kind="binary")
WIDTH = Characteristic("width", "mm", lower=9.0, upper=11.0)


def predicted(anomaly) -> pl.DataFrame:
    return pl.DataFrame({"unit_id": [f"u{i}" for i in range(len(anomaly))], "anomaly": np.asarray(anomaly, float)})


def measured(values) -> pl.DataFrame:
    return pl.DataFrame({"unit_id": [f"u{i}" for i in range(len(values))], "value": np.asarray(values, float)})


def test_three_abnormal_units_at_a_calm_stage_are_told():
    found = look.abnormal_units(predicted([0.5] * 400 + [0.995] * 3), WIDTH)
    assert found is not None
    assert "3 of the newest 20 units" in found.sentence


def test_bursts_that_the_stage_always_had_are_quiet():
    bursts = ([0.995] * 6 + [0.4] * 34) * 20
    assert look.abnormal_units(predicted(bursts + [0.4] * 14 + [0.995] * 6), WIDTH).level < 1
    longer = look.abnormal_units(predicted(bursts + [0.4] * 5 + [0.995] * 15), WIDTH)
    assert longer is not None
    assert longer.level >= 1
    assert "never more than 6 in twenty before" in longer.sentence


def test_a_young_stage_is_held_to_the_plain_rule():
    assert look.abnormal_units(predicted([0.5] * 20), WIDTH) is None
    assert look.abnormal_units(predicted([0.5] * 17 + [0.999] * 3), WIDTH).level == 1
    assert look.abnormal_units(predicted([0.5] * 18 + [0.999] * 2), WIDTH).level < 1
    assert look.abnormal_units(predicted([]), WIDTH) is None


def test_one_measurement_out_of_specification_is_told():
    found = look.measured_out(measured([10.0] * 30 + [11.5]), WIDTH)
    assert found is not None
    assert found.priority == "high"
    assert look.measured_out(measured([11.5] + [10.0] * 5), WIDTH) is None


@pytest.mark.parametrize(("newest", "told"), [(1, False), (2, False), (3, False), (6, True)])
def test_defects_are_told_when_they_are_more_than_usual(newest, told):
    usual = [1.0, *[0.0] * 19] * 10
    found = look.measured_out(measured(usual + [0.0] * (20 - newest) + [1.0] * newest), CRACK)
    assert (found is not None) is told


def test_defects_at_a_stage_without_a_past_are_held_against_one_in_twenty():
    assert look.measured_out(measured([1.0] + [0.0] * 3), CRACK) is None
    assert look.measured_out(measured([1.0] * 4), CRACK) is not None


LOAD = Characteristic("load", "N", lower=1_250_000.0, upper=1_260_000.0)
ASH = Characteristic("ash", "%", upper=1.35)
TINY = Characteristic("leak", "mbar l/s", upper=1e-7)


@pytest.mark.parametrize(
    ("what", "values", "words"),
    [
        (LOAD, [1_255_000.0, 1_260_123.4], "(1250000 to 1260000 N), last u1 at 1260123 N"),
        (ASH, [1.31, 1.3612], "(at most 1.35 %), last u1 at 1.3612 %"),
        (TINY, [8e-8, 1.2e-7], "(at most 0.0000001 mbar l/s), last u1 at 0.0000001200 mbar l/s"),
        (CRACK, [1.0, 1.0], "nonconforming, last u1; usual is"),
    ],
)
def test_values_and_limits_are_told_with_their_digits_and_never_as_powers_of_ten(what, values, words):
    assert words in look.measured_out(measured(values), what).sentence


def test_a_predicted_defect_is_told_in_per_cent():
    sure = pl.DataFrame({"unit_id": ["a", "b"], "mean": [0.2, 0.6351], "in_domain": [True, True]})
    assert (
        look.predicted_out(sure, CRACK).sentence == "1 of the newest 2 units is predicted nonconforming, last b at 64%"
    )


def tracked(inside: int, outside: int) -> pl.DataFrame:
    values = [10.0] * inside + [20.0] * outside
    return pl.DataFrame({"value": values, "lower": [9.0] * len(values), "upper": [11.0] * len(values)})


@pytest.mark.parametrize(
    ("inside", "outside", "told"), [(0, 0, False), (8, 2, False), (27, 3, False), (6, 6, True), (0, 3, True)]
)
def test_intervals_that_do_not_hold_are_told(inside, outside, told):
    found = look.model_off(tracked(inside, outside), WIDTH)
    assert (found is not None) is told
    if found is not None:
        assert f"only {inside} of the newest {inside + outside} results" in found.sentence


def test_a_defect_has_no_interval_for_its_results():
    assert look.model_off(tracked(0, 9), CRACK) is None


def test_a_gauge_is_overdue_only_after_its_day():
    due = datetime(2026, 3, 1, tzinfo=UTC)
    assert look.gauge_overdue(WIDTH, None, due) is None
    assert look.gauge_overdue(WIDTH, due, due) is None
    found = look.gauge_overdue(WIDTH, due, due + timedelta(days=3))
    assert found is not None
    assert (found.kind, found.priority) == ("gauge_overdue", "low")
    assert "due for its next study on 2026-03-01, 3.0 days ago" in found.sentence


@pytest.mark.parametrize(
    ("delay_days", "read_late_days", "rings"), [(2, 0, False), (9, 0, True), (9, 8, False), (3, 0, False)]
)
def test_results_that_come_long_after_their_units_are_late_though_they_come(delay_days, read_late_days, rings):
    events = [datetime(2026, 3, day, 6, tzinfo=UTC) for day in range(1, 9)]
    labels = pl.DataFrame({
        "t_event": events,
        "t_ingest": [at + timedelta(days=read_late_days) for at in events],
        "t_known": [at + timedelta(days=delay_days) for at in events],
    })  # fmt: skip
    found = look.slow_results(labels, 3, Characteristic("width"))
    assert (found is not None) is rings
    if found:
        assert "came 9.0 days after their units in the median; 3 days are allowed" in found.sentence
    assert look.slow_results(labels.head(4), 1, Characteristic("width")) is None


HOLIDAYS = Calendar(holidays=(date(2026, 12, 25), date(2026, 12, 26)))


def test_silence_waits_for_the_end_of_the_holidays_and_is_told_in_plant_time():
    came = pl.Series([datetime(2026, 12, 24, hour, tzinfo=UTC) for hour in (10, 11, 12)])
    rests = holiday_spans(HOLIDAYS, "Europe/Berlin", 6)
    assert look.silent_from(came, 0.0) == datetime(2026, 12, 25, 12, tzinfo=UTC)
    due = look.silent_from(came, 0.0, rests)
    assert due == datetime(2026, 12, 27, 12, tzinfo=UTC)
    assert look.silent(came, due, datetime(2026, 12, 27, 11, tzinfo=UTC), "Europe/Berlin") is None
    told = look.silent(came, due, datetime(2026, 12, 27, 13, tzinfo=UTC), "Europe/Berlin")
    assert told is not None
    assert told.sentence == (
        "no unit since 2026-12-24 13:00 +01:00, 3.0 days ago; one was due by 2026-12-27 13:00 +01:00"
    )


def test_results_are_not_owed_on_holidays():
    known = pl.Series([datetime(2026, 12, 20, tzinfo=UTC)])
    rests = holiday_spans(HOLIDAYS, "UTC", 6)
    assert look.overdue_from(known, 14, rests) - look.overdue_from(known, 14) == timedelta(days=2)


def test_one_of_many_is_told_in_the_singular():
    assert "1 of the newest 5 results is out" in look.measured_out(measured([10.0] * 4 + [11.5]), WIDTH).sentence
