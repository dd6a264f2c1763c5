"""Being told of changes: a buffer of our own with a limit, and nothing that goes missing unnoticed."""

from __future__ import annotations

import time
from collections import deque
from datetime import UTC, datetime

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds

from data_connectors.live import Sample
from data_connectors.opcua.options import Options
from data_connectors.opcua.session import Session
from data_connectors.opcua.values import overflowed, sample

_PAGE = 500
_LIFETIME = 3


class Subscription:
    """Monitored items of one session.

    The library's own queue drops the oldest of a thousand without a word; here each drop counts, be it ours (the disk
    is slower than the plant), the server's (the overflow bit), or a message that never came (its number is missing).

    Parameters
    ----------
    session : Session
    options : Options
    """

    def __init__(self, session: Session, options: Options) -> None:
        self._session, self._options = session, options
        self._tags: dict[int, str] = {}
        self._buffer: deque[Sample] = deque()
        self._number: int | None = None
        self._id = 0
        self.lost = 0
        self.broken = ""
        self.heard_at = time.monotonic()

    async def open(self) -> None:
        """Ask the server for a subscription; it has no items yet."""
        every = self._options.every_s * 1000
        beats = max(int(self._options.keep_alive_s / self._options.every_s), 1)
        made = await self._session.client.uaclient.create_subscription(
            ua.CreateSubscriptionParameters(
                RequestedPublishingInterval=every,
                RequestedLifetimeCount=ua.Counter(beats * _LIFETIME * 2),
                RequestedMaxKeepAliveCount=ua.Counter(beats),
                MaxNotificationsPerPublish=ua.Counter(10_000),
                PublishingEnabled=True,
            ),
            self._told,
        )
        self._id = made.SubscriptionId
        self.heard_at = time.monotonic()

    async def add(self, nodes: dict[str, ua.NodeId]) -> dict[str, str]:
        """Monitor nodes; return the refused ones with the server's word. One that is refused does not stop the rest."""
        refused: dict[str, str] = {}
        tags = list(nodes)
        for first in range(0, len(tags), _PAGE):
            part = tags[first : first + _PAGE]
            results = await self._session.client.uaclient.create_monitored_items(self._request(part, nodes))
            for tag, result in zip(part, results, strict=True):
                if not result.StatusCode.is_good():
                    refused[tag] = result.StatusCode.name
        return refused

    def _request(self, tags: list[str], nodes: dict[str, ua.NodeId]) -> ua.CreateMonitoredItemsParameters:
        wanted = []
        for tag in tags:
            handle = len(self._tags) + 1
            self._tags[handle] = tag
            how = ua.MonitoringParameters(
                ClientHandle=ua.IntegerId(handle),
                SamplingInterval=self._options.sampling_s * 1000,
                QueueSize=ua.Counter(self._options.queue),
                DiscardOldest=True,
            )
            item = ua.ReadValueId(NodeId=nodes[tag], AttributeId=AttributeIds.Value)
            wanted.append(ua.MonitoredItemCreateRequest(item, ua.MonitoringMode.Reporting, how))
        return ua.CreateMonitoredItemsParameters(
            SubscriptionId=self._id, TimestampsToReturn=ua.TimestampsToReturn.Both, ItemsToCreate=wanted
        )

    def drain(self) -> list[Sample]:
        """Return what has come, and make room."""
        taken = list(self._buffer)
        self._buffer.clear()
        return taken

    def silent_s(self) -> float:
        """Return for how long the server has sent nothing, not even a sign of life."""
        return time.monotonic() - self.heard_at

    def _told(self, result: ua.PublishResult) -> None:
        self.heard_at = time.monotonic()
        message = result.NotificationMessage
        if message.NotificationData:
            self._count(int(message.SequenceNumber))
        received = datetime.now(UTC)
        for news in message.NotificationData or ():
            if isinstance(news, ua.DataChangeNotification):
                self._changed(news, received)
            elif isinstance(news, ua.StatusChangeNotification):
                self._lose(0, f"the server ended the subscription ({news.Status.name})")

    def _count(self, number: int) -> None:
        """Look for missing messages: their numbers go up by one (OPC 10000-4, 5.14.1.1)."""
        expected = None if self._number is None else self._number % 0xFFFFFFFF + 1
        if expected is not None and number != expected:
            self._lose(0, f"messages {expected} to {number - 1} never came")
        self._number = number

    def _changed(self, news: ua.DataChangeNotification, received: datetime) -> None:
        for item in news.MonitoredItems or ():
            tag = self._tags.get(int(item.ClientHandle))
            if tag is None or item.Value is None:
                continue
            if overflowed(item.Value):
                self._lose(1, f"the server's queue of {tag} ran over - set queue higher, or every_s lower")
            elif len(self._buffer) >= self._options.buffer:
                self._lose(1, "changes came faster than the disk takes them - set buffer higher")
            elif self.broken:
                self.lost += 1
            else:
                self._buffer.append(sample(tag, item.Value, received))

    def _lose(self, count: int, why: str) -> None:
        """Take nothing more: it would move the mark beyond what was lost, which the history is asked for."""
        self.lost += count
        self.broken = self.broken or why
