"""Meta-features of the parameters alone: no label is needed."""

from __future__ import annotations

import numpy as np

from models.base import Array
from models.learners.parts.scaling import Scaling
from models.representations.moments import autocorrelation, rank_correlation, shape_of

FEWEST = 4
WIDE = 2.0


def parameter_features(units: Array, scale: Scaling, times: Array | None) -> dict[str, float]:
    """Return the features of group "parameters".

    Parameters
    ----------
    units : ndarray, shape (m, d)
        NaN where missing; in order of time where `times` are given.
    scale : Scaling
        Of these units.
    times : ndarray, shape (m,), optional
        Seconds.

    Returns
    -------
    dict of str to float
        Without those that cannot be told.

    Examples
    --------
    >>> from models.learners.parts.scaling import scaling
    >>> x = np.column_stack([np.arange(8.0), np.full(8, 2.0)])
    >>> found = parameter_features(x, scaling(x), None)
    >>> found["constant"], found["missing"]
    (0.5, 0.0)
    """
    m, d = units.shape
    if not m or not d:
        return {}
    kept = scale.spread > 0
    found = {"missing": float(np.isnan(units).mean()), "constant": float(1 - kept.mean())}
    if m < FEWEST or not kept.any():
        return found
    z = scale.apply(units)[:, kept]
    found |= _marginals(units[:, kept], z) | _structure(z)
    if times is not None and np.ptp(times) > 0:
        found["memory"] = float(np.median([autocorrelation(column) for column in z.T]))
        found["drift"] = float(np.mean(np.abs(rank_correlation(z, times))))
    return found


def _marginals(values: Array, z: Array) -> dict[str, float]:
    skew, tails = shape_of(z)
    quartiles = np.nanquantile(values, [0.25, 0.75], axis=0)
    spread = np.nanstd(values, axis=0)
    distinct = [len(np.unique(column[np.isfinite(column)])) / max(np.isfinite(column).sum(), 1) for column in values.T]
    return {
        "skew": float(np.median(np.log1p(np.abs(skew)))),
        "tails": float(np.median(np.log1p(np.abs(tails)))),
        "spread_ratio": float(np.median((quartiles[1] - quartiles[0]) / np.maximum(spread, 1e-300))),
        "discrete": float(1 - np.mean(distinct)),
    }


def _structure(z: Array) -> dict[str, float]:
    """Effective dimension by participation ratio: (sum l)^2 / sum l^2 of eigenvalues l of the correlation matrix."""
    d = z.shape[1]
    if d < WIDE:
        return {"dimension": 1.0, "leading": 1.0}
    sizes = np.sqrt((z**2).sum(axis=0))
    unit = z / np.where(sizes > 0, sizes, 1.0)
    gram = unit.T @ unit if d <= len(z) else unit @ unit.T
    values = np.maximum(np.linalg.eigvalsh(gram), 0.0)
    total, squares = float(values.sum()), float((values**2).sum())
    between = (squares - d) / (d * (d - 1))
    return {
        "correlation": float(np.sqrt(max(between, 0.0))),
        "dimension": total**2 / max(squares, 1e-300) / d,
        "leading": float(values[-1]) / max(total, 1e-300),
    }
