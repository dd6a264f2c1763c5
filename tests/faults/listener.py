"""A listener that takes its time over each message, to be killed while it is busy.

Run as a script: PORT FOLDER MILLISECONDS MUTANT.
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

STAGE = Stage("rolling-2", "line-1", "rolling", (Parameter("speed"),), ())


class Busy(Spool):
    """Keeps one message after the other, each after a while."""

    def __init__(self, folder: Path, seconds: float) -> None:
        super().__init__(folder)
        self._seconds = seconds

    def keep(self, heard: Sequence[Heard], gaps: Sequence[Gap] = (), mark: str = "") -> None:
        for item in heard:
            time.sleep(self._seconds)
            super().keep([item], mark=mark)
        super().keep([], gaps, mark)


def source_of(port: int) -> Source:
    settings = {"host": "127.0.0.1", "port": port, "topics": "plant/#", "client_id": "qc-busy", "keepalive_s": 5}
    return Source("line", "mqtt", "rolling-2", settings=settings)


class Hasty(link.Link):
    """The mutant: acknowledged as soon as it arrives."""

    def open(self) -> None:
        self.client.manual_ack_set(False)
        super().open()


def main(port: str, folder: str, milliseconds: str, mutant: str) -> None:
    if mutant == "yes":
        from data_connectors.mqtt import connector

        connector.Link = Hasty  # type: ignore[misc]
    made = make_connector(source_of(int(port)), lambda: datetime.now(UTC), Path(folder))
    assert isinstance(made, LiveConnector)
    with Busy(Path(folder), float(milliseconds) / 1000) as spool:
        made.listen(STAGE, spool, threading.Event())  # type: ignore[attr-defined]


if __name__ == "__main__":
    main(*sys.argv[1:])
