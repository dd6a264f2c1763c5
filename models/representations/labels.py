"""Meta-features of the labels alone."""

from __future__ import annotations

import numpy as np

from models.base import Array
from models.representations.moments import autocorrelation, rank_correlation, shape_of

FEWEST = 4


def label_features(y: Array, times: Array | None) -> dict[str, float]:
    """Return the features of group "labels".

    Parameters
    ----------
    y : ndarray, shape (n,)
        In order of time where `times` are given.
    times : ndarray, shape (n,), optional
        Seconds.

    Returns
    -------
    dict of str to float
        Without those that cannot be told.

    Examples
    --------
    >>> sorted(label_features(np.array([2.0]), None))
    ['label_level']
    """
    if not len(y):
        return {}
    found = {"label_level": float(np.arcsinh(y.mean()))}
    sd = float(y.std(ddof=1)) if len(y) > 1 else 0.0
    if sd <= 1e-12 * max(float(np.abs(y).max()), 1e-300):
        return found
    found |= {"label_spread": float(np.log(sd)), "label_ratio": float(np.arcsinh(y.mean() / sd))}
    if len(y) < FEWEST:
        return found
    skew, tails = shape_of(((y - y.mean()) / sd)[:, None])
    found |= {
        "label_skew": float(np.sign(skew[0]) * np.log1p(abs(skew[0]))),
        "label_tails": float(np.sign(tails[0]) * np.log1p(abs(tails[0]))),
        "label_distinct": len(np.unique(y)) / len(y),
    }
    if times is not None and np.ptp(times) > 0:
        found["label_memory"] = autocorrelation(y)
        found["label_drift"] = float(np.abs(rank_correlation(y[:, None], times))[0])
    return found
