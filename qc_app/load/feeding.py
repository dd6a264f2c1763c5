"""The feeder: tells rows at a rate, ten times as many in a burst, an hour at once after an outage."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qc_app.load import truth
from qc_app.load.ledger import Ledger
from qc_app.load.making import kinds
from qc_app.load.offering import (
    BrokerOutlet,
    Database,
    FolderOutlet,
    Outlet,
    Row,
    TableOutlet,
    publisher,
    results_outlet,
)
from qc_app.load.serving import OpcUaOutlet, OpcUaServer
from qc_app.load.sizes import Size
from qc_app.plant import Plant

TICK_S = 0.1
#: Files and results are dropped so often, in seconds.
FILE_S = 5.0
RESULTS_S = 10.0
AT_ONCE = 500


class Feeder:
    """Feeds all stages of a plant from a thread of its own.

    Parameters
    ----------
    size : Size
    plant : Plant
    outside : Path
        The plant's own database and folders.
    port : int or None
        Of the broker.
    feed : str
        One of `FEEDS`.
    server : OpcUaServer, optional
    """

    def __init__(  # noqa: PLR0917 - what a plant is fed by
        self,
        size: Size,
        plant: Plant,
        outside: Path,
        port: int | None,
        feed: str = "mixed",
        server: OpcUaServer | None = None,
    ) -> None:
        self._size, self._stages = size, [stage.id for stage in plant.stages]
        self.ledger = Ledger(outside / "ledger.csv", size.stages)
        self._database = Database(outside)
        self._client: Any = None if port is None else publisher(port)
        self._kinds, self._server = kinds(size, feed, broker=port is not None), server
        self._outlets: list[Outlet] = [self._outlet(i, outside) for i in range(size.stages)]
        self._results = [results_outlet(outside, stage) for stage in self._stages]
        self._measured: list[list[Row]] = [[] for _ in self._stages]
        self._files: list[list[Row]] = [[] for _ in self._stages]
        self._owed = [i / size.stages for i in range(size.stages)]

    def _outlet(self, i: int, outside: Path) -> Outlet:
        stage, parameters = self._stages[i], self._size.parameters
        if self._kinds[i] == "mqtt":
            return BrokerOutlet(self._client, stage, parameters)
        if self._kinds[i] == "opcua" and self._server is not None:
            return OpcUaOutlet(self._server, stage)
        if self._kinds[i] == "table":
            return TableOutlet(self._database, stage, parameters)
        return FolderOutlet(outside / stage, stage, truth.names(parameters))

    def feed(self, seconds: float, times: float = 1.0, stop: threading.Event | None = None) -> None:
        """Tell rows for so long, `times` as many as usual; files and results that are under way go out at the end."""
        began = last = time.monotonic()
        dropped = sent = began
        while (now := time.monotonic()) - began < seconds and not (stop is not None and stop.is_set()):
            for i in range(self._size.stages):
                self._owed[i] += (now - last) * self._size.rows_per_s * times
                count, self._owed[i] = int(self._owed[i]), self._owed[i] % 1.0
                self._make(i, [time.time()] * count)
            last = now
            if now - dropped >= FILE_S:
                self._drop()
                dropped = now
            if now - sent >= RESULTS_S:
                self._send_results()
                sent = now
            time.sleep(max(TICK_S - (time.monotonic() - now), 0.0))
        self._drop()
        self._send_results()

    @contextmanager
    def going(self) -> Iterator[None]:
        """Feed in a thread as long as the block lasts."""
        stop = threading.Event()
        with ThreadPoolExecutor(1, "feed") as pool:
            feeding = pool.submit(self.feed, float("inf"), 1.0, stop)
            try:
                yield
            finally:
                stop.set()
                feeding.result()

    def make_up(self, seconds: float) -> None:
        """Tell at once what so many seconds would have brought that end now."""
        count, now = int(seconds * self._size.rows_per_s), time.time()
        for first in range(0, count, AT_ONCE):
            for i in range(self._size.stages):
                steps = range(first, min(first + AT_ONCE, count))
                self._make(i, [now - (count - k) / self._size.rows_per_s for k in steps])
        self._drop()
        self._send_results()

    def _make(self, i: int, moments: Sequence[float]) -> None:
        if not moments:
            return
        first = self.ledger.next_number(i) + len(self._files[i])
        rows = [(first + k, at, truth.row(i, first + k, self._size.parameters)) for k, at in enumerate(moments)]
        every = round(1.0 / self._size.label_share) if self._size.label_share else 0
        if every:
            self._measured[i] += [(n, at, [truth.measured(values)]) for n, at, values in rows if n % every == 0]
        if self._kinds[i] == "folder":
            self._files[i] += rows
            return
        self._outlets[i].offer(rows)
        self.ledger.offered(i, len(rows), time.time())

    def _drop(self) -> None:
        for i, rows in enumerate(self._files):
            if rows:
                self._outlets[i].offer(rows)
                self.ledger.offered(i, len(rows), time.time())
                self._files[i] = []

    def _send_results(self) -> None:
        for i, rows in enumerate(self._measured):
            if rows:
                self._results[i].offer(rows)
                self._measured[i] = []

    def close(self) -> None:
        """Let go of the database, the broker and the ledger."""
        self._database.close()
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()
        self.ledger.close()
