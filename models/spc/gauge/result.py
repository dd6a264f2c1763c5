"""What a crossed study answers, by either method, and how its shares are judged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from models.base import Array
from models.errors import NotEnoughData, TaskError
from models.spc.series import as_numbers

GOOD, MARGINAL = 0.10, 0.30
"""Shares of the total variation: below the first good, above the second not acceptable (AIAG MSA 4, ch. III-B)."""
LEAST_CATEGORIES = 5
_NOTHING = 0.1  # degrees of freedom below which a difference of mean squares tells nothing of its size


@dataclass(frozen=True, slots=True)
class Component:
    """One part of the variation.

    Parameters
    ----------
    name : str
        "repeatability", "reproducibility", "appraiser", "interaction", "gauge R&R", "part", "total".
    sd : float
        Standard deviation in the characteristic's unit.
    lower, upper : float
        Interval of `sd`; NaN where the method has none.
    share : float
        sd / total sd: "%GRR" of the gauge. Shares do not add up to 1, their squares do.
    of_tolerance : float or None
        6 sd / tolerance, where both limits are known.
    """

    name: str
    sd: float
    lower: float
    upper: float
    share: float
    of_tolerance: float | None


@dataclass(frozen=True, slots=True)
class GaugeStudy:
    """A crossed study: every appraiser measures every part several times.

    Parameters
    ----------
    method : {"anova", "average and range", "range"}
    components : tuple of Component
    categories : int
        ndc = 1.41 part sd / gauge sd, cut to a whole number.
    parts, appraisers, trials : int
    verdict : {"good", "marginal", "not acceptable"}
        By the larger of the shares of total variation and tolerance.
    sentence : str
    warnings : tuple of str
    """

    method: str
    components: tuple[Component, ...]
    categories: int
    parts: int
    appraisers: int
    trials: int
    verdict: str
    sentence: str
    warnings: tuple[str, ...] = ()

    def component(self, name: str) -> Component:
        """Return one part of the variation by its name."""
        return {c.name: c for c in self.components}[name]

    @property
    def gauge_sd(self) -> float:
        """Standard deviation of the measurement system, repeatability and reproducibility together."""
        return self.component("gauge R&R").sd


def as_crossed(values: ArrayLike) -> Array:
    """Return measurements as float64, shape (parts, appraisers, trials), or say what is wrong with them.

    Raises
    ------
    NotEnoughData
        With fewer than 2 parts, appraisers or trials.
    TaskError
        If the shape is another, something is no number, or a measurement is missing.

    Examples
    --------
    >>> as_crossed([[[1, 2], [2, 2]], [[4, 5], [5, 5]]]).shape
    (2, 2, 2)
    """
    x = as_numbers(values, "gauge study")
    if x.ndim != 3:
        raise TaskError(f"gauge study has shape {x.shape}, expected (parts, appraisers, trials)")
    if min(x.shape) < 2:
        few = dict(zip(("parts", "appraisers", "trials"), x.shape, strict=True))
        raise NotEnoughData(f"gauge study: {few} - at least 2 of each; one appraiser alone is a type-1 study", 2)
    if not np.isfinite(x).all():
        raise TaskError(
            f"gauge study: {int((~np.isfinite(x)).sum())} measurements are missing - measure them, a crossed study is"
            " balanced"
        )
    return x


def studied(
    method: str,
    parts: dict[str, tuple[float, float]],
    shape: tuple[int, ...],
    *,
    level: float,
    tolerance: float | None,
    process_sd: float | None,
    notes: tuple[str, ...] = (),
) -> GaugeStudy:
    """Make the result from the standard deviations and their degrees of freedom.

    Parameters
    ----------
    method : str
    parts : dict of str to (float, float)
        Name -> (sd, degrees of freedom; NaN where none are known). "gauge R&R" and "part" among them.
    shape : tuple of int
        Parts, appraisers, trials.
    level : float
        Of the intervals.
    tolerance, process_sd : float or None
        With `process_sd`, the total is the process's own spread and not that of the chosen parts.
    notes : tuple of str
        Warnings of the method.

    Returns
    -------
    GaugeStudy
    """
    _check_scale(tolerance, process_sd, level)
    gauge, part = parts["gauge R&R"][0], parts["part"][0]
    total = float(np.hypot(gauge, part)) if process_sd is None else process_sd
    if not total > 0:
        raise TaskError("gauge study: all measurements are equal - take parts that span the process, a finer gauge")
    whole = {**parts, "total": (total, float("nan"))}
    found = tuple(
        Component(name, sd, *_interval(sd, df, level), sd / total, None if tolerance is None else 6 * sd / tolerance)
        for name, (sd, df) in whole.items()
    )
    categories = int(1.41 * part / gauge) if gauge > 0 else 10**6
    by_name = {c.name: c for c in found}
    verdict = _verdict(by_name["gauge R&R"])
    return GaugeStudy(
        method, found, categories, shape[0], shape[1], shape[2], verdict,
        _sentence(by_name["gauge R&R"], categories, verdict), (*notes, *_warnings(shape, categories)),
    )  # fmt: skip


def _check_scale(tolerance: float | None, process_sd: float | None, level: float) -> None:
    if tolerance is not None and not tolerance > 0:
        raise TaskError(f"gauge study: tolerance {tolerance} - give upper minus lower limit, above 0")
    if process_sd is not None and not process_sd > 0:
        raise TaskError(f"gauge study: process_sd {process_sd} - give a standard deviation above 0")
    if not 0 < level < 1:
        raise TaskError(f"gauge study: level {level} - give a probability between 0 and 1")


def _interval(sd: float, df: float, level: float) -> tuple[float, float]:
    if not (np.isfinite(df) and df > 0):
        return float("nan"), float("nan")
    if df < _NOTHING:
        return 0.0, float("inf")
    low, high = stats.chi2.ppf([(1 + level) / 2, (1 - level) / 2], df)
    return sd * float(np.sqrt(df / low)), sd * float(np.sqrt(df / high))


def _verdict(gauge: Component) -> str:
    worst = max(gauge.share, gauge.of_tolerance or 0.0)
    return "good" if worst < GOOD else "marginal" if worst <= MARGINAL else "not acceptable"


def _sentence(gauge: Component, categories: int, verdict: str) -> str:
    share = f"gauge R&R is {gauge.share:.1%} of the total variation"
    if gauge.of_tolerance is not None:
        share += f" and {gauge.of_tolerance:.1%} of the tolerance"
    told = "no variation of the gauge is seen" if gauge.sd == 0 else f"{categories} distinct categories"
    return f"{verdict}: {share}, {told} (standard deviation {gauge.sd:.4g})"


def _warnings(shape: tuple[int, ...], categories: int) -> tuple[str, ...]:
    parts, appraisers, trials = shape
    found = []
    if parts < 10 or parts * appraisers * trials < 60:
        found.append(f"{parts} parts x {appraisers} appraisers x {trials} trials: fewer than the usual 10 x 3 x 3")
    if categories < LEAST_CATEGORIES:
        found.append(f"{categories} distinct categories: the gauge hardly tells the parts apart, 5 are needed")
    return tuple(found)
