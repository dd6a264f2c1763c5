"""Counts with the units or area they were found on, as every chart of attributes reads them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from models.base import Array
from models.errors import NotEnoughData, TaskError
from models.spc.series import as_series

FEW = 20


def checked(counts: ArrayLike, sizes: ArrayLike, *, shares: bool) -> tuple[Array, Array]:
    """Return counts and sizes as vectors; a point with nothing inspected is missing.

    Parameters
    ----------
    counts, sizes : array_like, shape (n,)
        Found, and inspected (units, area, length); one size may stand for all.
    shares : bool
        Whether a count is a number of units, so that it is whole and at most its size.

    Raises
    ------
    TaskError
        If counts are negative, not whole, or more than were inspected; if sizes are negative or of another number.

    Examples
    --------
    >>> checked([1, 0, 2], [10, 0, 20], shares=True)
    (array([ 1., nan,  2.]), array([10., nan, 20.]))
    >>> checked([-1], [10], shares=True)
    Traceback (most recent call last):
    models.errors.TaskError: counts: -1 at point 0 - a count is a whole number, 0 or more
    """
    found = as_series(counts, "counts")
    given = as_series(np.atleast_1d(np.asarray(sizes)), "sizes")
    if len(given) not in {1, len(found)}:
        raise TaskError(f"counts: {len(found)} of them and {len(given)} sizes - give one size for each, or one for all")
    inspected = np.broadcast_to(given, found.shape).copy()
    wrong = np.flatnonzero((found < 0) | (found != np.round(found)) & np.isfinite(found))
    if wrong.size:
        i = int(wrong[0])
        raise TaskError(f"counts: {found[i]:.15g} at point {i} - a count is a whole number, 0 or more")
    if (inspected < 0).any():
        i = int(np.flatnonzero(inspected < 0)[0])
        raise TaskError(f"sizes: {inspected[i]:g} at point {i} - inspected units or area are 0 or more")
    if (shares and (found > inspected).any()) or ((found > 0) & (inspected == 0)).any():
        i = int(np.flatnonzero((found > inspected) if shares else (found > 0) & (inspected == 0))[0])
        raise TaskError(
            f"counts: {found[i]:g} found among {inspected[i]:g} inspected at point {i} - correct one of them"
        )
    gone = ~np.isfinite(found) | ~np.isfinite(inspected) | (inspected == 0)
    found[gone] = inspected[gone] = np.nan
    return found, inspected


def phase_one(found: Array, inspected: Array, window: slice | None) -> tuple[Array, Array]:
    """Return the points of the window that are there.

    Raises
    ------
    NotEnoughData
        With fewer than two points.
    """
    there = found[window or slice(None)], inspected[window or slice(None)]
    keep = np.isfinite(there[0])
    if keep.sum() < 2:
        raise NotEnoughData(f"chart of counts: {keep.sum()} points with something inspected, at least 2 are needed", 2)
    return there[0][keep], there[1][keep]


def warnings_of(n: int, sigma: float, expected: float) -> tuple[str, ...]:
    """Return what a reader has to know: few points, no spread, or counts too small for a normal picture.

    Examples
    --------
    >>> warnings_of(25, 0.1, 1.2)
    ('1.2 are expected a point: below 5 the lower side signals late or never, use larger subgroups',)
    """
    found = []
    if n < FEW:
        found.append(f"limits stand on {n} points: provisional below {FEW}, expect false alarms and misses")
    if sigma == 0:
        found.append("nothing or everything was found in phase I: no spread, every change signals")
    elif expected < 5:
        found.append(
            f"{expected:.2g} are expected a point: below 5 the lower side signals late or never, use larger subgroups"
        )
    return tuple(found)
