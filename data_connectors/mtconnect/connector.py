"""The MTConnect agent as a source."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import ClassVar

from data_connectors.base import Column, Offer, Probe
from data_connectors.errors import DefinitionError
from data_connectors.http import HttpOptions, Session
from data_connectors.http.probing import probed
from data_connectors.http.rounds import rounds
from data_connectors.live import Heard, Sink
from data_connectors.live.connector import LiveConnector
from data_connectors.live.options import LIVE_KEYS, LiveOptions, Rows
from data_connectors.live.probing import offset_probe
from data_connectors.live.reconnecting import for_ever
from data_connectors.live.tags import tags_of
from data_connectors.mtconnect.documents import Document
from data_connectors.mtconnect.listening import Agent, Listening
from data_connectors.mtconnect.options import MtOptions
from data_connectors.mtconnect.values import samples
from data_connectors.names import listed, nearest
from data_connectors.schema import Source, Stage

_AHEAD = timedelta(minutes=5)
_ACCEPT = {"Accept": "application/xml, text/xml"}


class MtConnect(LiveConnector):
    """An MTConnect agent, followed by sequence numbers; it is only ever asked, with GET.

    Each parameter's column is a data item by its id or name. The agent's buffer is the queue: what happens while we are
    away is read afterwards, and only what it could not hold is a gap.

    Parameters
    ----------
    source : Source
        Settings as in :class:`~data_connectors.mtconnect.options.MtOptions`,
        :class:`~data_connectors.http.options.HttpOptions` and :class:`~data_connectors.live.options.LiveOptions`.
    now : callable
        The present moment, aware.
    folder : Path or None
        The spool of this source; None where it is only to be looked at.

    Raises
    ------
    DefinitionError
        If a setting is unknown, missing, unsafe, or a literal secret.
    """

    kind: ClassVar[str] = "mtconnect"
    options: ClassVar[tuple[type, ...]] = (MtOptions, HttpOptions, LiveOptions)
    rows: ClassVar[Rows] = "moment"

    def __init__(self, source: Source, now: Callable[[], datetime], folder: Path | None = None) -> None:
        super().__init__(source, now, folder)
        self._options = MtOptions.of(source, LIVE_KEYS)
        self._http = HttpOptions.of(source)
        self._where = f"source {source.name!r}"

    def listen(self, stage: Stage, sink: Sink, stop: Event) -> None:
        """Ask until `stop` is set; after an error the connection is made again for ever."""
        following = Listening(self._options, tags_of(self.source, stage, self.live_options.rows), sink, stop)

        def connection() -> None:
            sink.tell("connecting", self._http.url)
            with Session(self._http, self._where, stop.wait, _ACCEPT) as session:
                agent = Agent(session, self._options, self._where)
                rounds(lambda: following.once(agent), self._options.every_s, sink, stop)

        for_ever(connection, sink, stop, random.Random())

    def overhear(self, stage: Stage | None, items: int) -> Sequence[Heard]:  # noqa: ARG002 - one reading is enough
        """Read the current values once; nothing is kept."""
        wanted = list(self.source.columns.values())
        tags = set(wanted if stage is None else tags_of(self.source, stage, self.live_options.rows))
        told = self._asked("current")
        return [one for o in told.observations for one in samples(o, tags, datetime.now(UTC))]

    def _asked(self, what: str, http: HttpOptions | None = None) -> Document:
        with Session(http or self._http, self._where, headers=_ACCEPT) as session:
            return Agent(session, self._options, self._where).ask(what)

    def discover(self) -> list[Column]:
        """List the data items of the agent with name, type and unit."""
        return list(self._asked("probe").items)

    def offer(self, items: int = 1000) -> Offer:  # noqa: ARG002 - an agent lists its data items
        """List the data items as tags."""
        return Offer(tuple(self.discover()))

    def check(self) -> list[Probe]:
        """Try name, TCP, TLS, the data items, the current values and the clock; nothing is changed there."""
        told: list[Document] = []

        def items() -> str:
            there = self._asked("probe", self._http.once).items
            self._require_known(there)
            return f"{len(there)} data items: {listed(column.name for column in there)}"

        def values() -> str:
            told.append(self._asked("current", self._http.once))
            return f"{len(told[0].observations)} values, the agent's buffer begins at {told[0].header.first}"

        def clock() -> str:
            return offset_probe(told[0].header.created, datetime.now(UTC), _AHEAD).message

        return probed(self._http, self._where, [("probe", items), ("current", values), ("clock", clock)])

    def _require_known(self, there: Sequence[Column]) -> None:
        known = [column.name for column in there] + [column.example.partition(" ")[0] for column in there]
        for tag in self.source.columns.values():
            base = tag.partition("[")[0]
            if tag not in known and base not in known and base.partition(".")[0] not in known:
                near = nearest(base, known)
                hint = f"did you mean {near!r}?" if near else f"it has: {listed(c.name for c in there)}"
                raise DefinitionError(f"{self._where}: the agent has no data item {tag!r} - {hint}")
