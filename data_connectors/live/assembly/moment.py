"""Whose clock tells when a value was: the device's if it can be believed, else the server's, else ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from data_connectors.live.sample import Record, Sample

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
AHEAD = "clock_ahead"


def timed(sample: Sample, ahead: timedelta) -> tuple[int, Sample]:
    """Return the moment of a value in microseconds since 1970, and the value, uncertain where a clock was not believed.

    Parameters
    ----------
    sample : Sample
    ahead : timedelta
        A time further ahead of our clock is not believed.

    Examples
    --------
    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> at, value = timed(Sample("speed", 9.5, noon + timedelta(days=1), None, noon), timedelta(minutes=5))
    >>> at == micros(noon), value.quality, value.code
    (True, 'uncertain', 'clock_ahead')
    """
    latest = sample.t_received + ahead
    told = [t for t in (sample.t_source, sample.t_server) if t is not None]
    believed = next((t for t in told if t <= latest), sample.t_received)
    if told and believed is not told[0] and sample.quality == "good":
        sample = replace(sample, quality="uncertain", code=AHEAD)
    return micros(believed), sample


def time_of(record: Record) -> datetime:
    """Return the time of a message that carries none in its fields."""
    return record.t_source or record.t_server or record.t_received


def micros(moment: datetime) -> int:
    """Return microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def datetime_of(number: int) -> datetime:
    """Return the moment of microseconds since 1970."""
    return _EPOCH + number * _MICROSECOND
