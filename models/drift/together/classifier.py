"""Classifier two-sample test: whether a model can tell, unit by unit, which window a unit is from."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from models.base import Array
from models.drift.distances import Distance
from models.drift.together.windows import scaled
from models.metrics import auroc

FOLDS = 5
RIDGE = 10.0


def classifier(
    reference: ArrayLike, current: ArrayLike, *, tau: float = 1.0, alpha: float = 0.05, seed: int = 0
) -> Distance:
    """Area under the ROC of a cross-fitted classifier; .5 where the windows are alike.

    A ridge discriminant on the parameters, their squares and pairwise products (up to twelve parameters), fitted on
    four fifths of the units and scoring the last. Folds are stretches of neighbours: no unit is betrayed by its twin.

    Parameters
    ----------
    reference, current : array_like, shape (n, d), (m, d)
        In the order of production; NaN is missing.
    tau : float
        n and m count as n / tau and m / tau independent units.
    alpha : float
    seed : int
        Unused: nothing is drawn. Here so that all tests are called alike.

    Returns
    -------
    Distance
        p-value by the normal approximation of the rank sum.

    Raises
    ------
    TaskError, NotEnoughData
        See `scaled`.

    References
    ----------
    Lopez-Paz & Oquab, "Revisiting classifier two-sample tests", ICLR 2017; Bamber, Journal of Mathematical Psychology
    12 (1975) 387-415 (variance of the area).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.normal(size=(100, 2)), rng.normal(size=(60, 2))
    >>> y[:, 1] = y[:, 0] + 0.1 * y[:, 1]  # both parameters alone are as before
    >>> classifier(x, y).p_value < 1e-6
    True
    """
    del seed
    a, b, _ = scaled(reference, current)
    x, late = _features(np.vstack([a, b])), np.repeat([0.0, 1.0], [len(a), len(b)])
    folds = np.concatenate([np.arange(len(part)) * FOLDS // len(part) for part in (a, b)])
    areas = [_area(x, late, folds == fold) for fold in range(FOLDS)]
    statistic = float(np.mean(areas))
    n, m = len(a) / tau, len(b) / tau
    sd = float(np.sqrt((n + m + FOLDS) / (12 * n * m)))
    return Distance(
        "classifier", statistic, float(stats.norm.sf((statistic - 0.5) / sd)), 0.5 + sd * float(stats.norm.isf(alpha))
    )


def _features(x: Array) -> Array:
    if x.shape[1] > 12:
        return np.hstack([np.ones((len(x), 1)), x, np.clip(x, -4, 4) ** 2])
    pairs = [x[:, i] * x[:, j] for i in range(x.shape[1]) for j in range(i, x.shape[1])]
    return np.column_stack([np.ones(len(x)), x, *(np.clip(pair, -16, 16) for pair in pairs)])


def _area(x: Array, late: Array, held: NDArray[np.bool_]) -> float:
    """Area under the ROC on the held units of a discriminant fitted on the others."""
    known, y = x[~held], late[~held]
    weight = np.where(y > 0, 0.5 / y.sum(), 0.5 / (len(y) - y.sum()))
    scale = np.sqrt((weight[:, None] * known**2).sum(axis=0)) + 1e-12
    z, w = known / scale, weight * len(y)
    penalty = RIDGE * np.eye(z.shape[1])
    penalty[0, 0] = 0.0
    beta = np.linalg.solve(z.T @ (w[:, None] * z) + penalty + 1e-9 * np.eye(len(penalty)), z.T @ (w * (y - 0.5)))
    return auroc(late[held], x[held] / scale @ beta)
