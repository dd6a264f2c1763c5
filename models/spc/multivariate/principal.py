"""T2 of the main components and SPE of what they leave: for many variables that move together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from models.base import Array
from models.errors import TaskError
from models.spc.control_chart import Contributions, ControlChart
from models.spc.multivariate.hotelling import ALPHA, beyond_sentence
from models.spc.observations import Observations
from models.spc.reference import Reference, named, of_vectors
from models.spc.result import Chart, ChartLimits, Signal

SHARE = 0.8
ZERO = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """Principal components of the correlation matrix.

    Parameters
    ----------
    loadings : ndarray, shape (p, a)
        Of the components kept.
    variances : ndarray, shape (a,)
        Theirs.
    rest : ndarray, shape (p - a,)
        Variances of the components left out.
    """

    loadings: Array
    variances: Array
    rest: Array


def components(of: Reference, share: float = SHARE) -> Components:
    """Return the fewest components that hold `share` of the variance of standardized variables, at least one.

    Raises
    ------
    TaskError
        If `share` is not in (0, 1].

    Examples
    --------
    >>> found = components(Reference(("a", "b"), np.zeros(2), np.array([[1.0, 0.9], [0.9, 1.0]]), 0))
    >>> found.variances.round(2), found.rest.round(2)
    (array([1.9]), array([0.1]))
    """
    if not 0 < share <= 1:
        raise TaskError(f"PCA chart: share {share} - use 0 < share <= 1")
    sd = np.sqrt(np.diag(of.covariance))
    values, vectors = np.linalg.eigh(of.covariance / np.outer(sd, sd))
    values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1]
    kept = int(np.searchsorted(np.cumsum(values) / values.sum(), share - 1e-12)) + 1
    kept = max(1, min(kept, int((values > ZERO * values[0]).sum())))
    return Components(vectors[:, :kept], values[:kept], values[kept:])


def spe_limit(rest: Array, alpha: float) -> float:
    """Return the limit of the squared prediction error by Jackson & Mudholkar.

    theta1 (c sqrt(2 theta2 h0^2) / theta1 + 1 + theta2 h0 (h0 - 1) / theta1^2)^(1 / h0), theta_i = sum of the left out
    variances to the power i, h0 = 1 - 2 theta1 theta3 / (3 theta2^2), c the normal quantile of 1 - alpha.

    References
    ----------
    Jackson & Mudholkar, "Control procedures for residuals associated with principal component analysis", Technometrics
    21 (1979) 341-349.

    Examples
    --------
    >>> round(spe_limit(np.array([0.1]), 0.05) / 0.1, 2), round(float(stats.chi2.isf(0.05, 1)), 2)
    (3.75, 3.84)
    """
    t1, t2, t3 = (float(np.sum(rest**i)) for i in (1, 2, 3))
    if t1 <= ZERO:
        return float("inf")
    h0 = 1 - 2 * t1 * t3 / (3 * t2**2)
    c = float(stats.norm.isf(alpha))
    return t1 * float((c * (2 * t2 * h0**2) ** 0.5 / t1 + 1 + t2 * h0 * (h0 - 1) / t1**2) ** (1 / h0))


def pca(
    data: Observations | ArrayLike,
    *,
    reference: Reference | None = None,
    window: slice | None = None,
    share: float = SHARE,
    alpha: float = ALPHA,
    names: Sequence[str] = (),
) -> ControlChart:
    """Chart T2 of the main components, and SPE, the squared distance of standardized values from their plane.

    T2 tells an unusual amount of the usual, SPE a broken relation between variables.

    Parameters
    ----------
    data, reference, window, names
        As in `models.spc.multivariate.mewma`; variables may follow from each other.
    share : float
        Of the variance that the kept components hold.
    alpha : float
        Chance of a false alarm at a point, of each panel.

    Returns
    -------
    ControlChart
        Panels "T2" (phase II limit by F) and "SPE". Contributions are those to T2 / limit + SPE / limit: they add up.

    Raises
    ------
    TaskError
        If a variable never varies, or share or alpha are out of range.
    NotEnoughData
        If there are too few rows.

    References
    ----------
    Jackson & Mudholkar (1979); Yue & Qin, Industrial & Engineering Chemistry Research 40 (2001) 4403-4414 (the combined
    index); MacGregor & Kourti, Control Engineering Practice 3 (1995) 403-414.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(100, 1)) + 0.1 * rng.normal(size=(100, 4))
    >>> chart = pca(np.vstack([x, [[3.0, -3.0, 3.0, 3.0]]]), window=slice(0, 100))
    >>> [s.rule for s in chart.panels[1].signals if s.index == 100]
    ['beyond']
    """
    seen = data if isinstance(data, Observations) else Observations(data, names=names)
    if not 0 < alpha < 1:
        raise TaskError(f"PCA chart: alpha {alpha} - give a probability between 0 and 1")
    x = seen.matrix
    known = reference or of_vectors(x[window or slice(None)], named(x, seen.names))
    kept = components(known, share)
    u = (x - known.mean) / np.sqrt(np.diag(known.covariance))
    scores = u @ kept.loadings
    off = u - scores @ kept.loadings.T
    heights = (_t2_limit(known.n, len(kept.variances), alpha), spe_limit(kept.rest, alpha))
    each = u * ((scores / kept.variances) @ kept.loadings.T / heights[0] + off / heights[1])
    parts = Contributions(known.names, each, "share of the variable in T2 / limit + SPE / limit")
    t2_points, spe_points = np.sum(scores**2 / kept.variances, axis=1), np.sum(off**2, axis=1)
    panels = tuple(
        _panel(kind, points, height, known, parts)
        for kind, points, height in (("T2", t2_points, heights[0]), ("SPE", spe_points, heights[1]))
    )
    settings = {"share": share, "alpha": alpha, "p": known.p, "components": len(kept.variances)}
    notes = (*known.warnings, f"{len(kept.variances)} of {known.p} components hold {_held(kept):.0%} of the variance")
    return ControlChart("pca", panels, panels[0].limits, np.arange(len(x)), settings, known, parts, notes=notes)


def _held(kept: Components) -> float:
    return float(kept.variances.sum() / (kept.variances.sum() + kept.rest.sum()))


def _t2_limit(n: int, a: int, alpha: float) -> float:
    if n == 0:
        return float(stats.chi2.isf(alpha, a))
    return a * (n + 1) * (n - 1) / (n * (n - a)) * float(stats.f.isf(alpha, a, n - a))


def _panel(kind: str, points: Array, height: float, of: Reference, parts: Contributions) -> Chart:
    limits = ChartLimits(0.0, 0.0, height, height / 3, of.n, "covariance")
    signals = tuple(
        Signal(int(i), "beyond", beyond_sentence(kind, points[i], height, parts, int(i)))
        for i in np.flatnonzero(points > height)
    )
    return Chart(kind, points, np.zeros(len(points)), np.full(len(points), height), limits, ("beyond",), signals)
