"""The values of one session: told by a subscription, or read every so often; tags that are missing do not stop it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from asyncua import ua

from data_connectors.errors import DefinitionError, SourceUnavailable
from data_connectors.live import Sample, Sink
from data_connectors.opcua.browsing import unreadable
from data_connectors.opcua.options import Options
from data_connectors.opcua.session import Session
from data_connectors.opcua.subscription import Subscription
from data_connectors.opcua.tags import Tag
from data_connectors.opcua.values import sample


class Feed:
    """What a session brings.

    Parameters
    ----------
    session : Session
    options : Options
    """

    def __init__(self, session: Session, options: Options) -> None:
        self.session, self._options = session, options
        self._subscription = Subscription(session, options) if options.way == "subscribe" else None
        self._known: dict[str, tuple[object, ...]] = {}
        self.nodes: dict[str, ua.NodeId] = {}
        self.missing: dict[str, str] = {}

    async def begin(self, tags: Mapping[str, Tag], where: str) -> None:
        """Find the tags and begin to hear them."""
        if self._subscription is not None:
            await self._subscription.open()
        await self.look_for(tags, where)

    async def look_for(self, tags: Mapping[str, Tag], where: str, *, monitor: bool = True) -> bool:
        """Find those of `tags` that are not heard yet, and begin to hear them; return whether some have come."""
        found, self.missing = _resolved(tags, self.nodes, self.session, where)
        if not found:
            return False
        refused = await unreadable(self.session, found)
        there = {tag: node for tag, node in found.items() if tag not in refused}
        if self._subscription is not None and monitor:
            refused |= await self._subscription.add(there)
        self.missing |= refused
        come = {tag: node for tag, node in there.items() if tag not in refused}
        self.nodes |= come
        return bool(come)

    async def news(self) -> list[Sample]:
        """Return the changes since the last call."""
        if self._subscription is not None:
            return self._subscription.drain()
        values = await self.session.read(list(self.nodes.values()))
        received = datetime.now(UTC)
        read = [sample(tag, value, received) for tag, value in zip(self.nodes, values, strict=True)]
        return [one for one in read if self._changed(one)]

    def _changed(self, one: Sample) -> bool:
        """Tell whether a value that was read is another than the last one of its tag."""
        state = (one.value, one.t_source, one.code)
        if self._known.get(one.tag) == state:
            return False
        self._known[one.tag] = state
        return True

    def require_alive(self, sink: Sink) -> None:
        """Raise SourceUnavailable where the session is over, hangs, or has lost something that the history may have."""
        if not self.session.alive:
            raise SourceUnavailable(f"{self._options.url}: the connection broke")
        if self._subscription is None:
            return
        if self._subscription.silent_s() > 2 * self._options.keep_alive_s:
            raise SourceUnavailable(f"{self._options.url}: hung - no sign of life for two keep-alives")
        if self._subscription.broken:
            if self._subscription.lost:
                sink.dropped(self._subscription.lost, "overflow")
            raise SourceUnavailable(f"{self._options.url}: {self._subscription.broken}; asking the history")


def _resolved(
    tags: Mapping[str, Tag], known: Mapping[str, ua.NodeId], session: Session, where: str
) -> tuple[dict[str, ua.NodeId], dict[str, str]]:
    """Return nodes by tag for those that are not known yet, and the tags whose namespace the server does not have."""
    found: dict[str, ua.NodeId] = {}
    missing: dict[str, str] = {}
    for text, tag in tags.items():
        if text in known:
            continue
        try:
            found[text] = tag.node(session.namespaces, where)
        except DefinitionError as error:
            missing[text] = str(error).removeprefix(f"{where}: ")
    return found, missing
