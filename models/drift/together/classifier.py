"""Classifier two-sample test: whether a model can tell, unit by unit, which window a unit is from."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from models.base import Array
from models.drift.distances import Distance
from models.drift.together.windows import blocks, scaled

FOLDS = 5
RIDGE = 10.0
SHUFFLES = 199
MOST_PAIRED = 12


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
        Correlation time: blocks of so many neighbours are shuffled.
    alpha : float
    seed : int
        Of the shuffles.

    Returns
    -------
    Distance
        p-value by permutation, with the whole cross-fitting inside: areas of folds that share units scatter more than
        a rank sum would.

    Raises
    ------
    TaskError, NotEnoughData
        See `scaled`.

    References
    ----------
    Lopez-Paz & Oquab, "Revisiting classifier two-sample tests", ICLR 2017; Kim et al., Annals of Statistics 49 (2021)
    411-434 (classification accuracy as a two-sample test, by permutation).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.normal(size=(100, 2)), rng.normal(size=(60, 2))
    >>> y[:, 1] = y[:, 0] + 0.1 * y[:, 1]  # both parameters alone are as before
    >>> classifier(x, y).p_value
    0.005
    """
    a, b, _ = scaled(reference, current)
    block = blocks(min(len(a), len(b)), tau)
    a, b = a[len(a) % block :], b[len(b) % block :]
    late = np.repeat([0.0, 1.0], [len(a) // block, len(b) // block])
    rng = np.random.default_rng(seed)
    shuffled = [late, *(rng.permutation(late) for _ in range(SHUFFLES))]
    labels = np.repeat(np.column_stack(shuffled), block, axis=0)
    areas = _areas(_features(np.vstack([a, b])), labels, np.concatenate([_stretches(len(a)), _stretches(len(b))]))
    statistic, chance = float(areas[0]), areas[1:]
    p_value = (1 + int((chance >= statistic).sum())) / (SHUFFLES + 1)
    place = max(int(alpha * (SHUFFLES + 1)), 1)
    return Distance("classifier", statistic, p_value, float(np.sort(chance)[::-1][place - 1]))


def _stretches(n: int) -> NDArray[np.intp]:
    return np.arange(n) * FOLDS // n


def _features(x: Array) -> Array:
    if x.shape[1] > MOST_PAIRED:
        return np.hstack([x, np.clip(x, -4, 4) ** 2])
    pairs = [np.clip(x[:, i] * x[:, j], -16, 16) for i in range(x.shape[1]) for j in range(i, x.shape[1])]
    return np.column_stack([x, *pairs])


def _areas(x: Array, labels: Array, folds: NDArray[np.intp]) -> Array:
    """Mean area under the ROC over the folds, for each column of `labels`, shape (n, k)."""
    found = np.full((FOLDS, labels.shape[1]), np.nan)
    for fold in range(FOLDS):
        held = folds == fold
        scores = _scores(x[~held], labels[~held], x[held])
        ranks = stats.rankdata(scores, axis=0)
        late = labels[held]
        m, n = late.sum(axis=0), (1 - late).sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            found[fold] = ((ranks * late).sum(axis=0) - m * (m + 1) / 2) / (m * n)
    there = np.isfinite(found)
    return np.asarray(np.where(there, found, 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1))


def _scores(known: Array, labels: Array, held: Array) -> Array:
    """Ridge regression of the labels, all columns at once; features in standard deviations of the known units."""
    middle, spread = known.mean(axis=0), known.std(axis=0) + 1e-12
    z = (known - middle) / spread
    beta = np.linalg.solve(z.T @ z + RIDGE * np.eye(z.shape[1]), z.T @ (labels - labels.mean(axis=0)))
    return np.asarray((held - middle) / spread @ beta)
