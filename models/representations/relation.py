"""Meta-features of how labels hang on parameters: correlations, and landmarkers, that is, how quick learners fare."""

from __future__ import annotations

import numpy as np

from models.base import Array
from models.learners.parts.kernels import linear, matern32, squared_distances
from models.learners.parts.regress import Fit, regress_each
from models.representations.moments import rank_correlation

FEWEST = 4
NOISES = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
LENGTHS = (1.0, 3.0)
CHANCE = 0.7979
"""Mean size of a standard normal: a rank correlation of nothing is about this over the root of n - 1 in size."""


def relation_features(z: Array, y: Array) -> dict[str, float]:
    """Return the features of group "relation".

    Parameters
    ----------
    z : ndarray, shape (n, d)
        Standardized parameters that vary; missing is 0.
    y : ndarray, shape (n,)

    Returns
    -------
    dict of str to float
        Empty below four labels, without a parameter that varies, and where all labels are equal.

    Examples
    --------
    >>> x = np.linspace(-1.5, 1.5, 30)[:, None]
    >>> line, bow = relation_features(x, x[:, 0]), relation_features(x, np.cos(2 * x[:, 0]))
    >>> line["curved"] < 0 < bow["curved"]
    True
    """
    n, d = z.shape
    sd = float(y.std(ddof=1)) if n > 1 else 0.0
    if n < FEWEST or not d or sd <= 1e-12 * max(float(np.abs(y).max()), 1e-300):
        return {}
    target = (y - y.mean()) / sd
    d2 = squared_distances(z, z) / d
    lines = regress_each(linear(z, z), target, NOISES, 1.0)
    curves = [f for length in LENGTHS for f in regress_each(matern32(np.sqrt(d2), length), target, NOISES, 1.0)]
    line, curve = max(lines, key=_evidence), max(curves, key=_evidence)
    best = max(line, curve, key=_evidence)
    return _correlations(z, target) | {
        "linear": _explained(line, target),
        "smooth": _explained(curve, target),
        "curved": (curve.evidence - line.evidence) / n,
        "noise": best.noise / (1.0 + best.noise),
        "roughness": _roughness(d2, target),
    }


def _evidence(fit: Fit) -> float:
    return fit.evidence


def _explained(fit: Fit, target: Array) -> float:
    """Leave-one-out R2 against the leave-one-out mean; below 0 it is bent to tanh, for how bad says little."""
    n = len(target)
    alone = ((target - target.mean()) * n / (n - 1)) ** 2
    found = 1.0 - float((fit.left_out**2).mean()) / float(alone.mean())
    return found if found > 0 else float(np.tanh(found))


def _correlations(z: Array, target: Array) -> dict[str, float]:
    chance = CHANCE / np.sqrt(len(target) - 1)
    size = np.maximum(np.abs(rank_correlation(z, target)) - chance, 0.0)
    square = size**2
    total = float(square.sum())
    part = total**2 / float((square**2).sum()) / len(size) if total > 0 else 1.0
    return {"strongest": float(size.max()), "sparsity": part}


def _roughness(d2: Array, target: Array) -> float:
    """Half the mean squared difference between labels of nearest units: the nugget of a variogram (Cressie 1993)."""
    apart = d2 + np.diag(np.full(len(d2), np.inf))
    near = apart <= apart.min(axis=1, keepdims=True) * (1 + 1e-9)
    difference = (target[:, None] - target[None, :]) ** 2
    return float(np.mean(0.5 * (difference * near).sum(axis=1) / near.sum(axis=1)))
