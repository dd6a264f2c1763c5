"""What every row of the load says: a function of stage and number, so that it can be told again when it is checked."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BLOCK = 256
SEED = 2026


def names(parameters: int) -> tuple[str, ...]:
    """Return the names of so many parameters."""
    return tuple(f"p{i:03}" for i in range(parameters))


def unit_id(stage: str, number: int) -> str:
    """Return the id of a unit.

    Examples
    --------
    >>> number_of(unit_id("stage-01", 7))
    7
    """
    return f"{stage}-{number:09}"


def number_of(unit: str) -> int:
    """Return the number of a unit."""
    return int(unit.rpartition("-")[2])


@lru_cache(maxsize=256)
def _block(stage: int, block: int, parameters: int) -> Array:
    return np.random.default_rng((SEED, stage, block)).normal(100.0, 10.0, (BLOCK, parameters)).round(3)


def row(stage: int, number: int, parameters: int) -> list[float]:
    """Return the values of a unit's parameters."""
    return [float(value) for value in _block(stage, number // BLOCK, parameters)[number % BLOCK]]


def rows(stage: int, numbers: NDArray[np.int64], parameters: int) -> Array:
    """Return the values of many units, shape (len(numbers), parameters).

    Examples
    --------
    >>> rows(0, np.array([3, 300]), 2).tolist() == [row(0, 3, 2), row(0, 300, 2)]
    True
    """
    found = np.empty((len(numbers), parameters))
    for block in np.unique(numbers // BLOCK):
        mine = numbers // BLOCK == block
        found[mine] = _block(stage, int(block), parameters)[numbers[mine] % BLOCK]
    return found


def measured(values: list[float]) -> float:
    """Return the quality that values make: something that can be learned, with a rest that cannot."""
    rest = (values[0] * 7919.0) % 1.0
    return round(50.0 + 0.2 * (values[0] - 100.0) - 0.1 * (values[-1] - 100.0) + rest, 3)
