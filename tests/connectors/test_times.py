"""Times: the days on which clocks change, in four zones, and the shapes in which times are written."""
# ruff: noqa: DTZ001 - naive times are the subject

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_connectors.errors import DefinitionError
from data_connectors.rows.time_forms import time_hint
from data_connectors.rows.times import TimePolicy, moments

NOW = datetime(2105, 1, 1, tzinfo=UTC)

#: A zone, and the UTC days around which its clock changes (none in India).
ZONES = {
    "Europe/Berlin": (datetime(2027, 3, 28), datetime(2027, 10, 31)),
    "America/New_York": (datetime(2027, 3, 14), datetime(2027, 11, 7)),
    "Australia/Lord_Howe": (datetime(2027, 4, 4), datetime(2027, 10, 3)),
    "Asia/Kolkata": (datetime(2027, 3, 28), datetime(2027, 10, 31)),
}


def one(text: object, policy: TimePolicy, now: datetime = NOW) -> tuple[datetime | None, str | None]:
    (row,) = moments(pl.Series([text]), policy, now).rows()
    return row  # type: ignore[return-value]


def readings(local: datetime, zone: ZoneInfo) -> list[datetime]:
    """All moments at which the zone's clock shows `local`: none, one or two, earliest first."""
    tried = [local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    return sorted({m for m in tried if m.astimezone(zone).replace(tzinfo=None) == local})


@settings(deadline=None, max_examples=80)
@given(st.sampled_from(sorted(ZONES)), st.integers(0, 1), st.integers(-36 * 60, 36 * 60), st.booleans())
def test_local_times_around_the_change_of_the_clock(name: str, season: int, minutes: int, typed: bool) -> None:
    zone, local = ZoneInfo(name), ZONES[name][season] + timedelta(minutes=minutes)
    written = local if typed else local.isoformat(" ")
    possible = readings(local, zone)
    t, reason = one(written, TimePolicy(name))
    if len(possible) == 1:
        assert (t, reason) == (possible[0], None)
    else:
        assert (t, reason) == (None, "ambiguous_time" if possible else "nonexistent_time")
    earliest, _ = one(written, TimePolicy(name, ambiguous="earliest", nonexistent="forward"))
    latest, _ = one(written, TimePolicy(name, ambiguous="latest", nonexistent="forward"))
    if possible:
        assert (earliest, latest) == (possible[0], possible[-1])
    else:
        assert earliest == latest
        gap = earliest.astimezone(zone).replace(tzinfo=None) - local  # type: ignore[union-attr]
        assert gap in {timedelta(hours=1), timedelta(minutes=30)}, "moved forward by the gap"


@pytest.mark.parametrize(
    ("zone", "twice", "never"),
    [
        ("Europe/Berlin", "2027-10-31 02:30", "2027-03-28 02:30"),
        ("America/New_York", "2027-11-07 01:30", "2027-03-14 02:30"),
        ("Australia/Lord_Howe", "2027-04-04 01:45", "2027-10-03 02:15"),
        ("Asia/Kolkata", None, None),
    ],
)
def test_each_zone_has_the_hours_it_should(zone: str, twice: str | None, never: str | None) -> None:
    assert one("2027-06-01 12:00", TimePolicy(zone))[1] is None
    if twice is not None:
        assert one(twice, TimePolicy(zone)) == (None, "ambiguous_time")
        assert one(never, TimePolicy(zone)) == (None, "nonexistent_time")


@settings(deadline=None, max_examples=80)
@given(st.datetimes(datetime(1970, 1, 2), datetime(2104, 12, 30), timezones=st.just(UTC)))
def test_every_way_to_write_a_moment_gives_the_same(moment: datetime) -> None:
    shifted = moment.astimezone(ZoneInfo("Asia/Kolkata"))
    for text in (moment.isoformat(), moment.isoformat(" ").replace("+00:00", "Z"), shifted.isoformat()):
        assert one(text, TimePolicy()) == (moment, None)
    assert one(moment.replace(tzinfo=None).isoformat(), TimePolicy("UTC")) == (moment, None)


SHAPES = {
    "2024-05-01T06:00:00.123456789Z": (datetime(2024, 5, 1, 6, 0, 0, 123456, tzinfo=UTC), None),
    "2024-05-01 06:00:00,5 +02:00": (datetime(2024, 5, 1, 4, 0, 0, 500_000, tzinfo=UTC), None),
    "2024-05-01T06:00:00,5+02:00": (datetime(2024, 5, 1, 4, 0, 0, 500_000, tzinfo=UTC), None),
    "2024-05-01T06:00-0330": (datetime(2024, 5, 1, 9, 30, tzinfo=UTC), None),
    "1714543200": (datetime(2024, 5, 1, 6, tzinfo=UTC), None),
    "1714543200123": (datetime(2024, 5, 1, 6, 0, 0, 123_000, tzinfo=UTC), None),
    "20240501": (None, "unparsable_time"),
    "202405010600": (None, "unparsable_time"),
    "2024-02-30T00:00:00Z": (None, "unparsable_time"),
    "2106-01-01T00:00:00Z": (None, "time_out_of_range"),
    "9999-12-31T23:59:59Z": (None, "time_out_of_range"),
    "2024-05-01": (None, "naive_time"),
    "  ": (None, "missing_time"),
}


@pytest.mark.parametrize("text", SHAPES)
def test_shapes(text: str) -> None:
    assert one(text, TimePolicy()) == SHAPES[text]


def test_shapes_may_be_mixed_in_one_column() -> None:
    texts = [*SHAPES, None, "2024-05-01 06:00"]
    found = moments(pl.Series(texts), TimePolicy(), NOW)
    assert found["reason"].to_list() == [reason for _, reason in SHAPES.values()] + ["missing_time", "naive_time"]


def test_more_than_a_day_ahead_is_refused_and_a_day_is_not() -> None:
    now = datetime(2024, 5, 1, tzinfo=UTC)
    assert one("2024-05-02T00:00:00Z", TimePolicy(), now)[1] is None
    assert one("2024-05-02T00:00:01Z", TimePolicy(), now)[1] == "future_time"


def test_a_declared_format_is_the_only_one() -> None:
    policy = TimePolicy("Europe/Berlin", time_format="%d.%m.%Y %H:%M")
    assert one("01.05.2024 08:00", policy) == (datetime(2024, 5, 1, 6, tzinfo=UTC), None)
    assert one("2024-05-01 08:00", policy) == (None, "unparsable_time")
    assert one("01/05/24 08:00 +0200", TimePolicy(time_format="%d/%m/%y %H:%M %z"))[0] == datetime(
        2024, 5, 1, 6, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ({"zone": "Europe/Berln"}, r"zone 'Europe/Berln' is not known - use an IANA name such as 'Europe/Berlin'"),
        ({"ambiguous": "both"}, r"ambiguous = 'both' - use 'reject', 'earliest' or 'latest'"),
        ({"nonexistent": "back"}, r"nonexistent = 'back' - use 'reject' or 'forward'"),
    ],
)
def test_wrong_policies_say_what_to_do(policy: dict[str, str], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        TimePolicy(**policy)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["2026-03-01 08:00:00 UTC", "2026-03-01T08:00 GMT", "2026-03-01 08:00:00.000UTC"])
def test_the_one_zone_that_all_agree_on_may_be_named(text):
    assert one(text, TimePolicy()) == (datetime(2026, 3, 1, 8, tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("text", "declared", "words"),
    [
        ("2026-02-29T08:00:00", "", "no calendar has this day"),
        ("2026-03-01 24:10", "", "no clock this time"),
        ("29.02.2026 08:00", "%d.%m.%Y %H:%M", "no calendar has this day"),
        ("03/14/2026 08:00", "%d.%m.%Y %H:%M", 'it is not like time_format = "%d.%m.%Y %H:%M" in [sources.files]'),
        ("03/14/2026 08:00", "%d/%m/%Y %H:%M", "it is not like"),
        ("14.03.2026 08:00 CEST", "", "'CEST' is no offset"),
        ("14.03.2026 08:00 PM", "", "set time_format in [sources.files]"),
    ],
)
def test_what_is_said_of_a_time_fits_what_is_wrong_with_it(text, declared, words):
    assert words in time_hint(text, "files", declared)
