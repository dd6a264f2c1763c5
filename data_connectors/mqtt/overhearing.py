"""Listening beside the running listener for some seconds: nothing is kept, nothing is acknowledged in its name."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

from data_connectors.base import Gap
from data_connectors.live import sample
from data_connectors.live.sample import Heard
from data_connectors.mqtt.link import Link
from data_connectors.mqtt.options import Options
from data_connectors.mqtt.reading import Reader


class Few:
    """A sink that keeps the first things in memory, and then wants no more."""

    def __init__(self, items: int) -> None:
        self._items = items
        self.heard: list[Heard] = []
        self.mark = ""

    def keep(self, heard: Sequence[Heard], gaps: Sequence[Gap] = (), mark: str = "") -> None:  # noqa: ARG002 - a Sink
        """Keep what is still wanted."""
        self.heard += heard[: self._items - len(self.heard)]

    def tell(self, link: sample.Link, words: str = "") -> None:
        """Nobody looks."""

    def dropped(self, count: int, cause: str) -> None:
        """Nobody counts."""


def overheard(
    options: Options, reader: Reader, now: Callable[[], datetime], *, where: str, seconds: float, items: int
) -> list[Heard]:
    """Return what is published within some seconds, at most so many things.

    Parameters
    ----------
    options : Options
    reader : Reader
    now : callable
    where : str
        The source, for messages.
    seconds : float
    items : int

    Raises
    ------
    SourceUnavailable, SourceRefused
        As the broker or the way to it answers.
    """
    few = Few(items)
    link = Link(options, f"qc-look-{uuid.uuid4().hex[:8]}", reader, few, now, where=where, lasting=False)
    link.open()
    deadline = time.monotonic() + seconds
    link.hear(lambda: len(few.heard) >= items or time.monotonic() > deadline, [])
    return few.heard
