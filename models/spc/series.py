"""A series of measurements as every chart reads it: float64, in order, NaN where a value is missing."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from models.base import Array
from models.errors import NotEnoughData, TaskError


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
        If something is no number or the shape is not one-dimensional.

    Examples
    --------
    >>> as_series([1, None, float("inf")])
    array([ 1., nan, nan])
    """
    try:
        series = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TaskError(f"{what} holds something that is no number ({error}) - NaN where missing") from None
    if series.ndim != 1:
        raise TaskError(f"{what} has shape {series.shape}, expected (n,): one value for each unit")
    series[~np.isfinite(series)] = np.nan
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
