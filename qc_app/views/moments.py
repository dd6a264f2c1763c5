"""Times and ages as people at the plant read them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from qc_app.language import later, timed, tr

#: Words for windows of time, as they stand in an address: ``?window=7d``.
WINDOWS: dict[str, timedelta | None] = {
    "8h": timedelta(hours=8),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "all": None,
}

#: The same as somebody reads them.
_WINDOW_WORDS = {"8h": later("8h"), "24h": later("24h"), "7d": later("7d"), "30d": later("30d"), "all": later("all")}
_UNITS = ((86_400, later("{n} d")), (3_600, later("{n} h")), (60, later("{n} min")))


def window_word(window: str) -> str:
    """Return a window of time in the language of now.

    Examples
    --------
    >>> window_word("7d")
    '7d'
    """
    return tr(_WINDOW_WORDS.get(window, window))


_MOMENT = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z\b|[+-]\d\d:\d\d\b)")


def local(moment: datetime | None, zone: str) -> str:
    """Return a moment in the plant's zone with its offset.

    Examples
    --------
    >>> local(datetime(2026, 7, 1, 12, 5, tzinfo=UTC), "Europe/Berlin")
    '2026-07-01 14:05 +02:00'
    >>> local(None, "UTC")
    '–'
    """
    return "–" if moment is None else timed(moment.astimezone(ZoneInfo(zone)))


def localised(text: str, zone: str) -> str:
    """Return a text in which every moment of ISO 8601 with its offset stands as the plant's clocks show it.

    Examples
    --------
    >>> localised("shift 2026-07-01T12:05:00+00:00, row 3", "Europe/Berlin")
    'shift 2026-07-01 14:05 +02:00, row 3'
    """
    return _MOMENT.sub(lambda found: _localised(found[0], zone), text)


def _localised(found: str, zone: str) -> str:
    try:
        return local(datetime.fromisoformat(found), zone)
    except ValueError:  # it only looks like one
        return found


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
    return span(seconds) if seconds >= 0 else tr("in {span}", span=span(-seconds))


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago a unit was made, and of one that a fast clock stamped how far ahead of ours that is.

    Examples
    --------
    >>> now = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    >>> ago(now - timedelta(minutes=4), now), ago(now + timedelta(minutes=26), now)
    ('4 min ago', '26 min ahead of the clock')
    """
    seconds = (now - moment).total_seconds()
    if seconds < 0:
        return tr("{span} ahead of the clock", span=span(-seconds))
    return tr("{age} ago", age=span(seconds))


def span(seconds: float) -> str:
    """Return a duration in one unit, changing to the next once there are two of it.

    Examples
    --------
    >>> span(119), span(120), span(7200), span(172_800)
    ('119 s', '2 min', '2 h', '2 d')
    """
    for size, word in _UNITS:
        if seconds >= 2 * size:
            return tr(word, n=str(int(seconds // size)))
    return tr("{n} s", n=str(int(seconds)))


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


def reaching(moment_: datetime, now: datetime) -> str:
    """Return the shortest window that reaches back to a moment.

    Examples
    --------
    >>> now = datetime(2026, 7, 20, tzinfo=UTC)
    >>> reaching(now - timedelta(days=12), now), reaching(now - timedelta(days=90), now)
    ('30d', 'all')
    """
    return next((word for word, length in WINDOWS.items() if length is None or now - moment_ < length), "all")


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
