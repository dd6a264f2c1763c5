"""What this process has heard: up to which value, and what a history and a subscription both told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from data_connectors.live import Sample
from data_connectors.opcua.continuity import moment

_MOST = 500_000
_Key = tuple[str, datetime | None, object, str]


class Memory:
    """The newest kept value of each tag, and which values were kept of late.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> memory = Memory()
    >>> memory.note([Sample("Temp", 20.0, noon, None, noon)], noon)
    >>> memory.news_of_history([Sample("Temp", 20.0, noon, None, noon)], noon)
    []
    """

    def __init__(self) -> None:
        self._last: dict[str, Sample] = {}
        self._recent: dict[_Key, None] = {}

    def note(self, kept: Iterable[Sample], floor: datetime) -> None:
        """Remember what is kept now; what is older than `floor` will not be told again and is forgotten."""
        for one in kept:
            self._last[one.tag] = one
            self._recent[_key(one)] = None
        while self._recent and self._is_old(next(iter(self._recent)), floor):
            del self._recent[next(iter(self._recent))]

    def news_of_history(self, told: Iterable[Sample], mark: datetime) -> list[Sample]:
        """Leave out what was kept before.

        Up to the mark a subscription has told most of it, in any order; beyond it only the history itself, in order,
        when it was asked before and the connection broke.
        """
        return [one for one in told if not (self._is_recent(one) or self._asked_before(one, mark))]

    def news_of_subscription(self, told: Iterable[Sample]) -> list[Sample]:
        """Leave out what a new subscription tells once more: a tag's last value, and what the history has told."""
        return [one for one in told if not (self._same(one) or self._is_recent(one))]

    def _is_old(self, key: _Key, floor: datetime) -> bool:
        return key[1] is None or key[1] < floor or len(self._recent) > _MOST

    def _is_recent(self, one: Sample) -> bool:
        return _key(one) in self._recent

    def _asked_before(self, one: Sample, mark: datetime) -> bool:
        last, at = self._last.get(one.tag), moment(one)
        known = moment(last) if last is not None else None
        return at is not None and known is not None and mark < at <= known

    def _same(self, one: Sample) -> bool:
        last = self._last.get(one.tag)
        return last is not None and _key(one) == _key(last)


def _key(one: Sample) -> _Key:
    """Return what makes a value the same: the value too, for there are devices whose clock stands still."""
    return one.tag, moment(one), one.value, one.code
