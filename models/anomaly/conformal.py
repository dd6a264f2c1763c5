"""Scores to p-values without a distribution assumption, and how many units a promised rate takes."""

from __future__ import annotations

import math

import numpy as np

from models.base import Array

TIE = 1e-6
"""Scores nearer than this, as a share of one plus their size, are equal: rounding is no evidence."""


def p_values(calibration: Array, scores: Array) -> Array:
    """Return the conformal p-value of each score: the share of calibration scores at least as high.

    Parameters
    ----------
    calibration : ndarray, shape (c,)
        Sorted scores of normal units that the detector was not fitted on.
    scores : ndarray, shape (n,)

    Returns
    -------
    ndarray, shape (n,)
        ``(1 + #{calibration >= score}) / (c + 1)`` (Vovk et al. 2005; Laxhammar & Falkman 2010); ties count as at
        least as high, so duplicated units never raise the false alarm rate.

    Examples
    --------
    >>> p_values(np.array([1.0, 2.0, 3.0]), np.array([0.0, 2.0, 9.0])).tolist()
    [1.0, 0.75, 0.25]
    """
    least = scores - TIE * (1.0 + np.abs(scores))
    above = len(calibration) - np.searchsorted(calibration, least, side="left")
    return np.asarray((1.0 + above) / (len(calibration) + 1.0), dtype=np.float64)


def units_needed(alarm: float) -> int:
    """Return the fewest normal units that can promise a share `alarm` of false alarms.

    The smallest p-value of c units is 1 / (c + 1), so the promise takes 1 / alarm - 1 of them.

    Examples
    --------
    >>> units_needed(0.01), units_needed(0.05), units_needed(0.5)
    (99, 19, 1)
    """
    return max(math.ceil(1.0 / alarm - 1.0 - 1e-9), 1)
