"""p and np charts of nonconforming units, and Laney's p' for shares that vary more, or less, than chance allows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from numpy.typing import ArrayLike

from models.spc.attributes.rates import Law, rate_chart
from models.spc.control_chart import ControlChart
from models.spc.result import ChartLimits
from models.spc.rules import DEFAULT

BINOMIAL = Law("nonconforming units", lambda p: (p * (1 - p)) ** 0.5, shares=True)


def p_chart(
    counts: ArrayLike,
    sizes: ArrayLike,
    *,
    limits: ChartLimits | None = None,
    window: slice | None = None,
    rules: Iterable[str] = DEFAULT,
    breaks: Sequence[int] = (),
) -> ControlChart:
    """Chart the share of nonconforming units: pbar -+ 3 sqrt(pbar (1 - pbar) / n_i).

    Parameters
    ----------
    counts : array_like, shape (n,)
        Nonconforming units.
    sizes : array_like, shape (n,), or int
        Units inspected; 0 is a gap.
    limits : ChartLimits, optional
        Frozen: centre pbar, sigma sqrt(pbar (1 - pbar)).
    window : slice, optional
        Phase I points; all by default.
    rules, breaks
        As in `models.spc.imr`.

    Returns
    -------
    ControlChart

    Raises
    ------
    TaskError
        If counts are negative, not whole or more than were inspected.
    NotEnoughData
        If limits have to be estimated from fewer than two points.

    References
    ----------
    NIST/SEMATECH e-Handbook 6.3.3.2; Montgomery, Introduction to Statistical Quality Control, 7.2.

    Examples
    --------
    >>> chart = p_chart([5, 7, 6, 20], [50, 50, 50, 50], window=slice(0, 3))
    >>> chart.main.points, [s.index for s in chart.signals]
    (array([0.1 , 0.14, 0.12, 0.4 ]), [3])
    """
    return rate_chart("p", BINOMIAL, counts, sizes, limits=limits, window=window, rules=rules, breaks=breaks)


def np_chart(
    counts: ArrayLike,
    sizes: ArrayLike,
    *,
    limits: ChartLimits | None = None,
    window: slice | None = None,
    rules: Iterable[str] = DEFAULT,
    breaks: Sequence[int] = (),
) -> ControlChart:
    """Chart the number of nonconforming units: n pbar -+ 3 sqrt(n pbar (1 - pbar)); the centre moves with n.

    Parameters, errors and frozen limits are those of `p_chart`.

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control, 7.2.1.

    Examples
    --------
    >>> np_chart([5, 7, 6], 50).main.limits.center
    6.0
    """
    return rate_chart(
        "np", BINOMIAL, counts, sizes, limits=limits, window=window, rules=rules, breaks=breaks, totals=True
    )


def laney_p(
    counts: ArrayLike,
    sizes: ArrayLike,
    *,
    limits: ChartLimits | None = None,
    window: slice | None = None,
    rules: Iterable[str] = DEFAULT,
    breaks: Sequence[int] = (),
) -> ControlChart:
    """Chart shares with limits widened, or narrowed, to their real variation: pbar -+ 3 sigma_p sigma_z.

    sigma_z is the average moving range of z_i = (p_i - pbar) / sqrt(pbar (1 - pbar) / n_i), over 1.128.
    Parameters and errors are those of `p_chart`; the frozen sigma is sigma_z sqrt(pbar (1 - pbar)).

    References
    ----------
    Laney, "Improved control charts for attributes", Quality Engineering 14 (2002) 531-537.

    Examples
    --------
    >>> counts = [500, 540, 490, 530, 505, 545]
    >>> p_chart(counts, 5000).main.stable, round(laney_p(counts, 5000).settings["sigma_z"], 2)
    (True, 1.6)
    """
    return rate_chart(
        "laney_p", BINOMIAL, counts, sizes, limits=limits, window=window, rules=rules, breaks=breaks, laney=True
    )
