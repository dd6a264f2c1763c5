"""Labels beside what was said of their units before the label was known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.base import Array
from models.errors import TaskError

_COLUMNS = ("y", "mean", "lower", "upper", "naive", "recent")


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Units whose label has come, in the order of production.

    Parameters
    ----------
    y : ndarray, shape (n,)
        Measured; 0 or 1 for a defect.
    mean, lower, upper : ndarray, shape (n,)
        Said before the label was known; bounds may be NaN where there is no interval.
    naive, recent : ndarray, shape (n,)
        The baselines: mean of all labels known before, mean of the newest of them.
    lots : ndarray of object, shape (n,)
        Units of a lot are resampled together.
    limits : (lower, upper)
        Specification; None where there is none.
    binary : bool
        Whether `mean` is the probability of a defect.
    """

    y: Array
    mean: Array
    lower: Array
    upper: Array
    naive: Array
    recent: Array
    lots: NDArray[np.object_]
    limits: tuple[float | None, float | None] = (None, None)
    binary: bool = False

    def __post_init__(self) -> None:
        """Refuse arrays of different lengths."""
        sizes = {name: len(getattr(self, name)) for name in (*_COLUMNS, "lots")}
        if len(set(sizes.values())) > 1:
            raise TaskError(f"judged units of different numbers: {sizes} - give one value for each unit")

    @classmethod
    def of(
        cls,
        y: ArrayLike,
        mean: ArrayLike,
        lower: ArrayLike | None = None,
        upper: ArrayLike | None = None,
        *,
        naive: ArrayLike | None = None,
        recent: ArrayLike | None = None,
        lots: ArrayLike | None = None,
        limits: tuple[float | None, float | None] = (None, None),
        binary: bool = False,
    ) -> Judged:
        """Make it of any sequences; what is not given is NaN, and every unit a lot of its own.

        Examples
        --------
        >>> len(Judged.of([1.0, 2.0], [1.5, 1.5]))
        2
        """
        size = len(np.atleast_1d(np.asarray(y)))
        arrays = [np.full(size, np.nan) if a is None else np.atleast_1d(np.array(a, dtype=np.float64))
                  for a in (y, mean, lower, upper, naive, recent)]  # fmt: skip
        named = np.arange(size).astype(object) if lots is None else np.array(lots, dtype=object)
        told = dict(zip(_COLUMNS, arrays, strict=True))
        return cls(**told, lots=named, limits=limits, binary=binary)

    def __len__(self) -> int:
        return len(self.y)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Judged:
        """Return the units of `rows`, places or a mask."""
        columns: dict[str, Any] = {name: getattr(self, name)[rows] for name in (*_COLUMNS, "lots")}
        return replace(self, **columns)

    def losses(self, said: Array) -> Array:
        """Return each unit's loss under predictions `said`: absolute, or squared for the probability of a defect."""
        away = np.abs(self.y - said)
        return away**2 if self.binary else away
