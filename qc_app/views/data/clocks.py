"""Sources whose clock is doubtful: units that come from the future, or all the same hours after their time."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from data_connectors.schema import Source
from qc_app.language import tr
from qc_app.store import Store

#: How far a unit may lie ahead of now: clocks that nobody sets differ by minutes.
AHEAD = timedelta(minutes=10)
#: Zones lie half an hour apart at least, and a delivery that is on time takes less than a few minutes.
_STEP_S, _NEAR_S, _LEAST_S = 1_800.0, 240.0, 1_500.0
_ROWS, _FEWEST, _ARRIVALS = 200, 20, 5


def ahead_by(newest: datetime | None, now: datetime) -> timedelta | None:
    """Return how far the newest unit lies ahead of now, None where that is less than clocks differ by.

    Examples
    --------
    >>> from datetime import UTC
    >>> now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> ahead_by(now + timedelta(hours=3), now), ahead_by(now + timedelta(minutes=2), now)
    (datetime.timedelta(seconds=10800), None)
    """
    return newest - now if newest is not None and newest - now > AHEAD else None


def rows_ahead_by(rows: pl.DataFrame, now: datetime) -> timedelta | None:
    """Return how far the newest of measured `rows` lies ahead of now, as `ahead_by`; None where there are no units.

    Examples
    --------
    >>> rows_ahead_by(pl.DataFrame(), datetime(2026, 3, 1)) is None
    True
    """
    newest = rows["t_event"].max() if "t_event" in rows.columns else None
    return ahead_by(newest, now) if isinstance(newest, datetime) else None


def in_minutes(lasting: timedelta) -> str:
    """Return a time in whole minutes: 179 min and not 2 h, which would hide that a zone is meant.

    Examples
    --------
    >>> in_minutes(timedelta(hours=2, minutes=59, seconds=10))
    '179 min'
    """
    return tr("{n} min", n=str(round(lasting.total_seconds() / 60)))


def doubted_clock(store: Store, source: Source, newest: datetime | None, last: datetime | None) -> str:
    """Say why the clock of a source of measurements is doubtful; an empty text where it is not.

    Parameters
    ----------
    store : Store
    source : Source
    newest : datetime or None
        Event time of its newest unit.
    last : datetime or None
        When something came last.
    """
    ahead = ahead_by(newest, store.clock.now())
    if ahead is not None:
        return tr(
            "Its newest unit lies {span} in the future: correct its clock, or its zone in the plant file.",
            span=in_minutes(ahead),
        )
    if newest is None or last is None or not _near_step((last - newest).total_seconds()):
        return ""
    behind = _behind(store, source)
    if behind is None:
        return ""
    return tr(
        "All its units come {span} after their time: is its zone or its clock right?",
        span=in_minutes(timedelta(seconds=behind)),
    )


def _near_step(lag_s: float) -> bool:
    return lag_s >= _LEAST_S and abs(lag_s - _STEP_S * round(lag_s / _STEP_S)) <= _NEAR_S


def _behind(store: Store, source: Source) -> float | None:
    """Return by how many seconds the newest units come late where all come equally late, by half hours."""
    rows = store.lake.measurements(source.stage, columns=["t_event", "t_ingest", "source"], last=_ROWS)
    own = rows.filter(pl.col("source") == source.name)
    if own.height < _FEWEST or own["t_ingest"].n_unique() < _ARRIVALS:
        return None
    lags = (own["t_ingest"] - own["t_event"]).dt.total_seconds()
    low, middle, high = (float(lags.quantile(q) or 0.0) for q in (0.1, 0.5, 0.9))
    return middle if high - low <= 2 * _NEAR_S and _near_step(middle) else None
