"""Intervals that hold what they promise: conformal factors from left-out labels."""

from __future__ import annotations

import math

import numpy as np

from models.base import Array

FEWEST = 9
MOST = 4.0


def conformal_quantile(ratios: Array, level: float) -> float:
    """Return the conformal quantile of `ratios`: a new ratio lies below it with probability `level` or more.

    The ``ceil((n + 1) level)``-th smallest of n exchangeable values (Vovk et al. 2005; Barber et al. 2021, jackknife+,
    where the values are leave-one-out residuals); the largest one where n is too small for the promise.

    Examples
    --------
    >>> conformal_quantile(np.arange(1.0, 11.0), 0.9)
    10.0
    """
    n = len(ratios)
    k = min(math.ceil((n + 1) * level - 1e-9), n)
    return float(np.sort(ratios)[k - 1])


def loo_factor(errors: Array, halves: Array, level: float = 0.9) -> float:
    """Return by how much intervals must be widened so that left-out labels fall inside.

    Parameters
    ----------
    errors : ndarray, shape (n,)
        Errors of each label when it is left out.
    halves : ndarray, shape (n,)
        Half-widths that were promised for them at `level`.

    Returns
    -------
    float
        1 or more (never narrower), at most 4; exactly 1 with fewer than nine labels, from which a distribution-free
        90 % interval cannot be had.

    Examples
    --------
    >>> loo_factor(np.full(20, 3.0), np.full(20, 2.0))
    1.5
    >>> loo_factor(np.full(5, 3.0), np.full(5, 2.0))
    1.0
    """
    if len(errors) < FEWEST:
        return 1.0
    ratios = np.abs(errors) / np.maximum(halves, 1e-300)
    return float(np.clip(conformal_quantile(ratios, level), 1.0, MOST))


def across_stage_factor(ratios: list[Array], level: float = 0.9) -> float:
    """Return the factor that makes intervals cover `level` in the mean over stages never seen.

    Parameters
    ----------
    ratios : list of ndarray
        For each held-out stage: |error| / promised half-width of its units.

    Returns
    -------
    float
        Between 0.9 and 4; a stage counts once however many units it has; with few stages the answer leans to 1.

    Examples
    --------
    >>> across_stage_factor([np.linspace(0, 2, 100)] * 50) > 1.5
    True
    """
    if not ratios:
        return 1.0
    weights = np.concatenate([np.full(len(r), 1.0 / len(r)) for r in ratios])
    values = np.concatenate(ratios)
    order = np.argsort(values)
    share = np.cumsum(weights[order]) / weights.sum()
    found = float(values[order][min(int(np.searchsorted(share, level)), len(values) - 1)])
    trust = len(ratios) / (len(ratios) + 4.0)
    return float(np.clip(math.exp(trust * math.log(max(found, 1e-3))), 0.9, MOST))
