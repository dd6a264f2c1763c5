"""The OPC UA server as a source."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import ClassVar

from data_connectors.base import Batch, Column, Gap, Offer, Probe
from data_connectors.errors import ConnectorError, DefinitionError, SourceRefused
from data_connectors.live import Heard, Sink
from data_connectors.live.connector import LiveConnector
from data_connectors.live.options import LIVE_KEYS, LiveOptions, Rows
from data_connectors.live.past import past_of
from data_connectors.live.tags import tags_of
from data_connectors.names import listed
from data_connectors.opcua.browsing import columns, unreadable, variables
from data_connectors.opcua.feed import Feed
from data_connectors.opcua.history import history, without_history
from data_connectors.opcua.listening import Listening
from data_connectors.opcua.options import Options
from data_connectors.opcua.session import Session, session
from data_connectors.opcua.tags import Tag
from data_connectors.opcua.values import sample
from data_connectors.schema import Source, Stage

_STEPS = ("name", "tcp", "channel", "auth", "browse", "value", "clock")
_CLOCK_OFF_S = 5.0


class OpcUa(LiveConnector):
    """A server of OPC UA, of which some variables are heard: told of changes, or read every so often.

    Each parameter's column is a tag: ``nsu=URI;s=NAME``, or ``s=NAME`` in the setting `namespace`. The unit's tag is
    ``unit_column`` with ``rows = "unit"``. After every break the history is asked; what it cannot show to be whole
    becomes a gap. The session lets reading services through and no others.

    Parameters
    ----------
    source : Source
        Settings as in :class:`~data_connectors.opcua.options.Options` and
        :class:`~data_connectors.live.options.LiveOptions`.
    now : callable
        The present moment, aware.
    folder : Path or None
        The spool of this source; None where it is only to be looked at.

    Raises
    ------
    DefinitionError
        If a setting is unknown, missing, unsafe, or a literal password.
    """

    kind: ClassVar[str] = "opcua"
    options: ClassVar[tuple[type, ...]] = (Options, LiveOptions)
    rows: ClassVar[Rows] = "moment"

    def __init__(self, source: Source, now: Callable[[], datetime], folder: Path | None = None) -> None:
        super().__init__(source, now, folder)
        self._options = Options.of(source, LIVE_KEYS)
        self._where = f"source {source.name!r}"
        for column in source.columns.values():
            self._tag(column)

    def listen(self, stage: Stage, sink: Sink, stop: Event) -> None:
        """Listen until `stop` is set; the connection is made again for ever."""
        tags = self._tags(stage)
        Listening(self._options, tags, self._where, sink, stop, rng=random.Random()).run()

    def backfill(self, stage: Stage, sink: Sink, since: datetime, until: datetime) -> int:
        """Keep what the server's history holds of ``[since, until]``; return how many values that are.

        Raises
        ------
        SourceUnavailable
            If the server cannot be reached, or breaks off.
        SourceRefused
            If it refuses, or keeps a history of none of the tags.
        """
        return asyncio.run(self._backfill(self._tags(stage), sink, since, until))

    async def _backfill(self, tags: Sequence[Tag], sink: Sink, since: datetime, until: datetime) -> int:
        kept = 0
        async with session(self._options, self._where) as opened:
            nodes = {tag.text: tag.node(opened.namespaces, self._where) for tag in tags}
            silent = await without_history(opened, nodes)
            asked = {tag: node for tag, node in nodes.items() if tag not in silent}
            if not asked:
                raise SourceRefused(
                    f"{self._where}: the server keeps no history of these tags, so what was missed stands as a gap -"
                    " switch it on there for the next time, and take in what a historian exports of this one"
                    " (`qc import`)"
                )
            if silent:
                words = f"the server keeps no history of {listed(silent)}; the others were asked"
                await asyncio.to_thread(sink.keep, (), [Gap(since, until, "no_history", words)])
            async for part in history(opened, asked, since, until):
                await asyncio.to_thread(sink.keep, part.samples)
                kept += len(part.samples)
        return kept

    def past(self, stage: Stage, since: datetime, until: datetime) -> Iterator[Batch]:
        """Yield the rows of a stretch that the server's history still tells.

        Raises
        ------
        SourceUnavailable, SourceRefused
            As `backfill` does.
        """
        yield from past_of(self, stage, since, until, lambda sink, a, b: self.backfill(stage, sink, a, b))

    def overhear(self, stage: Stage | None, items: int) -> Sequence[Heard]:  # noqa: ARG002 - one reading is enough
        """Read the current values once; nothing is kept."""
        return asyncio.run(self._current(self._tags(stage))) if stage is not None else ()

    async def _current(self, tags: Sequence[Tag]) -> list[Heard]:
        async with session(self._options, self._where) as opened:
            feed = Feed(opened, self._options)
            await feed.look_for({tag.text: tag for tag in tags}, self._where, monitor=False)
            values = await opened.read(list(feed.nodes.values()))
            received = datetime.now(UTC)
            return [sample(tag, value, received) for tag, value in zip(feed.nodes, values, strict=True)]

    def discover(self) -> list[Column]:
        """List the variables below `root` (the Objects folder) with type, unit and range, and the value now."""
        return asyncio.run(self._browsed())

    def offer(self, items: int = 1000) -> Offer:  # noqa: ARG002 - a server lists its variables
        """List the variables as tags."""
        return Offer(tuple(self.discover()))

    async def _browsed(self) -> list[Column]:
        async with session(self._options, self._where) as opened:
            root = self._tag(self._options.root).node(opened.namespaces, self._where) if self._options.root else None
            return await columns(opened, root)

    def check(self) -> list[Probe]:
        """Try name, TCP, secure channel, sign-in, browsing, one value and the clock; nothing is changed there."""
        probes: list[Probe] = []
        try:
            asyncio.run(self._checked(probes))
        except ConnectorError as error:
            probes.append(Probe(_STEPS[len(probes)], ok=False, message=str(error)))
        return probes

    async def _checked(self, probes: list[Probe]) -> None:
        def told(step: str, words: str) -> None:
            probes.append(Probe(step, ok=True, message=words))

        async with session(self._options, self._where, told) as opened:
            there = len(await variables(opened))
            told("browse", f"{there} variables in {len(opened.namespaces)} namespaces")
            told("value", await self._one_value(opened))
            ahead = opened.ahead.total_seconds()
            cure = " - set one of the two clocks" if abs(ahead) > _CLOCK_OFF_S else ""
            told("clock", "; ".join([f"the server's clock is {ahead:+.1f} s off ours{cure}", *opened.warnings]))

    async def _one_value(self, opened: Session) -> str:
        tags = [self._tag(column) for column in self.source.columns.values()]
        nodes = {tag.text: tag.node(opened.namespaces, self._where) for tag in tags}
        if not nodes:
            return "no tag is mapped yet, which is fine"
        missing = await unreadable(opened, nodes)
        if missing:
            tag, why = next(iter(missing.items()))
            raise DefinitionError(
                f"{self._where}: {len(missing)} of {len(nodes)} tags cannot be read, the first: {tag} ({why}) -"
                f" see the tags there are with discover, and mend [sources.{self.source.name}.columns]"
            )
        first = next(iter(nodes))
        said = sample(first, (await opened.read([nodes[first]]))[0], datetime.now(UTC))
        return f"{first} = {said.value} ({said.code}, {said.t_source or said.t_server})"

    def _tag(self, text: str) -> Tag:
        return Tag.of(text, self._options.namespace, self._where)

    def _tags(self, stage: Stage) -> list[Tag]:
        return [self._tag(text) for text in tags_of(self.source, stage, self.live_options.rows)]
