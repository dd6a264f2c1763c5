"""Values in the order of their own time: held until those of the same moment had time to come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from data_connectors.live.sample import Sample
from data_connectors.live.spool import Place


@dataclass(slots=True)
class Moment:
    """All values of one moment, in the order of arrival.

    Parameters
    ----------
    first : Place
        Of the earliest frame that told one of them.
    samples : list of Sample
    fresh : bool
        Whether one of them is new since the moment had its row.
    """

    first: Place
    samples: list[Sample] = field(default_factory=list)
    fresh: bool = False


class Waiting:
    """Moments that have no row yet, and for a while those that have one, so that what comes again is recognised.

    Parameters
    ----------
    done : int or None
        Moments up to this one (microseconds since 1970) have their rows.
    memory : int
        For so many microseconds more they are remembered.
    amend : bool
        Whether a late value makes its moment due again; else it is too late.
    last : dict of str to int
        By tag, the moment of its newest value: sources that report changes alone tell it again when they reconnect.
    """

    def __init__(self, done: int | None, memory: int, last: dict[str, int], *, amend: bool) -> None:
        self.done, self.last = done, last
        self.newest: int | None = None
        self._memory, self._amend = memory, amend
        self._at: dict[int, Moment] = {}
        self._late: list[Sample] = []
        self._stored: dict[int, list[Sample]] = {}

    def take(self, at: int, sample: Sample, first: Place, *, fresh: bool) -> None:
        """Take a value; one that was taken before changes nothing."""
        known = self.last.get(sample.tag)
        self.last[sample.tag] = at if known is None else max(at, known)
        if self._forgotten(at):
            if fresh and at != known:
                self._put_away(at, sample)
            return
        moment = self._at.setdefault(at, Moment(first))
        if fresh and self._has_row(at):
            if any(_same(sample, other) for other in moment.samples):
                return
            if not self._amend:
                self._late.append(sample)
                return
        self.newest = at if self.newest is None else max(self.newest, at)
        moment.samples.append(sample)
        moment.first = min(moment.first, first)
        moment.fresh = moment.fresh or fresh

    def due(self, until: int) -> Iterator[tuple[int, list[Sample]]]:
        """Yield the moments up to `until` that have no row, and all whose row was amended, in order of time.

        What amends a row waits for nothing: read again after the checkpoint, it would pass for what the row holds.
        """
        ready = [
            (at, moment)
            for at, moment in self._at.items()
            if moment.samples and (moment.fresh if self._has_row(at) else at <= until)
        ]
        self.done = until if self.done is None else max(self.done, until)
        for at, moment in sorted(ready, key=lambda pair: pair[0]):
            moment.fresh = False
            yield at, moment.samples
        for at in [at for at in self._at if self._forgotten(at)]:
            del self._at[at]

    def too_late(self) -> list[Sample]:
        """Return, once, the values that came after their row and can change none."""
        late, self._late = self._late, []
        return late

    def stored(self) -> list[tuple[int, list[Sample]]]:
        """Return, once, what a device had stored of moments that were put away, in order of time."""
        stored, self._stored = self._stored, {}
        return sorted(stored.items())

    def begin(self, seen: Place) -> Place:
        """Return from where the spool has to be read again to have all that is held here."""
        return min((moment.first for moment in self._at.values()), default=seen)

    def _put_away(self, at: int, sample: Sample) -> None:
        """What a device had stored is of an outage that nobody heard: a row of its own. All else is too late."""
        if sample.historical and self._amend:
            self._stored.setdefault(at, []).append(sample)
        else:
            self._late.append(sample)

    def _has_row(self, at: int) -> bool:
        return self.done is not None and at <= self.done

    def _forgotten(self, at: int) -> bool:
        return self.done is not None and at <= self.done - self._memory


def _same(one: Sample, other: Sample) -> bool:
    return (one.tag, one.value, one.quality, one.code) == (other.tag, other.value, other.quality, other.code)
