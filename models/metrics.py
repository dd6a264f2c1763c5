"""How well predictions, intervals and scores did: plain functions on arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr
from scipy.stats import norm, rankdata

from models.base import LEVEL
from models.errors import TaskError

Array = NDArray[np.float64]


def nrmse(y: ArrayLike, mean: ArrayLike, sd: float) -> float:
    """Root mean squared error in units of the stage's standard deviation.

    Parameters
    ----------
    y, mean : array_like, shape (n,)
        Measured and predicted, in the characteristic's unit.
    sd : float
        Standard deviation of the characteristic at the stage, above 0, in the same unit.

    Returns
    -------
    float
        1 is as good as knowing the stage's own mean.

    Examples
    --------
    >>> nrmse([1.0, 3.0], [2.0, 2.0], 2.0)
    0.5
    """
    _y, _mean = _same_length(y, mean)
    if not sd > 0:
        raise TaskError(f"nrmse: sd is {sd} - a characteristic that never changes cannot be judged")
    return float(np.sqrt(np.mean((_y - _mean) ** 2)) / sd)


def coverage(y: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> float:
    """Share of values inside their interval, bounds included.

    Parameters
    ----------
    y, lower, upper : array_like, shape (n,)

    Examples
    --------
    >>> coverage([1.0, 2.0, 9.0, 4.0], [0, 2, 0, 0], [2, 2, 2, 5])
    0.75
    """
    _y, _lower, _upper = _same_length(y, lower, upper)
    return float(np.mean((_y >= _lower) & (_y <= _upper)))


def width(lower: ArrayLike, upper: ArrayLike, sd: float = 1.0) -> float:
    """Mean width of the intervals, in units of `sd`.

    Examples
    --------
    >>> width([0.0, 1.0], [2.0, 5.0], sd=2.0)
    1.5
    """
    _lower, _upper = _same_length(lower, upper)
    return float(np.mean(_upper - _lower) / sd)


def crps_gaussian(y: ArrayLike, mean: ArrayLike, sigma: ArrayLike) -> float:
    """Mean continuous ranked probability score of Gaussian predictions; lower is better, in the unit of `y`.

    Closed form of Gneiting and Raftery (2007), J. Am. Stat. Assoc. 102, 359-378, eq. 21.

    Parameters
    ----------
    y, mean, sigma : array_like, shape (n,)
        `sigma` 0 is a point prediction, whose score is the absolute error.

    Examples
    --------
    >>> round(crps_gaussian([0.0], [0.0], [1.0]), 4)
    0.2337
    """
    _y, _mean, _sigma = _same_length(y, mean, sigma)
    safe = np.where(_sigma > 0, _sigma, 1.0)
    z = (_y - _mean) / safe
    score = safe * (z * (2 * ndtr(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
    return float(np.mean(np.where(_sigma > 0, score, np.abs(_y - _mean))))


def crps(y: ArrayLike, mean: ArrayLike, lower: ArrayLike, upper: ArrayLike, level: float = LEVEL) -> float:
    """Continuous ranked probability score of central intervals read as Gaussian around `mean`.

    Parameters
    ----------
    y, mean, lower, upper : array_like, shape (n,)
    level : float
        Probability content of the intervals; their width is ``2 z sigma`` with z the normal quantile at
        ``(1 + level) / 2``.

    Examples
    --------
    >>> round(crps([0.0], [0.0], [-1.6449], [1.6449], level=0.9), 4)
    0.2337
    """
    _lower, _upper = _same_length(lower, upper)
    return crps_gaussian(y, mean, (_upper - _lower) / (2 * norm.ppf((1 + level) / 2)))


def auroc(y: ArrayLike, score: ArrayLike) -> float:
    """Area under the receiver operating characteristic; ties count half (Mann-Whitney).

    Parameters
    ----------
    y : array_like of 0 and 1, shape (n,)
    score : array_like, shape (n,)
        Higher is more likely nonconforming.

    Returns
    -------
    float
        NaN where only one class is present.

    Examples
    --------
    >>> auroc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    _y, _score = _same_length(y, score)
    positives, negatives = float(np.sum(_y == 1)), float(np.sum(_y == 0))
    if not positives or not negatives:
        return float("nan")
    ranks = np.asarray(rankdata(_score), dtype=np.float64)
    return float((np.sum(ranks[_y == 1]) - positives * (positives + 1) / 2) / (positives * negatives))


def average_precision(y: ArrayLike, score: ArrayLike) -> float:
    """Average precision, the step-wise area under precision over recall; tied scores enter together.

    The sum of ``(R_n - R_{n-1}) P_n`` over distinct thresholds, as scikit-learn defines it.

    Parameters
    ----------
    y : array_like of 0 and 1, shape (n,)
    score : array_like, shape (n,)

    Returns
    -------
    float
        NaN where no unit is nonconforming.

    Examples
    --------
    >>> round(average_precision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 4)
    0.8333
    """
    _y, _score = _same_length(y, score)
    if not np.any(_y == 1):
        return float("nan")
    order = np.argsort(-_score, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(_score[order])), len(_y) - 1)
    hits = np.cumsum(_y[order] == 1)[ends]
    gained = np.diff(hits, prepend=0)
    return float(np.sum(gained * hits / (ends + 1)) / hits[-1])


def _same_length(*vectors: ArrayLike) -> tuple[Array, ...]:
    arrays: list[NDArray[Any]] = [np.asarray(v, dtype=np.float64) for v in vectors]
    shapes = {a.shape for a in arrays}
    if len(shapes) > 1 or arrays[0].ndim != 1 or not arrays[0].size:
        raise TaskError(
            f"metric of arrays with shapes {sorted(shapes)} - give vectors of one length with at least one value"
        )
    return tuple(arrays)
