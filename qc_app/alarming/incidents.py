"""Which alarms belong together: repeated and correlated ones are one incident, by a rule that can be said aloud.

An alarm joins the newest open incident whose last event is at most eight hours old and that is of the same group,

* ``process``: if one of the incident's stages is the alarm's own, feeds it, or is fed by it (the cause travels along
  the line with the material);
* ``data``, ``model`` and ``program``: if the incident already holds the same kind, at whatever stage (a network that is
  down silences many sources, a full disk fails many steps).

Otherwise a new incident begins. An alarm that comes back while its own incident is open stays in it, however long ago
that was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

MERGE = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Joint:
    """What of an open incident decides who joins it."""

    id: int
    group: str
    kinds: Collection[str]
    stages: Collection[str]
    last_event: datetime


def joint_of(  # noqa: PLR0917 - an alarm as it arrives
    kind: str, group: str, stage: str, related: Collection[str], at: datetime, open_ones: Iterable[Joint]
) -> int | None:
    """Return the incident that a new alarm joins, None if it begins one.

    Parameters
    ----------
    kind, group, stage : str
        Of the alarm.
    related : collection of str
        Stages that feed the alarm's stage or are fed by it.
    at : datetime
    open_ones : iterable of Joint

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> cast = Joint(7, "process", ["drift"], ["casting-1"], noon)
    >>> joint_of("anomaly", "process", "rolling-1", ["casting-1"], noon + timedelta(hours=1), [cast])
    7
    >>> joint_of("anomaly", "process", "rolling-2", [], noon + timedelta(hours=1), [cast]) is None
    True
    """
    near = {stage, *related}
    fitting = [
        one
        for one in open_ones
        if one.group == group
        and at - one.last_event <= MERGE
        and (near & set(one.stages) if group == "process" else kind in one.kinds)
    ]
    return max(fitting, key=lambda one: (one.last_event, one.id)).id if fitting else None
