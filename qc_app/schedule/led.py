"""The plant that this process leads, as every pulse of the scheduler takes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qc_app.plant import Plant
from qc_app.store import Store


@dataclass(frozen=True, slots=True)
class LedPlant:
    """What a pulse works with.

    Parameters
    ----------
    store : Store
    permit : callable
        Raises if another process leads now.
    plant : callable
        Returns the plant in force, or None.
    """

    store: Store
    permit: Callable[[], None]
    plant: Callable[[], Plant | None]
