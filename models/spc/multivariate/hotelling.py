"""Hotelling's T2: one point for all variables, with what each adds to it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from models.base import Array
from models.errors import TaskError
from models.spc.control_chart import Contributions, ControlChart
from models.spc.observations import Observations
from models.spc.reference import Reference, named, of_subgroups, of_vectors
from models.spc.result import Chart, ChartLimits, Signal

ALPHA = 0.0027
"""As rare as a point beyond 3 sigma."""


def t2(
    data: Observations | ArrayLike,
    *,
    reference: Reference | None = None,
    window: slice | None = None,
    alpha: float = ALPHA,
    names: Sequence[str] = (),
) -> ControlChart:
    """Chart T2 = n (x - mean)' S^-1 (x - mean), of individual vectors or of subgroup means.

    Points that the reference stands on are judged by phase I limits (beta for individuals, F for subgroups), all
    others by phase II limits (F), wider because they did not help to estimate; with a known reference (n = 0) by
    chi-square.

    Parameters
    ----------
    data : Observations or array_like, shape (n, p)
        With groups, subgroups of one size are charted.
    reference : Reference, optional
        Frozen; then every point is phase II.
    window : slice, optional
        Phase I points; all by default.
    alpha : float
        Chance of a false alarm at a point.
    names : sequence of str
        Of the columns of a plain matrix.

    Returns
    -------
    ControlChart
        Contributions are T2 less T2 without the variable (Runger, Alt & Montgomery 1996).

    Raises
    ------
    TaskError
        If variables never vary or follow from each other, or alpha is no probability.
    NotEnoughData
        If there are too few rows for a covariance.

    References
    ----------
    Tracy, Young & Mason, Journal of Quality Technology 24 (1992) 88-95; NIST/SEMATECH e-Handbook 6.3.4.1 to 6.3.4.3;
    Montgomery, Introduction to Statistical Quality Control, 11.3.

    Examples
    --------
    >>> known = Reference(("a", "b"), np.zeros(2), np.eye(2), 0)
    >>> chart = t2([[1.0, 1.0], [3.0, 3.0]], reference=known)
    >>> chart.main.points, chart.main.upper.round(2), [s.index for s in chart.signals]
    (array([ 2., 18.]), array([11.83, 11.83]), [1])
    """
    seen = data if isinstance(data, Observations) else Observations(data, names=names)
    if not 0 < alpha < 1:
        raise TaskError(f"T2 chart: alpha {alpha} - give a probability between 0 and 1")
    x, given = seen.matrix, named(seen.matrix, seen.names)
    grouped = seen.groups is not None
    means = np.array([x[a:b].mean(axis=0) for a, b in seen.ends]).reshape(-1, x.shape[1])
    inside = np.zeros(len(means), dtype=bool)
    if reference is None:
        inside[window or slice(None)] = True
        blocks = [x[a:b] for (a, b), use in zip(seen.ends, inside, strict=True) if use]
        reference = of_subgroups(blocks, given) if grouped else of_vectors(means[inside], given)
    elif seen.names:
        _require_names(reference, given)
    points = reference.size * reference.distances(means)
    upper = np.where(inside, _limit(reference, alpha, phase=1), _limit(reference, alpha, phase=2))
    parts = Contributions(reference.names, _drops(means, reference, points), "T2 less T2 without the variable")
    chart = _chart(points, upper, reference, parts)
    settings = {"alpha": alpha, "p": reference.p, "size": reference.size}
    return ControlChart(
        "t2", (chart,), chart.limits, seen.positions, settings, reference, parts, notes=reference.warnings
    )


def _require_names(reference: Reference, given: tuple[str, ...]) -> None:
    if reference.names != given:
        raise TaskError(
            f"multivariate chart: columns {', '.join(given)}, reference of {', '.join(reference.names)} - give the same"
        )


def _limit(of: Reference, alpha: float, phase: int) -> float:
    p, m, n = of.p, of.n, of.size
    if m == 0:
        return float(stats.chi2.isf(alpha, p))
    if n == 1 and phase == 1:
        return (m - 1) ** 2 / m * float(stats.beta.isf(alpha, p / 2, (m - p - 1) / 2))
    if n == 1:
        return p * (m + 1) * (m - 1) / (m * (m - p)) * float(stats.f.isf(alpha, p, m - p))
    free = m * n - m - p + 1
    return p * (m - 1 if phase == 1 else m + 1) * (n - 1) / free * float(stats.f.isf(alpha, p, free))


def _drops(means: Array, of: Reference, whole: Array) -> Array:
    """T2 less T2 without each variable."""
    found = np.full(means.shape, np.nan)
    for j in range(of.p):
        keep = [k for k in range(of.p) if k != j]
        if not keep:
            found[:, 0] = whole
            break
        part = Reference(tuple(of.names[k] for k in keep), of.mean[keep], of.covariance[np.ix_(keep, keep)], of.n)
        found[:, j] = whole - of.size * part.distances(means[:, keep])
    return found


def _chart(points: Array, upper: Array, of: Reference, parts: Contributions) -> Chart:
    out = np.flatnonzero(points > upper)
    signals = tuple(Signal(int(i), "beyond", beyond_sentence("T2", points[i], upper[i], parts, int(i))) for i in out)
    last = float(upper[-1]) if len(upper) else np.nan
    limits = ChartLimits(0.0, float(of.p), last, float((2 * of.p) ** 0.5), of.n, "covariance")
    return Chart("T2", points, np.zeros(len(points)), upper, limits, ("beyond",), signals)


def beyond_sentence(what: str, value: float, limit: float, parts: Contributions, row: int) -> str:
    """Return a signal in words, with the variables that add most.

    Examples
    --------
    >>> parts = Contributions(("a", "b"), np.array([[1.0, 9.0]]), "shares")
    >>> beyond_sentence("T2", 10.0, 8.0, parts, 0)
    'T2 10 over 8, mostly b'
    """
    order = np.argsort(-parts.values[row])
    most = [parts.names[j] for j in order[:3] if parts.values[row, j] > 0.25 * parts.values[row, order[0]]]
    return f"{what} {value:.3g} over {limit:.3g}, mostly {', '.join(most)}"
