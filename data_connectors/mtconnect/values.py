"""One observation as values of tags.

A data item is the tag, by its id or its name. A condition is a number: 0 normal, 1 warning, 2 fault. A data set has a
tag for each key, ``id.key``; three numbers in one text (a position in space) have one each, ``id[0]`` to ``id[2]``. A
time series is as many values as it has, the last of them at its timestamp (MTConnect Part 2, Time Series).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from data_connectors.live.sample import Sample
from data_connectors.mtconnect.documents import Observation

UNAVAILABLE = "UNAVAILABLE"
_LEVELS = {"Normal": 0.0, "Warning": 1.0, "Fault": 2.0}


def samples(one: Observation, tags: set[str], received: datetime) -> Iterator[Sample]:
    """Yield the values of an observation whose tags are wanted.

    Parameters
    ----------
    one : Observation
    tags : set of str
    received : datetime
        By our clock.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
    >>> load = Observation("Xload", "", "Load", "Samples", 7, noon, "UNAVAILABLE")
    >>> [(s.value, s.quality, s.code) for s in samples(load, {"Xload"}, noon)]
    [(None, 'bad', 'UNAVAILABLE')]
    """
    for base in dict.fromkeys(filter(None, (one.item, one.name))):
        if base in tags:
            yield from _plain(base, one, received)
        for tag, text in _parts(base, one):
            if tag in tags:
                yield _sample(tag, text, one.at, received)


def _parts(base: str, one: Observation) -> Iterator[tuple[str, str]]:
    for key, text in one.entries:
        yield f"{base}.{key}", text
    numbers = one.text.split()
    if one.group == "Samples" and len(numbers) > 1:
        for i, text in enumerate(numbers):
            yield f"{base}[{i}]", text


def _plain(tag: str, one: Observation, received: datetime) -> Iterator[Sample]:
    if one.group == "Condition":
        level = _LEVELS.get(one.kind)
        quality = ("bad", UNAVAILABLE) if level is None else ("good", "")
        yield Sample(tag, level, one.at, None, received, quality[0], quality[1])  # type: ignore[arg-type]
    elif one.kind.endswith("TimeSeries") and one.text != UNAVAILABLE:
        yield from _series(tag, one, received)
    else:
        yield _sample(tag, one.text, one.at, received)


def _series(tag: str, one: Observation, received: datetime) -> Iterator[Sample]:
    numbers = one.text.split()
    rate = float(one.attributes.get("sampleRate") or 0.0)
    if not rate > 0:
        yield _sample(tag, numbers[-1] if numbers else "", one.at, received)
        return
    for i, text in enumerate(numbers):
        yield _sample(tag, text, one.at - timedelta(seconds=(len(numbers) - 1 - i) / rate), received)


def _sample(tag: str, text: str, at: datetime, received: datetime) -> Sample:
    if text == UNAVAILABLE:
        return Sample(tag, None, at, None, received, "bad", UNAVAILABLE)
    return Sample(tag, text, at, None, received)
