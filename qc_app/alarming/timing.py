"""Delays, dead band and escalation: when a condition becomes an alarm, when it is gone, when others must know."""

from __future__ import annotations

from datetime import datetime, timedelta


def debounced(*, abnormal: bool, signal: bool, since: datetime, now: datetime, on_s: float, off_s: float) -> bool:
    """Return whether a condition counts, given what it is since when (on-delay and off-delay, ISA-18.2 10.3.3).

    Parameters
    ----------
    abnormal : bool
        Whether it counted until now.
    signal : bool
        Whether the condition is there at the latest look.
    since : datetime
        When `signal` last changed.
    now : datetime
        Aware.
    on_s, off_s : float
        Seconds for which the condition must be there, or be gone, before it counts.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> later = noon + timedelta(minutes=5)
    >>> debounced(abnormal=False, signal=True, since=noon, now=later, on_s=600, off_s=0)
    False
    >>> debounced(abnormal=False, signal=True, since=noon, now=later, on_s=300, off_s=0)
    True
    """
    if signal == abnormal:
        return abnormal
    waited = (now - since).total_seconds()
    return signal if waited >= (on_s if signal else off_s) else abnormal


def at_level(level: float, dead_band: float, *, standing: bool) -> bool:
    """Return whether a condition is there at a level, 1 being the level at which it begins (dead band, ISA-18.2).

    Parameters
    ----------
    level : float
        How far the condition has gone, as a share of the level that raises it.
    dead_band : float
        How far below 1 it must fall to be gone, 0 to 1.
    standing : bool
        Whether it is there already.

    Examples
    --------
    >>> at_level(1.0, 0.5, standing=False), at_level(0.7, 0.5, standing=False), at_level(0.7, 0.5, standing=True)
    (True, False, True)
    """
    return level >= 1.0 or (standing and level > 1.0 - dead_band)


def escalated(raised: datetime, after_s: float, now: datetime) -> bool:
    """Return whether an alarm that nobody acknowledged has waited too long; 0 seconds: never.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> escalated(noon, 3600, noon + timedelta(hours=1)), escalated(noon, 0, noon + timedelta(days=9))
    (True, False)
    """
    return after_s > 0 and now - raised >= timedelta(seconds=after_s)
