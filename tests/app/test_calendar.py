"""Plant days and shifts over the days on which clocks change, in four zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qc_app.clock import plant_day
from qc_app.plant import Calendar, Shift, day_span, shift_at, shifts_of

#: Zone, the days around its two changes, and by how many hours each makes its plant day longer.
CHANGES = [
    ("Europe/Berlin", date(2026, 3, 28), -1.0),
    ("Europe/Berlin", date(2026, 10, 24), 1.0),
    ("America/New_York", date(2026, 3, 7), -1.0),
    ("America/New_York", date(2026, 10, 31), 1.0),
    ("Australia/Lord_Howe", date(2026, 4, 4), 0.5),
    ("Australia/Lord_Howe", date(2026, 10, 3), -0.5),
    ("Africa/Casablanca", date(2026, 2, 14), 1.0),
    ("Africa/Casablanca", date(2026, 3, 21), -1.0),
]
ZONES = sorted({zone for zone, _, _ in CHANGES})
THREE = Calendar((Shift("early", "06:00", "14:00"), Shift("late", "14:00", "22:00"), Shift("night", "22:00", "06:00")))


@pytest.mark.parametrize(("zone", "day", "longer"), CHANGES)
def test_the_day_of_the_change_is_one_day_and_its_night_shift_takes_the_change(zone, day, longer):
    span = day_span(day, zone, 6)
    assert (span.end - span.start) == timedelta(hours=24 + longer)
    night = shifts_of(THREE, day, zone, 6)[-1]
    assert night.name == "night"
    assert (night.end - night.start) == timedelta(hours=8 + longer)


@given(st.sampled_from(CHANGES), st.integers(-3 * 86_400, 4 * 86_400), st.integers(0, 23))
@settings(max_examples=200, deadline=None)
def test_every_moment_lies_in_one_plant_day_and_in_that_alone(change, seconds, starts):
    zone, day, _ = change
    moment = datetime.combine(day, datetime.min.time(), UTC) + timedelta(seconds=seconds)
    mine = plant_day(moment, zone, starts)
    if 1 <= starts <= 3:  # an hour that comes twice or never: its day is told by the hour on the clock
        return
    assert moment in day_span(mine, zone, starts)
    assert moment not in day_span(mine - timedelta(days=1), zone, starts)
    assert moment not in day_span(mine + timedelta(days=1), zone, starts)


@given(st.sampled_from(CHANGES), st.integers(-3 * 86_400, 4 * 86_400))
@settings(max_examples=200, deadline=None)
def test_three_shifts_cover_every_moment_once_and_belong_to_its_plant_day(change, seconds):
    zone, day, _ = change
    moment = datetime.combine(day, datetime.min.time(), UTC) + timedelta(seconds=seconds)
    found = shift_at(THREE, moment, zone, 6)
    assert found is not None
    assert found.day == plant_day(moment, zone, 6)
    near = [s for back in range(-2, 3) for s in shifts_of(THREE, found.day + timedelta(days=back), zone, 6)]
    assert [span for span in near if moment in span] == [found]


@pytest.mark.parametrize("zone", ZONES)
def test_shifts_of_a_year_follow_each_other_without_gap_or_overlap(zone):
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(366)]
    spans = [span for day in days for span in shifts_of(THREE, day, zone, 6)]
    assert all(a.end == b.start for a, b in pairwise(spans))


def test_nobody_works_on_holidays_and_on_other_weekdays():
    weekday = Calendar((Shift("day", "07:00", "15:30", ("mon", "tue", "wed", "thu", "fri")),), (date(2026, 12, 25),))
    friday, saturday = date(2026, 12, 25), date(2026, 12, 26)
    assert shifts_of(weekday, friday, "Europe/Berlin", 6) == ()
    assert shifts_of(weekday, saturday, "Europe/Berlin", 6) == ()
    (monday,) = shifts_of(weekday, date(2026, 12, 28), "Europe/Berlin", 6)
    assert shift_at(weekday, monday.start, "Europe/Berlin", 6) == monday
    assert shift_at(weekday, monday.end, "Europe/Berlin", 6) is None


def test_a_shift_after_midnight_belongs_to_the_plant_day_before():
    owls = Calendar((Shift("owls", "00:30", "05:00"),))
    (span,) = shifts_of(owls, date(2026, 6, 1), "UTC", 6)
    assert span.start == datetime(2026, 6, 2, 0, 30, tzinfo=UTC)
