"""A listener that takes its time over each message, to be killed while it is busy.

Run as a script: KIND ADDRESS FOLDER MILLISECONDS MOST MUTANT.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from data_connectors import make_connector
from data_connectors.base import Gap
from data_connectors.live import Heard, LiveConnector, Spool
from data_connectors.mqtt import link
from data_connectors.schema import Parameter, Source, Stage

FOR_EVER_S = 600.0
STAGE = Stage("rolling-2", "line-1", "rolling", (Parameter("speed"),), ())


class Busy(Spool):
    """Takes a while over each message, and for ever over the one after so many: whoever kills it is in time.

    `singly` keeps one after the other, the mark with the last.
    """

    def __init__(self, folder: Path, seconds: float, most: int, *, singly: bool) -> None:
        super().__init__(folder)
        self._seconds, self._singly, self._left = seconds, singly, most

    def keep(self, heard: Sequence[Heard], gaps: Sequence[Gap] = (), mark: str = "") -> None:
        for item in heard:
            self._left -= 1
            time.sleep(self._seconds if self._left >= 0 else FOR_EVER_S)
            if self._singly:
                super().keep([item])
        super().keep([] if self._singly else heard, gaps, mark)


def source_of(kind: str, address: str) -> Source:
    if kind == "kafka":
        settings: dict[str, object] = {"servers": address, "topic": "line"}
    else:
        settings = {"host": "127.0.0.1", "port": int(address), "topics": "plant/#", "client_id": "qc-busy"}
    return Source("line", kind, "rolling-2", settings=settings)


class Hasty(link.Link):
    """The mutant: acknowledged as soon as it arrives."""

    def open(self) -> None:
        self.client.manual_ack_set(False)
        super().open()


def main(kind: str, address: str, folder: str, milliseconds: str, most: str, mutant: str) -> None:
    if mutant == "yes":
        from data_connectors.mqtt import connector

        connector.Link = Hasty  # type: ignore[misc]
    if kind == "kafka":
        from data_connectors.kafka import listening

        listening.AT_ONCE = 10
    made = make_connector(source_of(kind, address), lambda: datetime.now(UTC), Path(folder))
    assert isinstance(made, LiveConnector)
    with Busy(Path(folder), float(milliseconds) / 1000, int(most), singly=kind == "mqtt") as spool:
        made.listen(STAGE, spool, threading.Event())  # type: ignore[attr-defined]


if __name__ == "__main__":
    main(*sys.argv[1:])
