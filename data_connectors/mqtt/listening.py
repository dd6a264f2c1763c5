"""Listening to a broker for ever: one session after the other, and what could not be heard between them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Event

from data_connectors.base import Gap
from data_connectors.errors import SourceUnavailable
from data_connectors.live.reconnecting import for_ever
from data_connectors.live.sample import Sink
from data_connectors.mqtt.link import Link

#: A connection that ends sooner is a short one; so many short ones in a row look like two clients with one id.
SHORT_S = 5.0
SHORT_ENDS = 3

Make = Callable[[], Link]


class Listening:
    """Keeps a session with a broker.

    Parameters
    ----------
    make : callable
        Returns a new `Link`.
    sink : Sink
    stop : threading.Event
    now : callable
    client_id : str
        For messages.
    certain : bool
        False where publishers are known not to want certainty.
    """

    def __init__(
        self, make: Make, sink: Sink, stop: Event, now: Callable[[], datetime], client_id: str, *, certain: bool = True
    ) -> None:
        self._make, self._sink, self._stop, self._now, self._client_id = make, sink, stop, now, client_id
        self._alive = datetime.fromisoformat(sink.mark) if sink.mark else None
        self._uncertain = not certain
        self._gaps: list[Gap] = []
        self._short = 0

    def run(self) -> None:
        """Connect, hear and reconnect until told to stop."""
        for_ever(self._once, self._sink, self._stop, random.Random())

    def _once(self) -> None:
        self._sink.tell("connecting")
        link = self._make()
        link.open()
        self._note_gap(present=bool(link.session_present))
        began = time.monotonic()
        try:
            link.hear(self._stop.is_set, self._gaps)
        except SourceUnavailable as error:
            self._short = self._short + 1 if time.monotonic() - began < SHORT_S else 0
            if link.taken or self._short >= SHORT_ENDS:
                raise SourceUnavailable(f"{error} - {self._twice()}") from error
            raise
        finally:
            self._alive, self._uncertain = link.alive, self._uncertain or link.uncertain

    def _note_gap(self, *, present: bool) -> None:
        """Note what nobody will send again: the broker lost our session, or a publisher does not want certainty."""
        if self._alive is None or (present and not self._uncertain):
            return
        cause = "disconnected" if present else "session_lost"
        text = _UNCERTAIN if present else _LOST
        self._gaps.append(Gap(self._alive, max(self._now(), self._alive), cause, text))

    def _twice(self) -> str:
        return (
            f"client id {self._client_id!r} seems to be used by another client too, and the broker hands the session to"
            " and fro: give each program its own client_id"
        )


_LOST = (
    "the broker no longer had our session (restarted without persistence, or the session expired): what was published"
    " meanwhile cannot be had from it"
)
_UNCERTAIN = "a publisher sends with QoS 0: what it sent while we were not connected is gone"


def kept_client_id(folder: Path, wanted: str) -> str:
    """Return the client id that was made for this folder, made once and kept: the broker's session hangs on it.

    Parameters
    ----------
    folder : Path
        The spool.
    wanted : str
        How a new one begins.
    """
    path = folder / "client_id"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    made = f"{wanted}-{random.SystemRandom().randrange(16**8):08x}"
    path.write_text(made, encoding="ascii")
    return made
