"""How far each partition was kept: the mark of a Kafka source, and what is gone before it or after it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from data_connectors.base import Gap

Offsets = dict[int, int]


def read_offsets(mark: str) -> tuple[Offsets, datetime | None]:
    """Return the next offset of each partition and when that was, from a mark.

    Examples
    --------
    >>> read_offsets('{"at": "2026-03-01T12:00:00+00:00", "next": {"0": 17}}')[0]
    {0: 17}
    >>> read_offsets("")
    ({}, None)
    """
    if not mark:
        return {}, None
    told = json.loads(mark)
    return {int(p): int(o) for p, o in told["next"].items()}, datetime.fromisoformat(told["at"])


def mark_of(offsets: Mapping[int, int], at: datetime) -> str:
    """Return the mark of these offsets."""
    return json.dumps({"at": at.isoformat(), "next": offsets})


def placed(
    partition: int, wanted: int | None, low: int, high: int, begin: str, *, since: datetime | None, now: datetime
) -> tuple[int, Gap | None]:
    """Return the offset from which a partition is read, and a gap where what stood there is gone.

    Parameters
    ----------
    partition : int
    wanted : int or None
        The next one by the mark; None: never read.
    low, high : int
        What the cluster holds: from `low` to before `high`.
    begin : {'earliest', 'latest'}
        For a partition that was never read; one that came later is read from its beginning.
    since : datetime or None
        When the mark was kept; None where there is no mark at all.
    now : datetime

    Examples
    --------
    >>> noon = datetime.fromisoformat("2026-03-01T12:00:00+00:00")
    >>> placed(0, 5, 9, 20, "earliest", since=noon, now=noon)[1].text
    'partition 0: 4 messages were deleted by the cluster before we read them - let it keep them longer'
    >>> placed(0, 30, 0, 20, "earliest", since=noon, now=noon)[0]
    0
    """
    if wanted is None:
        return (high if begin == "latest" and since is None else low), None
    if low <= wanted <= high:
        return wanted, None
    if wanted < low:
        lost = f"{low - wanted} messages were deleted by the cluster before we read them - let it keep them longer"
    else:
        lost = "the topic was made anew; it is read from its beginning"
    return low, Gap(min(since or now, now), now, "offset_lost", f"partition {partition}: {lost}")
