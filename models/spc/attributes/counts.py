"""c and u charts of nonconformities, and Laney's u' for rates that vary more, or less, than chance allows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from models.errors import TaskError
from models.spc.attributes.rates import Law, rate_chart
from models.spc.control_chart import ControlChart
from models.spc.result import ChartLimits
from models.spc.rules import DEFAULT
from models.spc.series import as_series

POISSON = Law("nonconformities", lambda u: u**0.5, shares=False)


def c_chart(
    counts: ArrayLike,
    sizes: ArrayLike = 1.0,
    *,
    limits: ChartLimits | None = None,
    window: slice | None = None,
    rules: Iterable[str] = DEFAULT,
    breaks: Sequence[int] = (),
) -> ControlChart:
    """Chart the number of nonconformities on equal areas: cbar -+ 3 sqrt(cbar).

    Parameters
    ----------
    counts : array_like, shape (n,)
        Nonconformities of each inspected area.
    sizes : array_like, shape (n,), or float
        Areas, all equal (or 0: nothing inspected); the chart is in counts an area.
    limits : ChartLimits, optional
        Frozen: centre cbar, sigma sqrt(cbar).
    window, rules, breaks
        As in `p_chart`.

    Returns
    -------
    ControlChart

    Raises
    ------
    TaskError
        If counts are negative or not whole; if areas differ (a u chart is for those).
    NotEnoughData
        If limits have to be estimated from fewer than two points.

    References
    ----------
    NIST/SEMATECH e-Handbook 6.3.3.1; Montgomery, Introduction to Statistical Quality Control, 7.3.

    Examples
    --------
    >>> round(c_chart([16, 14, 10, 24], window=slice(0, 4)).main.limits.upper, 2)
    28.0
    """
    areas = as_series(np.atleast_1d(np.asarray(sizes)), "sizes")
    areas = areas[np.isfinite(areas) & (areas > 0)]
    if areas.size and np.ptp(areas) > 0:
        raise TaskError(
            f"c chart: areas from {areas.min():g} to {areas.max():g} - use a u chart, whose limits follow the area"
        )
    same = np.where(as_series(np.atleast_1d(np.asarray(sizes)), "sizes") > 0, 1.0, 0.0)
    return rate_chart("c", POISSON, counts, same, limits=limits, window=window, rules=rules, breaks=breaks)


def u_chart(
    counts: ArrayLike,
    sizes: ArrayLike,
    *,
    limits: ChartLimits | None = None,
    window: slice | None = None,
    rules: Iterable[str] = DEFAULT,
    breaks: Sequence[int] = (),
) -> ControlChart:
    """Chart nonconformities for each unit of area: ubar -+ 3 sqrt(ubar / n_i).

    Parameters are those of `p_chart`, sizes being units, area or length; the frozen sigma is sqrt(ubar).

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control, 7.3.1.

    Examples
    --------
    >>> u_chart([4, 6, 5], [10, 10, 10]).main.points
    array([0.4, 0.6, 0.5])
    """
    return rate_chart("u", POISSON, counts, sizes, limits=limits, window=window, rules=rules, breaks=breaks)


def laney_u(
    counts: ArrayLike,
    sizes: ArrayLike,
    *,
    limits: ChartLimits | None = None,
    window: slice | None = None,
    rules: Iterable[str] = DEFAULT,
    breaks: Sequence[int] = (),
) -> ControlChart:
    """Chart rates with limits at their real variation: ubar -+ 3 sqrt(ubar / n_i) sigma_z, as in `laney_p`.

    References
    ----------
    Laney, "Improved control charts for attributes", Quality Engineering 14 (2002) 531-537.

    Examples
    --------
    >>> laney_u([400, 460, 390, 450], 100).settings["sigma_z"] > 1
    True
    """
    return rate_chart(
        "laney_u", POISSON, counts, sizes, limits=limits, window=window, rules=rules, breaks=breaks, laney=True
    )
