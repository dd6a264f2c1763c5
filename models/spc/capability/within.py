"""The spread within: between neighbours, or inside rational subgroups."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.base import Array
from models.errors import NotEnoughData, TaskError
from models.spc.capability.indices import moving_range_df
from models.spc.series import as_series
from models.spc.variables.individuals import D2, moving_ranges


@dataclass(frozen=True, slots=True)
class Within:
    """Standard deviation while only common causes act.

    Parameters
    ----------
    sigma : float
        In the characteristic's unit.
    df : float
        Degrees of freedom it is worth.
    estimator : str
        "average moving range" or "pooled standard deviation".
    """

    sigma: float
    df: float
    estimator: str


def within(values: ArrayLike, groups: Sequence[Hashable] | None = None) -> Within:
    """Estimate the spread within: pooled over subgroups, or from moving ranges where there are none.

    sigma^2 = sum (n_i - 1) s_i^2 / sum (n_i - 1) with sum (n_i - 1) degrees of freedom; subgroups of one value add
    nothing. Without subgroups: average moving range / 1.128.

    Parameters
    ----------
    values : array_like, shape (n,)
        In the order of production; NaN where missing.
    groups : sequence, length n, optional
        The subgroup of each value.

    Returns
    -------
    Within

    Raises
    ------
    NotEnoughData
        With fewer than two values.
    TaskError
        If `groups` is not as long as `values`.

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control, 6.3; ISO 22514-2.

    Examples
    --------
    >>> found = within([1.0, 3.0, 11.0, 13.0], ["a", "a", "b", "b"])
    >>> round(found.sigma, 4), found.df, found.estimator
    (1.4142, 2.0, 'pooled standard deviation')
    """
    x = as_series(values)
    if groups is not None:
        if len(groups) != len(x):
            raise TaskError(f"capability: {len(groups)} subgroup names for {len(x)} values - give one for each value")
        pooled = _pooled(x, groups)
        if pooled is not None:
            return pooled
    ranges = moving_ranges(x)
    if not np.isfinite(ranges).any():
        ranges = moving_ranges(x[np.isfinite(x)])
    n = int(np.isfinite(ranges).sum()) + 1
    if n < 2:
        raise NotEnoughData(f"spread within: {np.isfinite(x).sum()} values, at least 2 are needed", 2)
    return Within(float(np.nanmean(ranges)) / D2, moving_range_df(n), "average moving range")


def _pooled(x: Array, groups: Sequence[Hashable]) -> Within | None:
    parts: dict[Hashable, list[float]] = {}
    for value, group in zip(x.tolist(), groups, strict=True):
        if np.isfinite(value):
            parts.setdefault(group, []).append(value)
    df = sum(len(part) - 1 for part in parts.values())
    if df == 0:
        return None
    squares = sum(float(np.sum((np.array(part) - np.mean(part)) ** 2)) for part in parts.values())
    return Within(float(np.sqrt(squares / df)), float(df), "pooled standard deviation")
