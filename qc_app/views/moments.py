"""Times and ages as people at the plant read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from qc_app.clock import plant_time

#: Words for windows of time, as they stand in an address: ``?window=7d``.
WINDOWS: dict[str, timedelta | None] = {
    "8h": timedelta(hours=8),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "all": None,
}


def local(moment: datetime | None, zone: str) -> str:
    """Return a moment in the plant's zone with its offset.

    Examples
    --------
    >>> local(datetime(2026, 7, 1, 12, 5, tzinfo=UTC), "Europe/Berlin")
    '2026-07-01 14:05 +02:00'
    >>> local(None, "UTC")
    '–'
    """
    return "–" if moment is None else plant_time(moment, zone)


def age(moment: datetime | None, now: datetime) -> str:
    """Return how long ago a moment was, in one unit.

    Examples
    --------
    >>> now = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    >>> [age(now - timedelta(seconds=s), now) for s in (5, 240, 7300, 400_000)]
    ['5 s', '4 min', '2 h', '4 d']
    >>> age(None, now), age(now + timedelta(hours=1), now)
    ('–', 'in 60 min')
    """
    if moment is None:
        return "–"
    seconds = (now - moment).total_seconds()
    return span(seconds) if seconds >= 0 else f"in {span(-seconds)}"


def span(seconds: float) -> str:
    """Return a duration in one unit, changing to the next once there are two of it.

    Examples
    --------
    >>> span(119), span(120), span(7200), span(172_800)
    ('119 s', '2 min', '2 h', '2 d')
    """
    for size, word in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{int(seconds // size)} {word}"
    return f"{int(seconds)} s"


def moment(text: object) -> datetime | None:
    """Return the aware moment that an ISO text (or a datetime) means, None for nothing.

    Examples
    --------
    >>> moment("2026-07-01T12:00:00+00:00").hour, moment(None)
    (12, None)
    """
    if isinstance(text, datetime):
        return text
    if not isinstance(text, str) or not text:
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def since(window: str, now: datetime) -> datetime | None:
    """Return where a window begins, None for all of time; an unknown word means seven days.

    Examples
    --------
    >>> since("24h", datetime(2026, 7, 2, tzinfo=UTC)).day
    1
    """
    length = WINDOWS.get(window, WINDOWS["7d"])
    return None if length is None else now - length


def wall_ms(column: str, zone: str) -> pl.Expr:
    """Return `column` as milliseconds of the plant's wall clock, for a chart's UTC axis.

    A browser knows its own zone and UTC, not the plant's: so the plant's wall time is drawn as if it were UTC.

    Examples
    --------
    >>> frame = pl.DataFrame({"t": [datetime(1970, 1, 1, 0, 0, tzinfo=UTC)]})
    >>> frame.select(wall_ms("t", "Europe/Berlin")).item()
    3600000.0
    """
    wall = pl.col(column).dt.convert_time_zone(zone).dt.replace_time_zone(None)
    return wall.dt.timestamp("ms").cast(pl.Float64).alias("t")


def wall_ms_of(moment_: datetime, zone: str) -> float:
    """Return one moment as `wall_ms` does.

    Examples
    --------
    >>> wall_ms_of(datetime(1970, 1, 1, tzinfo=UTC), "Europe/Berlin")
    3600000.0
    """
    wall = moment_.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC)
    return wall.timestamp() * 1000
