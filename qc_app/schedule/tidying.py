"""Small files are joined by day, on a pulse of its own: neither reading nor a night waits for it."""

from __future__ import annotations

from qc_app.jobs.upkeep import tidy
from qc_app.schedule.led import LedPlant


class Tidying:
    """Joins what reading leaves behind.

    Parameters
    ----------
    led : LedPlant
    """

    def __init__(self, led: LedPlant) -> None:
        self._led = led

    def round(self) -> None:
        """Look at every stage, and join where there are many small files.

        Raises
        ------
        AlreadyRunning
            If this process may not lead any more.
        StoreError
            If the disk refuses; the next round tries again.
        """
        self._led.permit()
        plant = self._led.plant()
        if plant is not None:
            tidy(self._led.store, plant, self._led.permit)
