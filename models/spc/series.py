"""A series of measurements as every chart reads it: float64, in order, NaN where a value is missing."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from models.base import Array
from models.errors import NotEnoughData, TaskError

_NO_NUMBERS = "cmM"  # complex numbers, spans, dates
MOST = 1e150
"""Larger values could not be squared any more."""


def as_numbers(values: ArrayLike, what: str = "values") -> Array:
    """Return `values` as float64 of whatever shape, a copy; infinite values become missing.

    Raises
    ------
    TaskError
        If something is no real number (words, dates, complex numbers), or too large to be squared.

    Examples
    --------
    >>> as_numbers([[1, None], [2.5, float("inf")]])
    array([[1. , nan],
           [2.5, nan]])
    """
    try:
        given = np.asarray(values)
        found = np.array([] if given.dtype.kind in _NO_NUMBERS else values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise TaskError(f"{what} holds something that is no number ({error}) - NaN where missing") from None
    if given.dtype.kind in _NO_NUMBERS:
        raise TaskError(f"{what} holds something that is no number ({given.dtype}) - NaN where missing")
    there = np.isfinite(found)
    most = float(np.max(np.abs(found), initial=0.0, where=there))
    if most > MOST:
        raise TaskError(f"{what} reach {most:.3g}, at most {MOST:g} - give them in a larger unit")
    return np.where(there, found, np.nan)


def as_series(values: ArrayLike, what: str = "values") -> Array:
    """Return `values` as a float64 vector; infinite values become missing.

    Parameters
    ----------
    values : array_like, shape (n,)
        In the order of production.
    what : str
        Name for the message.

    Returns
    -------
    ndarray of float64, shape (n,)

    Raises
    ------
    TaskError
        If something is no number or too large, or the shape is not one-dimensional.

    Examples
    --------
    >>> as_series([1, None, float("inf")])
    array([ 1., nan, nan])
    """
    series = as_numbers(values, what)
    if series.ndim != 1:
        raise TaskError(f"{what} has shape {series.shape}, expected (n,): one value for each unit")
    return series


def present(values: ArrayLike, what: str, needed: int) -> Array:
    """Return the values that are there, or say how many are needed.

    Parameters
    ----------
    values : array_like, shape (n,)
    what : str
        Name for the message.
    needed : int
        Least number of values that are not missing.

    Returns
    -------
    ndarray of float64, shape (m,), m >= `needed`

    Raises
    ------
    NotEnoughData
        With ``needed`` set.

    Examples
    --------
    >>> present([1.0, float("nan"), 3.0], "thickness", 2)
    array([1., 3.])
    """
    series = as_series(values, what)
    series = series[~np.isnan(series)]
    if len(series) < needed:
        raise NotEnoughData(f"{what}: {len(series)} values, at least {needed} are needed", needed)
    return series
