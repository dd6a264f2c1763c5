"""One source, listened to for as long as the plant runs: connect, catch up from the history, go on, begin again."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Event

from data_connectors.base import Gap
from data_connectors.errors import SpoolFull
from data_connectors.live import Sample, Sink
from data_connectors.live.reconnecting import for_ever
from data_connectors.names import listed
from data_connectors.opcua.continuity import Mark, Recollection, clock_back, moved
from data_connectors.opcua.feed import Feed
from data_connectors.opcua.history import history, without_history
from data_connectors.opcua.memory import Memory
from data_connectors.opcua.options import Options
from data_connectors.opcua.session import session
from data_connectors.opcua.tags import Tag

_TICK_S = 0.1
_LOOK_AGAIN_S = 60.0
_CLOCK_OFF_S = 5.0
#: A server may tell its time in whole seconds: so much later it can be.
_CLOCK_STEP = timedelta(seconds=1)
#: The history is asked for so much more than there can be, so that nothing hides behind a clock.
_BEYOND = timedelta(minutes=1)


class Listening:
    """The life of one listener; everything it must remember between two sessions.

    Parameters
    ----------
    options : Options
    tags : sequence of Tag
    where : str
        For messages.
    sink : Sink
    stop : threading.Event
    rng : random.Random
        Spreads the attempts to connect again.
    """

    def __init__(
        self, options: Options, tags: Sequence[Tag], where: str, sink: Sink, stop: Event, *, rng: random.Random
    ) -> None:
        self._options, self._tags, self._where = options, {tag.text: tag for tag in tags}, where
        self._sink, self._stop, self._rng = sink, stop, rng
        self._mark = Mark.parse(sink.mark)
        self._memory = Memory()
        self._overlap = timedelta(seconds=max(options.overlap_s, 2 * options.every_s))
        self._heard_at: datetime | None = None
        self._stale = False
        self._unheard = False

    def run(self) -> None:
        """Listen until `stop` is set; whatever goes wrong is told and tried again."""
        for_ever(lambda: asyncio.run(self._session()), self._sink, self._stop, self._rng)

    async def _session(self) -> None:
        """Hold one session; no room on the disk and time to stop ends it, for nothing of that was kept."""
        with suppress(SpoolFull):
            await self._once()

    async def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self._stop.is_set() and (left := end - time.monotonic()) > 0:  # noqa: ASYNC110 - a thread's event
            await asyncio.sleep(min(left, _TICK_S))

    async def _once(self) -> None:
        """Hold one session for as long as it lives."""
        self._sink.tell("connecting", self._options.url)
        async with session(self._options, self._where) as opened:
            feed = Feed(opened, self._options)
            await feed.begin(self._tags, self._where)
            self._sink.tell("connected", self._standing(feed))
            await self._catch_up(feed)
            await self._follow(feed)

    def _standing(self, feed: Feed) -> str:
        words = [f"{len(feed.nodes)} of {len(self._tags)} tags", *feed.session.warnings]
        if feed.missing:
            words.append(f"not there: {listed(f'{tag} ({why})' for tag, why in feed.missing.items())}")
        ahead = feed.session.ahead.total_seconds()
        if abs(ahead) > _CLOCK_OFF_S:
            words.append(f"the server's clock is {ahead:+.0f} s off ours - set one of the two")
        if self._stale:
            words.append(f"no value for {self._options.max_age_s:g} s, though the connection stands")
        return "; ".join(words)

    async def _catch_up(self, feed: Feed) -> None:
        """Ask the history for what came since the mark; the mark moves only together with the gap that is left."""
        if not feed.nodes:
            return
        if self._mark is None:
            self._unheard = True  # from here on it is known that we listened: what a break takes is asked for
            await self._keep([], feed, mark=Mark("", feed.session.server_now(), datetime.now(UTC)))
            return
        now = feed.session.server_now() + _CLOCK_STEP
        if self._mark.at > now + self._overlap:
            ours = datetime.now(UTC)
            await self._keep([], feed, [clock_back(self._mark, ours)], Mark("", now, ours))
            return
        silent = await without_history(feed.session, feed.nodes) if self._options.history else list(feed.nodes)
        asked = {tag: node for tag, node in feed.nodes.items() if tag not in silent}
        found = Recollection(self._mark, feed.session.started, asked, silent)
        since, until = self._mark.at - self._overlap, now + _BEYOND
        newest: Mark | None = self._mark
        async for part in history(feed.session, asked, since, until):
            found.hear(part.samples)
            newest = moved(newest, part.samples, now + self._overlap / 2)
            await self._keep(self._memory.news_of_history(part.samples, found.mark.at), feed, floor=now - self._overlap)
        gap = found.gap(now, timedelta(seconds=2 * self._options.every_s))
        if gap is not None and (newest is None or newest.at < gap.until):
            newest = Mark("", gap.until, datetime.now(UTC))
        await self._keep([], feed, [gap] if gap is not None else [], newest)

    async def _follow(self, feed: Feed) -> None:
        """Keep what comes until the server is gone, hangs, or something was lost."""
        looked = time.monotonic()
        while not self._stop.is_set():
            fresh = self._memory.news_of_subscription(await feed.news())
            if fresh:
                known = None if self._unheard else self._mark  # the first values may be older than the first session
                mark = moved(known, fresh, feed.session.server_now() + self._overlap / 2)
                await self._keep(fresh, feed, self._end_of_silence(), mark)
                self._unheard = False
            self._watch_age(feed)
            feed.require_alive(self._sink)
            if time.monotonic() - looked > _LOOK_AGAIN_S:
                looked = time.monotonic()
                if await feed.look_for(self._tags, self._where):
                    self._sink.tell("connected", self._standing(feed))
            await self._wait(_TICK_S if self._options.way == "subscribe" else self._options.every_s)

    def _watch_age(self, feed: Feed) -> None:
        """Say when values have stopped, however sound the connection."""
        if not self._options.max_age_s or self._stale or self._heard_at is None:
            return
        if (datetime.now(UTC) - self._heard_at).total_seconds() > self._options.max_age_s:
            self._stale = True
            self._sink.tell("connected", self._standing(feed))

    def _end_of_silence(self) -> list[Gap]:
        """Return the stretch for which values had stopped, once they come again."""
        if not self._stale or self._heard_at is None:
            return []
        self._stale = False
        text = f"the connection stood, and no value came for more than {self._options.max_age_s:g} s"
        return [Gap(self._heard_at, datetime.now(UTC), "stale", text)]

    async def _keep(
        self,
        heard: Sequence[Sample],
        feed: Feed,
        gaps: Sequence[Gap] = (),
        mark: Mark | None = None,
        floor: datetime | None = None,
    ) -> None:
        """Return once it is on the disk; while there is no room the source waits, for nothing is taken from it.

        Raises
        ------
        SpoolFull
            If there is no room and it is time to stop; nothing of this is kept then.
        """
        text = mark.text() if mark is not None and mark != self._mark else ""
        if not heard and not gaps and not text:
            return
        while True:
            try:
                await asyncio.to_thread(self._sink.keep, heard, gaps, text)
                break
            except SpoolFull as full:
                self._sink.tell("paused", str(full))
                await self._wait(1.0)
                if self._stop.is_set():
                    raise
                self._sink.tell("connected", self._standing(feed))
        self._mark = mark or self._mark
        self._memory.note(heard, floor or feed.session.server_now() - 2 * self._overlap)
        if heard:
            self._heard_at = datetime.now(UTC)
