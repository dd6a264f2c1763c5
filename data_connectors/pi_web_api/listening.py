"""Asking a historian for as long as the plant runs; a tag that cannot be read is asked from where it stood."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from threading import Event

from data_connectors.errors import SourceUnavailable
from data_connectors.http.rounds import keep
from data_connectors.live.sample import Sample, Sink
from data_connectors.names import listed
from data_connectors.pi_web_api.archive import Archive
from data_connectors.pi_web_api.options import PiOptions


class Listening:
    """The life of one listener.

    Its mark says of every tag up to when it was read, so that one which fails holds up no other and loses nothing.

    Parameters
    ----------
    options : PiOptions
    tags : sequence of str
    sink : Sink
    stop : threading.Event
    now : callable
        The present moment, aware.
    """

    def __init__(
        self, options: PiOptions, tags: Sequence[str], sink: Sink, stop: Event, now: Callable[[], datetime]
    ) -> None:
        self._options, self._sink, self._stop, self._now = options, sink, stop, now
        begins = grid(options.begins or now(), options)
        marks = json.loads(sink.mark) if sink.mark else {}
        self._read_to = {tag: datetime.fromisoformat(marks[tag]) if tag in marks else begins for tag in tags}
        self._told: dict[str, dict[datetime, Sample]] = {tag: {} for tag in tags}

    def once(self, archive: Archive) -> str:
        """Read all tags up to now and return what to say of it.

        Raises
        ------
        SourceUnavailable, SourceRefused
            If the server does not answer, or none of the tags can be read.
        """
        until = self._until()
        refused: dict[str, str] = {}
        for tags, since in self._groups():
            for begin, end in slices(since, until, self._options):
                if self._stop.is_set():
                    return "stopping"
                left = [tag for tag in tags if tag not in refused]
                refused |= self._slice(archive, left, begin, end)
        self._require_some(refused, archive.where)
        return _standing(len(self._read_to), refused)

    def _until(self) -> datetime:
        if self._options.way == "recorded":
            return self._now()
        return grid(self._now() - timedelta(seconds=self._options.overlap_s), self._options)

    def _groups(self) -> list[tuple[list[str], datetime]]:
        """Return tags that stand at one moment together, those that are furthest behind first."""
        groups: dict[datetime, list[str]] = {}
        for tag, at in self._read_to.items():
            groups.setdefault(at, []).append(tag)
        return [(groups[at], at) for at in sorted(groups)]

    def _slice(self, archive: Archive, tags: list[str], begin: datetime, end: datetime) -> dict[str, str]:
        if not tags:
            return {}
        back = self._options.overlap_s if self._options.way == "recorded" else 0.0
        found = archive.stretch(tags, begin - timedelta(seconds=back), end)
        fresh = [one for one in found.samples if self._is_new(one)]
        read_to = self._read_to | {tag: end for tag in tags if tag not in found.refused}
        mark = json.dumps({tag: at.astimezone(UTC).isoformat() for tag, at in read_to.items()})
        if keep(self._sink, self._stop, fresh, mark):
            self._read_to = read_to
            self._remember(fresh, back)
        return found.refused

    def _is_new(self, one: Sample) -> bool:
        before = self._told[one.tag].get(one.t_source) if one.t_source is not None else None
        return before is None or (before.value, before.quality, before.code) != (one.value, one.quality, one.code)

    def _remember(self, fresh: Sequence[Sample], back: float) -> None:
        for one in fresh:
            if one.t_source is not None:
                self._told[one.tag][one.t_source] = one
        for tag, at in self._read_to.items():
            low = at - timedelta(seconds=back)
            self._told[tag] = {t: one for t, one in self._told[tag].items() if t >= low}

    def _require_some(self, refused: dict[str, str], where: str) -> None:
        if refused and len(refused) == len(self._read_to):
            tag, why = next(iter(refused.items()))
            raise SourceUnavailable(f"{where}: no tag can be read, e.g. {tag} ({why}) - check tags and rights")


def grid(moment: datetime, options: PiOptions) -> datetime:
    """Return the last point of the grid before a moment; recorded values have none."""
    if options.way == "recorded":
        return moment
    step = options.interval_s
    return datetime.fromtimestamp(moment.timestamp() // step * step, UTC)


def slices(since: datetime, until: datetime, options: PiOptions) -> Iterator[tuple[datetime, datetime]]:
    """Yield stretches of at most `slice_s`, on a grid of so many points as may be asked for at once.

    Examples
    --------
    >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
    >>> len(list(slices(noon, noon + timedelta(hours=2), PiOptions())))
    2
    """
    length = options.slice_s
    if options.way == "interpolated":
        points = max(1.0, min(length // options.interval_s, options.page_values))
        length = points * options.interval_s
    while since < until:
        end = min(since + timedelta(seconds=length), until)
        yield since, end
        since = end


def _standing(tags: int, refused: dict[str, str]) -> str:
    words = f"{tags - len(refused)} of {tags} tags"
    return f"{words}; not read: {listed(f'{tag} ({why})' for tag, why in refused.items())}" if refused else words
