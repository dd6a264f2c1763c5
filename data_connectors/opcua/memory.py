"""What this process has heard: up to which value, and what a history and a subscription both told."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from data_connectors.live import Sample
from data_connectors.opcua.continuity import moment


class Memory:
    """The newest kept value of each tag.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> memory = Memory()
    >>> memory.note([Sample("Temp", 20.0, noon, None, noon)])
    >>> memory.news_of_history([Sample("Temp", 20.0, noon, None, noon)])
    []
    """

    def __init__(self) -> None:
        self._last: dict[str, Sample] = {}
        self._covered: tuple[datetime, datetime] | None = None
        self._asked: Collection[str] = ()

    def note(self, kept: Iterable[Sample]) -> None:
        """Remember what is kept now."""
        self._last |= {one.tag: one for one in kept}

    def covers(self, since: datetime, until: datetime, asked: Collection[str]) -> None:
        """Remember for which stretch and tags the history was read."""
        self._covered, self._asked = (since, until), asked

    def news_of_history(self, told: Iterable[Sample]) -> list[Sample]:
        """Leave out what was kept before: a history goes forward, so nothing up to the last value is new."""
        return [one for one in told if not self._not_after(one)]

    def news_of_subscription(self, told: Iterable[Sample]) -> list[Sample]:
        """Leave out what a new subscription tells once more: a tag's last value, and what the history has told."""
        return [one for one in told if not (self._same(one) or self._told_by_history(one))]

    def _not_after(self, one: Sample) -> bool:
        last, at = self._last.get(one.tag), moment(one)
        known = moment(last) if last is not None else None
        return at is not None and known is not None and at <= known

    def _told_by_history(self, one: Sample) -> bool:
        """A clock that was put back lies outside of the stretch that was read, so nothing is taken for old then."""
        at = moment(one)
        if self._covered is None or at is None or one.tag not in self._asked:
            return False
        return self._covered[0] <= at <= self._covered[1] and self._not_after(one)

    def _same(self, one: Sample) -> bool:
        last = self._last.get(one.tag)
        return last is not None and (moment(one), one.value, one.code) == (moment(last), last.value, last.code)
