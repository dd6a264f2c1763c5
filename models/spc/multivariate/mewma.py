"""Multivariate EWMA: small lasting changes of several variables, whatever their direction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from models.base import Array
from models.errors import TaskError
from models.spc.control_chart import Contributions, ControlChart
from models.spc.lengths.multivariate import mewma_limit
from models.spc.multivariate.hotelling import beyond_sentence
from models.spc.observations import Observations
from models.spc.reference import Reference, named, of_vectors
from models.spc.result import Chart, ChartLimits, Signal

SMOOTHING = 0.1
RUN_LENGTH = 200.0


def mewma(
    data: Observations | ArrayLike,
    *,
    reference: Reference | None = None,
    window: slice | None = None,
    smoothing: float = SMOOTHING,
    limit: float | None = None,
    run_length: float = RUN_LENGTH,
    names: Sequence[str] = (),
) -> ControlChart:
    """Chart z' S_z^-1 z with z_i = smoothing (x_i - mean) + (1 - smoothing) z_(i-1).

    S_z = smoothing / (2 - smoothing) (1 - (1 - smoothing)^(2 i)) S, exact from the first point on.

    Parameters
    ----------
    data : Observations or array_like, shape (n, p)
        In the order of production; a row with a missing value plots no point and leaves z as it was. z starts anew
        at a break.
    reference : Reference, optional
        Frozen means and covariance; estimated from the window without.
    window : slice, optional
        Phase I rows; all by default.
    smoothing : float
        In (0, 1]; 1 is T2.
    limit : float, optional
        H; computed for `run_length` without.
    run_length : float
        Of a stable process, from which the limit is computed.
    names : sequence of str

    Returns
    -------
    ControlChart
        Contributions are z_j times the j-th element of S_z^-1 z: they add up to the point.

    Raises
    ------
    TaskError
        If smoothing or limit are out of range, or variables follow from each other.
    NotEnoughData
        If there are too few rows for a covariance.

    References
    ----------
    Lowry, Woodall, Champ & Rigdon, Technometrics 34 (1992) 46-53; Prabhu & Runger, Journal of Quality Technology 29
    (1997) 8-15 (limits).

    Examples
    --------
    >>> known = Reference(("a", "b"), np.zeros(2), np.eye(2), 0)
    >>> chart = mewma([[0.0, 0.0], [3.0, 4.0]], reference=known, limit=8.64)
    >>> chart.main.points.round(2)
    array([ 0.  , 13.81])
    """
    seen = data if isinstance(data, Observations) else Observations(data, names=names)
    if not (0 < smoothing <= 1 and (limit is None or 0 < limit < np.inf) and run_length > 1):
        raise TaskError(
            f"MEWMA: smoothing {smoothing}, limit {limit}, run length {run_length} - use 0 < smoothing <= 1, "
            "a positive limit, a run length above 1"
        )
    x = seen.matrix
    known = reference or of_vectors(x[window or slice(None)], named(x, seen.names))
    height = mewma_limit(smoothing, known.p, run_length) if limit is None else float(limit)
    z, age = _averages(x - known.mean, smoothing, set(seen.breaks))
    scale = smoothing / (2 - smoothing) * (1 - (1 - smoothing) ** (2 * age))
    each = z * (z @ known.inverse) / scale[:, None]
    points = each.sum(axis=1)
    parts = Contributions(known.names, each, "share of the variable in the point")
    chart = upper_chart("MEWMA", points, height, known, parts)
    settings = {"smoothing": smoothing, "limit": height, "p": known.p}
    return ControlChart(
        "mewma", (chart,), chart.limits, np.arange(len(x)), settings, known, parts, notes=known.warnings
    )


def _averages(d: Array, smoothing: float, breaks: set[int]) -> tuple[Array, Array]:
    out, age = np.full(d.shape, np.nan), np.full(len(d), np.nan)
    z, k = np.zeros(d.shape[1]), 0
    for i, row in enumerate(d):
        if i in breaks:
            z, k = np.zeros(d.shape[1]), 0
        if np.isfinite(row).all():
            z, k = smoothing * row + (1 - smoothing) * z, k + 1
            out[i], age[i] = z, k
    return out, age


def upper_chart(kind: str, points: Array, height: float, of: Reference, parts: Contributions) -> Chart:
    """Return a chart of distances with one upper limit."""
    limits = ChartLimits(0.0, 0.0, height, height / 3, of.n, "covariance")
    signals = tuple(
        Signal(int(i), "beyond", beyond_sentence(kind, points[i], height, parts, int(i)))
        for i in np.flatnonzero(points > height)
    )
    return Chart(kind, points, np.zeros(len(points)), np.full(len(points), height), limits, ("beyond",), signals)
