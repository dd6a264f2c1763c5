"""What a chart is made of: values in the order of production, with sizes, subgroups or parts where the chart asks."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from models.base import Array
from models.errors import NotEnoughData, TaskError
from models.spc.series import as_numbers, as_series


@dataclass(frozen=True, eq=False)
class Observations:
    """What is charted, in the order of production.

    Parameters
    ----------
    values : array_like, shape (n,) or (n, p)
        Measurements; counts or 0/1 results, for charts of attributes; one column a variable, for multivariate charts.
        NaN where missing.
    groups : sequence, length n, optional
        The rational subgroup of each value; equal neighbours are one subgroup. A subgroup that comes back later is
        another one.
    sizes : array_like, shape (n,), optional
        Units inspected, for counts that are already added up.
    parts : sequence, length n, optional
        What was made (grade, part number), for short runs.
    nominals : array_like, shape (n,), optional
        The nominal value each measurement is held against, for short runs.
    names : sequence of str, length p
        Of the variables.
    breaks : sequence of int
        Where limits, tool or grade changed: indices of values, the first after the change.
    hours : array_like, shape (n,), optional
        When each value was made, rising, for forecasts that know how long ago the last value was.

    Raises
    ------
    TaskError
        If the values are no series, or lengths contradict each other.

    Examples
    --------
    >>> seen = Observations([1.0, 2.0, 3.0, 4.0, 5.0], groups="aabba")
    >>> [g.tolist() for g in seen.subgroups]
    [[1.0, 2.0], [3.0, 4.0], [5.0]]
    >>> seen.positions
    array([1, 3, 4])
    """

    values: ArrayLike
    groups: Sequence[Hashable] | None = None
    sizes: ArrayLike | None = None
    parts: Sequence[Hashable] | None = None
    nominals: ArrayLike | None = None
    names: Sequence[str] = ()
    breaks: Sequence[int] = ()
    hours: ArrayLike | None = None

    def __post_init__(self) -> None:
        shape = np.shape(np.asarray(self.values, dtype=object))
        if not shape:
            raise TaskError(f"observations: {type(self.values).__name__} is no series - give one value for each unit")
        n = shape[0]
        for what in ("groups", "sizes", "parts", "nominals", "hours"):
            given = getattr(self, what)
            if given is not None and len(given) != n:
                raise TaskError(f"observations: {n} values and {len(given)} {what} - give one for each value")

    @cached_property
    def series(self) -> Array:
        """The values as a vector."""
        return as_series(self.values)

    @cached_property
    def ends(self) -> tuple[tuple[int, int], ...]:
        """First index and index after the last of each subgroup; every value is its own without subgroups."""
        n = len(np.asarray(self.values, dtype=object))
        if self.groups is None:
            return tuple((i, i + 1) for i in range(n))
        anew = set(self.breaks)
        starts = [i for i in range(n) if i == 0 or self.groups[i] != self.groups[i - 1] or i in anew]
        return tuple(itertools.pairwise([*starts, n]))

    @property
    def subgroups(self) -> tuple[Array, ...]:
        """The values of each subgroup."""
        return tuple(self.series[a:b] for a, b in self.ends)

    @property
    def positions(self) -> np.ndarray:
        """The last value of each subgroup."""
        return np.array([b - 1 for _, b in self.ends], dtype=np.int64)

    @property
    def group_breaks(self) -> tuple[int, ...]:
        """Breaks as indices of subgroups."""
        anew = set(self.breaks)
        return tuple(i for i, (a, _) in enumerate(self.ends) if a in anew)

    @property
    def tallies(self) -> tuple[Array, Array]:
        """Counts and inspected units of each point: added up over subgroups, else as they are given.

        Raises
        ------
        TaskError
            If there are neither sizes nor subgroups.
        """
        if self.sizes is None and self.groups is None:
            raise TaskError("observations: a chart of shares needs the units inspected - give sizes or groups")
        sizes = np.isfinite(self.series).astype(float) if self.sizes is None else as_series(self.sizes, "sizes")
        counts = np.array([_total(self.series[a:b]) for a, b in self.ends])
        return counts, np.array([_total(sizes[a:b]) for a, b in self.ends])

    @cached_property
    def matrix(self) -> Array:
        """The values as a matrix, one column a variable; a row with a missing value is missing as a whole.

        Raises
        ------
        TaskError
            If the values are no numbers, not two-dimensional, or the names do not fit.
        """
        x = as_numbers(self.values)
        if x.ndim != 2 or (self.names and len(self.names) != x.shape[1]):
            raise TaskError(
                f"values of shape {x.shape} with {len(self.names)} names - give (n, p): one column a variable"
            )
        x[~np.isfinite(x).all(axis=1)] = np.nan
        return x


def _total(part: Array) -> float:
    """Sum of what is there; NaN where nothing is."""
    there = part[np.isfinite(part)]
    return float(there.sum()) if there.size else np.nan


def consecutive(n: int, size: int) -> np.ndarray:
    """Return subgroups of `size` consecutive values as numbers; what is left over at the end is left out.

    Raises
    ------
    TaskError
        If `size` is below 1.
    NotEnoughData
        If not one subgroup is full.

    Examples
    --------
    >>> consecutive(7, 3)
    array([0, 0, 0, 1, 1, 1])
    """
    if not size >= 1:
        raise TaskError(f"subgroups of {size} values - use at least 1")
    if n < size:
        raise NotEnoughData(f"subgroups of {size}: {n} values, at least {size} are needed", size)
    return np.repeat(np.arange(n // size), size)
