"""Write-back's own pulse: beside the beat and the night, for a heartbeat that waits for a night is none."""

from __future__ import annotations

import logging
import threading

from qc_app.jobs.writeback import Sending
from qc_app.schedule.led import LedPlant

log = logging.getLogger(__name__)


class Writing:
    """All outlets of a plant that are on, following its definition; none, and nothing is done.

    Parameters
    ----------
    led : LedPlant
    """

    def __init__(self, led: LedPlant) -> None:
        self._led = led
        self._lock = threading.Lock()
        self._sending: dict[str, Sending] = {}

    def round(self) -> None:
        """Let each outlet tell what is new.

        Raises
        ------
        AlreadyRunning
            If this process may not lead any more.
        StoreError
            If what is told cannot be recorded; the next round tries again.
        """
        with self._lock:
            self._led.permit()
            plant = self._led.plant()
            wanted = {} if plant is None else {o.name: o for o in plant.writeback if o.on}
            for name, sending in list(self._sending.items()):
                if wanted.get(name) != sending.outlet:
                    self._sending.pop(name).close("the plant definition turned it off, or changed it")
            for name, outlet in wanted.items():
                if name not in self._sending:
                    self._sending[name] = Sending(self._led.store, outlet)
                    log.info(
                        "write-back %s (%s) is on for %s of %s", name, outlet.kind, outlet.characteristic, outlet.stage
                    )
                self._sending[name].round()

    def stop(self) -> None:
        """Take back what stands outside, and let go."""
        with self._lock:
            for sending in self._sending.values():
                sending.close()
            self._sending.clear()
