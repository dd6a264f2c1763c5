"""The same grade against the same grade: values as ranks among the reference units of their own context.

A plant that rolls more of one grade this week has moved its parameters, but not its process. The rank of a value among
the reference of its own context is uniform whatever the mix, so one test of all ranks asks what is wanted: did anything
move at equal grade? The mix itself is tested apart, and is information.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.base import Array
from models.drift.distances import shift_size
from models.errors import TaskError

FEWEST = 20
"""Reference units from which on a context is a yardstick."""
FEWEST_NOW = 5


@dataclass(frozen=True, slots=True)
class Contexts:
    """Which context (grade, recipe, regime) each unit of both windows was made in.

    Parameters
    ----------
    reference, current : ndarray of str, shape (n,), (m,)
    """

    reference: NDArray[np.str_]
    current: NDArray[np.str_]

    @classmethod
    def of(cls, reference: Sequence[object], current: Sequence[object]) -> Contexts:
        """Make it of any labels; None and NaN are a context of their own, ``?``.

        Examples
        --------
        >>> Contexts.of(["A", None], ["B"]).reference.tolist()
        ['A', '?']
        """
        return cls(*(_named(labels) for labels in (reference, current)))

    def require(self, n: int, m: int) -> None:
        """Raise TaskError unless there is one context a unit."""
        if self.reference.shape != (n,) or self.current.shape != (m,):
            shapes = f"{self.reference.shape} and {self.current.shape}"
            raise TaskError(f"drift contexts of shape {shapes}, expected ({n},) and ({m},): one for each unit")

    def known(self) -> tuple[str, ...]:
        """Return the contexts that have reference units enough to be held against."""
        names, counts = np.unique(self.reference, return_counts=True)
        return tuple(str(name) for name, count in zip(names, counts, strict=True) if count >= FEWEST)

    def keep(self, before: NDArray[np.bool_], now: NDArray[np.bool_]) -> Contexts:
        """Return the contexts of these units alone."""
        return Contexts(self.reference[before], self.current[now])

    def split(self, at: int) -> Contexts:
        """Return the contexts of the same units with the windows parted at another one.

        Examples
        --------
        >>> Contexts.of(["a", "b"], ["c"]).split(1).current.tolist()
        ['b', 'c']
        """
        both = np.concatenate([self.reference, self.current])
        return Contexts(both[:at], both[at:])


@dataclass(frozen=True, slots=True)
class InContext:
    """How one parameter moved inside one context.

    Parameters
    ----------
    context : str
    before, now : float
        Medians.
    shift : float
        In standard deviations of the reference inside the context.
    n : int
        Current units.
    """

    context: str
    before: float
    now: float
    shift: float
    n: int


def _named(labels: Sequence[object]) -> NDArray[np.str_]:
    return np.array(["?" if one is None or one != one else str(one) for one in labels], dtype=str)  # noqa: PLR0124 - NaN


def within(reference: Array, current: Array, contexts: Contexts) -> tuple[Array, Array]:
    """Return both windows as ranks inside their context.

    Parameters
    ----------
    reference, current : ndarray, shape (n,), (m,)
        NaN is missing and stays so; so does every unit of a context with fewer than 20 reference units.
    contexts : Contexts

    Returns
    -------
    reference, current : ndarray, shape (n,), (m,)
        Uniform on 0..1 as long as nothing moves at equal context.

    Examples
    --------
    >>> before = np.concatenate([np.arange(20.0), 100 + np.arange(20.0)])
    >>> grades = Contexts.of(["a"] * 20 + ["b"] * 20, ["b", "a"])
    >>> within(before, np.array([110.0, 110.0]), grades)[1].tolist()
    [0.525, 0.975]
    """
    contexts.require(len(reference), len(current))
    before, now = np.full(len(reference), np.nan), np.full(len(current), np.nan)
    for name in contexts.known():
        mine, theirs = contexts.reference == name, contexts.current == name
        sorted_ = np.sort(reference[mine & ~np.isnan(reference)])
        if len(sorted_) >= FEWEST:
            before[mine] = _ranks(sorted_, reference[mine])
            now[theirs] = np.clip(_ranks(sorted_, current[theirs]), 0.5 / len(sorted_), 1 - 0.5 / len(sorted_))
    return before, now


def yardstick(contexts: Contexts) -> float:
    """Return how many reference units of the present mix the reference is worth: 1 / sum(share^2 / n) over contexts.

    Where most units are now of a grade that was rare before, a thousand reference units are worth few.

    Examples
    --------
    >>> yardstick(Contexts.of(["a"] * 300 + ["b"] * 20, ["b"] * 10))
    20.0
    """
    known = contexts.known()
    now = np.array([(contexts.current == name).sum() for name in known], dtype=np.float64)
    before = np.array([(contexts.reference == name).sum() for name in known], dtype=np.float64)
    if not now.sum():
        return 0.0
    return float(1.0 / ((now / now.sum()) ** 2 / before).sum())


def _ranks(sorted_: Array, values: Array) -> Array:
    """Return mid-ranks among `sorted_` as shares; NaN stays NaN."""
    low, high = (np.searchsorted(sorted_, values, side) for side in ("left", "right"))
    return np.where(np.isnan(values), np.nan, (low + high) / 2 / len(sorted_))


def centered(reference: Array, current: Array, contexts: Contexts) -> tuple[Array, Array]:
    """Return both windows as distances from the reference median of their context; unknown contexts are left out.

    Examples
    --------
    >>> before = np.concatenate([np.zeros(20), np.full(20, 9.0)])
    >>> centered(before, np.array([9.5]), Contexts.of(["a"] * 20 + ["b"] * 20, ["b"]))[1].tolist()
    [0.5]
    """
    before, now = np.full(len(reference), np.nan), np.full(len(current), np.nan)
    for name in contexts.known():
        mine, theirs = contexts.reference == name, contexts.current == name
        middle = np.nanmedian(reference[mine])
        before[mine], now[theirs] = reference[mine] - middle, current[theirs] - middle
    return before[~np.isnan(before)], now[~np.isnan(now)]


def levelled(reference: Array, current: Array, contexts: Contexts) -> tuple[Array, Array, Contexts]:
    """Return the rows of known contexts, each parameter less the reference median of the context.

    Parameters
    ----------
    reference, current : ndarray, shape (n, d), (m, d)
        NaN is missing.
    contexts : Contexts

    Returns
    -------
    reference, current : ndarray, shape (k, d), (l, d)
    contexts : Contexts
        Of these rows.

    Examples
    --------
    >>> before = np.concatenate([np.zeros((20, 1)), np.full((20, 1), 9.0)])
    >>> a, b, kept = levelled(before, np.array([[9.5], [7.0]]), Contexts.of(["a"] * 20 + ["b"] * 20, ["b", "c"]))
    >>> len(a), b.tolist(), kept.current.tolist()
    (40, [[0.5]], ['b'])
    """
    contexts.require(len(reference), len(current))
    known = contexts.known()
    mine = contexts.keep(np.isin(contexts.reference, known), np.isin(contexts.current, known))
    a, b = reference[np.isin(contexts.reference, known)], current[np.isin(contexts.current, known)]
    away = np.array(a), np.array(b)
    for name in known:
        rows = a[mine.reference == name]
        seen = ~np.isnan(rows).all(axis=0)
        middle = np.full(a.shape[1], np.nan)
        middle[seen] = np.nanmedian(rows[:, seen], axis=0)
        away[0][mine.reference == name] -= middle
        away[1][mine.current == name] -= middle
    return away[0], away[1], mine


def per_context(reference: Array, current: Array, contexts: Contexts) -> tuple[InContext, ...]:
    """Return how far a parameter moved in each context with at least five current units, the farthest first.

    Examples
    --------
    >>> grades = Contexts.of(["a"] * 20, ["a"] * 5)
    >>> per_context(np.arange(20.0), np.full(5, 9.5), grades)[0].n
    5
    """
    found = []
    for name in contexts.known():
        a = reference[(contexts.reference == name) & ~np.isnan(reference)]
        b = current[(contexts.current == name) & ~np.isnan(current)]
        if len(a) >= FEWEST and len(b) >= FEWEST_NOW:
            found.append(InContext(name, float(np.median(a)), float(np.median(b)), shift_size(a, b), len(b)))
    return tuple(sorted(found, key=lambda one: -one.shift))
