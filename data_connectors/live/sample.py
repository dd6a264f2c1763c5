"""What a live source says, and where it is kept until the store has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Literal, Protocol, runtime_checkable

from data_connectors.base import Gap, Quality, Reject
from data_connectors.schema import Stage


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of one tag, as a control system delivers it.

    Parameters
    ----------
    tag : str
        The source's own name of it (node, topic with path, register).
    value : float, str, bool or None
        None where the source sends none.
    t_source, t_server : datetime or None
        By the clock of the device and of the server (aware); None where the protocol has none.
    t_received : datetime
        By our clock.
    quality : {'good', 'uncertain', 'bad'}
    code : str
        The source's own word or number for the quality.
    historical : bool
        Stored by the device while nobody could hear it, and told afterwards: it says nothing of now.
    """

    tag: str
    value: float | str | bool | None
    t_source: datetime | None
    t_server: datetime | None
    t_received: datetime
    quality: Quality = "good"
    code: str = ""
    historical: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One message that is a row by itself: its fields, not yet cast.

    Parameters
    ----------
    fields : mapping of str to object
        By the source's own column names; text, number, bool or None.
    t_source, t_server : datetime or None
    t_received : datetime
    origin : str
        The topic or address it came from.
    """

    fields: Mapping[str, float | str | bool | None]
    t_source: datetime | None
    t_server: datetime | None
    t_received: datetime
    origin: str = ""


#: What a source tells: a value, a row, or a message that is neither and goes to quarantine.
Heard = Sample | Record | Reject

#: How the connection of a listener stands. Paused: it is up, and the source was asked to wait for room on the disk.
Link = Literal["connecting", "connected", "paused", "disconnected", "refused"]


class Sink(Protocol):
    """Where a listener puts what it hears; bounded, on disk, read by ``Connector.read``."""

    def keep(self, heard: Sequence[Heard], gaps: Sequence[Gap] = (), mark: str = "") -> None:
        """Return once `heard` and `gaps` would survive a power cut; only then may the source be acknowledged.

        Raises SpoolFull when its limit is reached: the listener pauses the source, and nothing is dropped.
        """
        ...

    def tell(self, link: Link, words: str = "") -> None:
        """Say how the connection stands and why, for pages and commands; costs nothing, may be called at any time."""
        ...

    def dropped(self, count: int, cause: str) -> None:
        """Count what is lost because the protocol cannot wait; each drop is shown. A `Gap` says when it was."""
        ...

    @property
    def mark(self) -> str:
        """The newest mark that was kept: where the source is to be asked on from (empty at first)."""
        ...


@runtime_checkable
class Listener(Protocol):
    """A connector that is told instead of asking. One runs per source, for as long as the plant does."""

    def listen(self, stage: Stage, sink: Sink, stop: Event) -> None:
        """Connect, hear, keep, reconnect for ever (exponential with jitter, 60 s at most), until `stop` is set.

        A break whose values the source cannot deliver again becomes a `Gap`.
        """
        ...
