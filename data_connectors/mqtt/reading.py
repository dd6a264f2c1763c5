"""What a link needs of the kind above it: what messages mean, what they show to be missing, what is answered."""

from __future__ import annotations

from typing import Protocol

from data_connectors.base import Gap
from data_connectors.live.messages import Message, Messages
from data_connectors.live.sample import Heard


class Reader(Protocol):
    """Says what messages mean."""

    def heard(self, message: Message) -> list[Heard]:
        """Return what a message says; one that cannot be read comes as a `Reject`, never as an error."""
        ...

    def gaps(self) -> list[Gap]:
        """Return, once, the holes that the messages showed."""
        ...

    def answers(self) -> list[tuple[str, bytes]]:
        """Return, once, what is to be published: topics and payloads. Nothing, unless somebody switched it on."""
        ...


class Plain(Messages):
    """Reads messages that are not numbered and are never answered."""

    def gaps(self) -> list[Gap]:
        """Return nothing: plain messages are not numbered."""
        return []

    def answers(self) -> list[tuple[str, bytes]]:
        """Return nothing: plain messages are never answered."""
        return []
