"""Listeners of live sources: one thread each, as long as the plant runs; a dead one is begun again."""

from __future__ import annotations

import logging
import random
import threading
import time

from data_connectors.catalog import is_live, make_connector
from data_connectors.errors import ConnectorError
from data_connectors.live import Listener, LiveConnector, Spool
from data_connectors.live.reconnecting import waits
from data_connectors.schema import Source, Stage
from qc_app.plant import Plant
from qc_app.schedule.led import LedPlant
from qc_app.store import Store

log = logging.getLogger(__name__)

GOODBYE_S = 10.0


class Ear(threading.Thread):
    """Listens to one source until told to stop.

    Parameters
    ----------
    source : Source
    stage : Stage
    store : Store
    """

    def __init__(self, source: Source, stage: Stage, store: Store) -> None:
        super().__init__(name=f"listen {source.name}", daemon=True)
        self.source, self.stage = source, stage
        self._store = store
        self._over = threading.Event()
        self._spool: Spool | None = None

    def run(self) -> None:
        """Open the spool and listen; what cannot be is tried again, ever more rarely."""
        failures, rng = 0, random.Random()
        while not self._over.is_set():
            try:
                self._listen()
            except ConnectorError as error:
                failures += 1
                log.warning("listener of %s: %s", self.source.name, error)
                self._over.wait(waits(failures, rng))

    def _listen(self) -> None:
        folder = self._store.spool(self.source.name)
        connector = make_connector(self.source, self._store.clock.now, folder)
        if not isinstance(connector, Listener):
            raise ConnectorError(f"kind {self.source.kind!r} calls itself live and has no `listen` - correct it")
        limit = connector.live_options.spool_mb << 20 if isinstance(connector, LiveConnector) else None
        with Spool(folder, limit) if limit else Spool(folder) as spool:
            self._spool = spool
            try:
                connector.listen(self.stage, spool, self._over)
            finally:
                self._spool = None
                connector.close()

    def publish(self) -> None:
        """Write how the source stands, so that a silent one is seen to live."""
        spool = self._spool
        if spool is not None:
            spool.publish()

    def end(self) -> None:
        """Tell it to stop; it may take a moment."""
        self._over.set()


class Listening:
    """All listeners of a plant, following its definition.

    Parameters
    ----------
    led : LedPlant
    """

    def __init__(self, led: LedPlant) -> None:
        self._led = led
        self._lock = threading.Lock()
        self._ears: dict[str, Ear] = {}
        self._deaths: dict[str, tuple[int, float]] = {}

    def look(self) -> None:
        """Begin what is new or dead, end what is gone or changed.

        Raises
        ------
        AlreadyRunning
            If this process may not lead any more.
        """
        with self._lock:
            self._led.permit()
            self._follow(self._led.plant())

    def _follow(self, plant: Plant | None) -> None:
        wanted = {} if plant is None else _live(plant)
        for name, ear in list(self._ears.items()):
            if wanted.get(name) != (ear.source, ear.stage):
                self._end([self._ears.pop(name)])
                self._deaths.pop(name, None)
            elif not ear.is_alive():
                del self._ears[name]
                self._note_death(name)
        for name, (source, stage) in wanted.items():
            if name not in self._ears and time.monotonic() >= self._deaths.get(name, (0, 0.0))[1]:
                self._ears[name] = Ear(source, stage, self._led.store)
                self._ears[name].start()
                log.info("listening to %s (%s) for stage %s", name, source.kind, stage.id)
        for ear in self._ears.values():
            ear.publish()

    def _note_death(self, name: str) -> None:
        """A listener ends by itself only through a fault of the program: begin it again, ever more rarely."""
        count = self._deaths.get(name, (0, 0.0))[0] + 1
        wait = waits(count, random.Random())
        self._deaths[name] = (count, time.monotonic() + wait)
        log.error("listener of %s died; its last words stand above; it begins again in %.0f s", name, wait)

    def stop(self) -> None:
        """End all listeners; what they have not acknowledged, their sources keep."""
        with self._lock:
            self._end(list(self._ears.values()))
            self._ears.clear()

    def _end(self, ears: list[Ear]) -> None:
        for ear in ears:
            ear.end()
        deadline = time.monotonic() + GOODBYE_S
        for ear in ears:
            ear.join(max(deadline - time.monotonic(), 0.0))
            if ear.is_alive():
                log.warning("listener of %s does not end; its source keeps what was not acknowledged", ear.source.name)


def _live(plant: Plant) -> dict[str, tuple[Source, Stage]]:
    found = {}
    for source in plant.sources:
        try:
            if is_live(source.kind):
                found[source.name] = (source, plant.stage(source.stage))
        except ConnectorError as error:
            log.warning("source %s cannot be listened to: %s", source.name, error)
    return found
