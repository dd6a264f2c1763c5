"""Multivariate CUSUM after Crosier: a vector that is shrunk towards zero at each point."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from models.base import Array
from models.errors import TaskError
from models.spc.control_chart import Contributions, ControlChart
from models.spc.lengths.multivariate import mcusum_limit
from models.spc.multivariate.mewma import RUN_LENGTH, upper_chart
from models.spc.observations import Observations
from models.spc.reference import Reference, named, of_vectors

ALLOWANCE = 0.5


def mcusum(
    data: Observations | ArrayLike,
    *,
    reference: Reference | None = None,
    window: slice | None = None,
    allowance: float = ALLOWANCE,
    limit: float | None = None,
    run_length: float = RUN_LENGTH,
    names: Sequence[str] = (),
) -> ControlChart:
    """Chart Y = |s| with s = (s + x - mean) (1 - k / C), zero where C = |s + x - mean| is at most k.

    Lengths are those of the inverse covariance; k = allowance, half the length of the shift to be found soonest.

    Parameters
    ----------
    data, reference, window, run_length, names
        As in `mewma`.
    allowance : float
        k, above 0.
    limit : float, optional
        h; computed for `run_length` without.

    Returns
    -------
    ControlChart
        Contributions are s_j times the j-th element of S^-1 s, over Y: they add up to the point.

    Raises
    ------
    TaskError
        If allowance or limit are out of range, or variables follow from each other.
    NotEnoughData
        If there are too few rows for a covariance.

    References
    ----------
    Crosier, "Multivariate generalizations of cumulative sum quality-control schemes", Technometrics 30 (1988) 291-303.

    Examples
    --------
    >>> known = Reference(("a", "b"), np.zeros(2), np.eye(2), 0)
    >>> mcusum([[3.0, 4.0], [0.3, 0.4]], reference=known, limit=5.5).main.points
    array([4.5, 4.5])
    """
    seen = data if isinstance(data, Observations) else Observations(data, names=names)
    if allowance <= 0 or (limit is not None and limit <= 0) or run_length <= 1:
        raise TaskError(
            f"MCUSUM: allowance {allowance}, limit {limit}, run length {run_length} - use an allowance and a limit "
            "above 0, a run length above 1"
        )
    x = seen.matrix
    known = reference or of_vectors(x[window or slice(None)], named(x, seen.names))
    height = mcusum_limit(allowance, known.p, run_length) if limit is None else float(limit)
    sums = _sums(x - known.mean, known.inverse, allowance, set(seen.breaks))
    each = sums * (sums @ known.inverse)
    points = np.sqrt(each.sum(axis=1))
    shares = np.divide(each, points[:, None], out=np.zeros_like(each), where=points[:, None] > 0)
    parts = Contributions(known.names, shares, "share of the variable in the point")
    chart = upper_chart("MCUSUM", points, height, known, parts)
    settings = {"allowance": allowance, "limit": height, "p": known.p}
    return ControlChart(
        "mcusum", (chart,), chart.limits, np.arange(len(x)), settings, known, parts, notes=known.warnings
    )


def _sums(d: Array, inverse: Array, allowance: float, breaks: set[int]) -> Array:
    out = np.full(d.shape, np.nan)
    s = np.zeros(d.shape[1])
    for i, row in enumerate(d):
        if i in breaks:
            s = np.zeros(d.shape[1])
        if np.isfinite(row).all():
            moved = s + row
            length = float(np.sqrt(moved @ inverse @ moved))
            s = moved * (1 - allowance / length) if length > allowance else np.zeros(d.shape[1])
            out[i] = s
    return out
