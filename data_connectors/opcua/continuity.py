"""What a break may have cost: where the history proves that nothing is missing, and where it does not."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from data_connectors.base import Gap
from data_connectors.live import Sample
from data_connectors.names import listed

#: Historians round times; two that differ by less are one.
_SAME = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Mark:
    """The newest value that is kept: what was told up to there need not be asked for again.

    Parameters
    ----------
    tag : str
        The tag that spoke last: its value is found in a history that was kept all the time since.
    at : datetime
        The time of that value, by the clock of the device.
    received : datetime
        When it came, by our clock.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> Mark.parse(Mark("Temp", noon, noon).text()) == Mark("Temp", noon, noon)
    True
    """

    tag: str
    at: datetime
    received: datetime

    @classmethod
    def parse(cls, text: str) -> Mark | None:
        """Read a mark; None where nothing was kept yet."""
        if not text:
            return None
        said = json.loads(text)
        return cls(said["tag"], datetime.fromisoformat(said["at"]), datetime.fromisoformat(said["received"]))

    def text(self) -> str:
        """Return the mark as it is kept."""
        times = {"at": self.at.isoformat(), "received": self.received.isoformat()}
        return json.dumps({"tag": self.tag, **times})

    def is_of(self, one: Sample) -> bool:
        """Tell whether a value is the one of the mark."""
        at = moment(one)
        return one.tag == self.tag and at is not None and abs(at - self.at) <= _SAME


def moment(one: Sample) -> datetime | None:
    """Return the time of a value: the device's, else the server's."""
    return one.t_source or one.t_server


def moved(mark: Mark | None, heard: Iterable[Sample], latest: datetime) -> Mark | None:
    """Return the mark after more was kept; a device whose clock is ahead does not move it beyond `latest`."""
    for one in heard:
        at = moment(one)
        if at is not None and at <= latest and (mark is None or mark.at <= at):
            mark = Mark(one.tag, at, one.t_received)
    return mark


def clock_back(mark: Mark, now: datetime) -> Gap:
    """Return the gap that a server's clock leaves which was put back: its history cannot be asked by the mark."""
    text = f"the server's clock went back behind {mark.at}, so its history cannot be asked for what was missed"
    return Gap(min(mark.received, now), now, "clock_back", text)


@dataclass(slots=True)
class Recollection:
    """What the history told after a break, gathered while it tells.

    Parameters
    ----------
    mark : Mark
        Before the break.
    started : datetime or None
        When the server began to run.
    asked : collection of str
        Tags whose history is read.
    silent : sequence of str
        Tags whose history the server does not keep.
    """

    mark: Mark
    started: datetime | None
    asked: Collection[str] = ()
    silent: Sequence[str] = ()
    reaches_back: bool = False
    first: datetime | None = None
    before_start: datetime | None = None

    def hear(self, told: Iterable[Sample]) -> None:
        """Note the times of what the history told."""
        for one in told:
            at = moment(one)
            if at is None:
                continue
            self.reaches_back = self.reaches_back or self._proves(one, at)
            if at > self.mark.at and (self.first is None or at < self.first):
                self.first = at
            if self.started is not None and at < self.started:
                self.before_start = max(self.before_start or at, at)

    def _proves(self, one: Sample, at: datetime) -> bool:
        """Tell whether the history was kept since the mark: it holds that value, or where it is gone, an older one."""
        return self.mark.is_of(one) if self.mark.tag in self.asked else at <= self.mark.at

    def gap(self, now: datetime, tolerance: timedelta) -> Gap | None:
        """Return the stretch for which nothing shows that no value is missing, or None.

        Three cases. Some tags have no history: unknown from the mark to now. The history does not hold the value of
        the mark, so it was not kept all the time: unknown up to its first value. It does: then only the time for which
        the server itself was down is unknown, between the last value before its start and the start.

        Parameters
        ----------
        now : datetime
            By the server's clock, a moment since which values flow again.
        tolerance : timedelta
            A shorter silence before the server's start is its usual pace.
        """
        since = self.mark.at
        if self.silent:
            text = f"the server keeps no history of {listed(self.silent)}: what happened meanwhile cannot be asked for"
            return Gap(since, max(now, since), "no_history", text)
        if not self.reaches_back:
            text = "the server's history does not hold the last value that we know, so it was not kept all the time"
            if not self.mark.tag:
                text = "no value was known then, and the server's history holds none of before"
            return Gap(since, max(self.first or now, since), "no_history", text)
        if self.started is None or self.started <= since:
            return None
        down = max(self.before_start or since, since)
        if self.started - down <= tolerance:
            return None
        return Gap(down, self.started, "server_down", "the server was down, and its history has nothing of that time")
