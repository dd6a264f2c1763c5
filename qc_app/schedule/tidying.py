"""Small files are joined by day, on a pulse of its own: neither reading nor a night waits for it."""

from __future__ import annotations

from collections.abc import Callable

from qc_app.jobs.upkeep import tidy
from qc_app.plant import Plant
from qc_app.store import Store


class Tidying:
    """Joins what reading leaves behind.

    Parameters
    ----------
    store : Store
    permit : callable
        Raises if another process leads now.
    current : callable
        Returns the plant in force, or None.
    """

    def __init__(self, store: Store, permit: Callable[[], None], current: Callable[[], Plant | None]) -> None:
        self._store, self._permit, self._current = store, permit, current

    def round(self) -> None:
        """Look at every stage, and join where there are many small files.

        Raises
        ------
        AlreadyRunning
            If this process may not lead any more.
        StoreError
            If the disk refuses; the next round tries again.
        """
        self._permit()
        plant = self._current()
        if plant is not None:
            tidy(self._store, plant, self._permit)
