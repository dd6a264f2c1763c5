"""How far the error would fall with more labels: the sisters' curves, anchored at the stage's own error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student

from models.base import LEVEL, Array
from models.errors import NotEnoughData, TaskError
from models.labels.curves import Curves
from models.words import counted

FEWEST_SISTERS = 3
DISPERSION = 2.5
SCATTER, SCATTER_WORTH = 0.15, 2.0
TOGETHER, TOGETHER_WORTH = 0.9, 3.0
HARDLY = 0.97
#: Found on real stages: without it 90 % intervals held the error of four stages in five.
WIDER = 1.3


@dataclass(frozen=True, slots=True)
class Point:
    """The error expected with so many labels, in the characteristic's unit, and where it lies with 90 %."""

    labels: int
    error: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """How the error of a stage is expected to fall.

    Parameters
    ----------
    now : Point
        With the labels there are.
    then : tuple of Point
        With more, rising; as far as `FEWEST_SISTERS` sisters reach.
    sisters : int
        Whose curves this rests on.
    own : int
        Left-out errors of the stage itself that anchor it.
    """

    now: Point
    then: tuple[Point, ...]
    sisters: int
    own: int

    def sentence(self, unit: str = "") -> str:
        """Say it in words.

        Examples
        --------
        >>> Outlook(Point(12, 4.1, 3.5, 4.8), (Point(20, 3.2, 2.8, 3.9),), 5, 12).sentence("mm")
        '12 labels: ±4.1 mm; 20 would give ±3.2 mm (2.8-3.9)'
        """
        n, unit = self.now.labels, f" {unit}" if unit else ""
        here = f"{counted(n, 'label')}: ±{_figure(self.now.error)}{unit}"
        further = next((p for p in self.then if p.labels >= 1.6 * n), self.then[-1] if self.then else None)
        if further is None:
            return f"{here} ({_range(self.now)}); no sister shows what more labels would give"
        would = f"{further.labels} would give ±{_figure(further.error)}{unit} ({_range(further)})"
        if further.error > HARDLY * self.now.error:
            return f"{here}; more labels would hardly help: {would}"
        return f"{here}; {would}"


def outlook(
    curves: Curves, labels: int, left_out: ArrayLike, sizes: Sequence[int], *, known: float | None = None
) -> Outlook:
    """Predict the error with more labels.

    The logarithms of the sisters' errors at two numbers of labels are read as jointly normal over stages; the stage's
    own error, known from its left-out errors, conditions them (the sisters' mean is moved by as much as sisters that
    start high also end high). Means, scatter and correlation are those of the sisters, pulled to `SCATTER` and
    `TOGETHER` while they are few; the interval is Student's with the number of sisters less one (Gelman et al. 2013,
    Bayesian Data Analysis, 3rd ed., sec. 3.5 and A.1). The logarithm of a mean of k absolute errors scatters with
    variance ``cv^2 / k`` (delta method); cv^2 is `DISPERSION`, .57 for normal errors and 1 for exponential ones.

    Parameters
    ----------
    curves : Curves
        Of sisters, the stage itself not among them.
    labels : int
        How many the stage has.
    left_out : array_like, shape (k,)
        Errors of predictions of its own labels that were left out; may be empty.
    sizes : sequence of int
        Numbers of labels to look at; those up to `labels` are passed over.
    known : float, optional
        How many labels those predictions stood on, in the mean; default: `labels` less one.

    Returns
    -------
    Outlook

    Raises
    ------
    NotEnoughData
        With fewer than three sisters: nobody has shown how such stages learn.
    TaskError
        If an error is no number.

    Examples
    --------
    >>> falling = Curves(("a", "b", "c", "d"), (10, 40), np.array([[2.0, 1], [4, 2], [3, 1.5], [5, 2.5]]))
    >>> found = outlook(falling, 10, np.full(400, 3.0), [40], known=10)
    >>> round(found.now.error, 1), round(found.then[0].error, 1)
    (3.0, 1.5)
    """
    errors = np.asarray(left_out, dtype=np.float64)
    if not np.isfinite(errors).all():
        raise TaskError(f"outlook: a left-out error is {errors[~np.isfinite(errors)][0]} - leave out what was not told")
    at = labels - 1 if known is None else known
    reached = [n for n in sorted({labels, *(n for n in sizes if n > labels)}) if _stages(curves, n) >= FEWEST_SISTERS]
    if labels not in reached:
        found = _stages(curves, labels)
        raise NotEnoughData(
            f"{found} sister stages show errors with {labels} labels, {FEWEST_SISTERS} are needed to say what"
            " more labels would give",
            FEWEST_SISTERS,
        )
    points = [_point(curves, at, n, errors) for n in reached]
    return Outlook(points[0], tuple(points[1:]), _stages(curves, labels), len(errors))


def _stages(curves: Curves, labels: int) -> int:
    return int(np.isfinite(_at(curves, labels)).sum())


def _at(curves: Curves, labels: float) -> Array:
    """Return the log error of each sister with `labels`, NaN outside what it shows; linear in log labels between."""
    out = np.full(len(curves.stages), np.nan)
    for i, row in enumerate(curves.errors):
        known = np.isfinite(row) & (row > 0)
        sizes = np.asarray(curves.sizes)[known]
        if len(sizes) and sizes[0] <= labels <= sizes[-1]:
            out[i] = np.interp(np.log1p(labels), np.log1p(sizes), np.log(row[known]))
    return out


def _point(curves: Curves, at: float, labels: int, errors: Array) -> Point:
    here, there = _at(curves, max(at, 0)), _at(curves, labels)
    both = np.isfinite(here) & np.isfinite(there)
    count = int(both.sum())
    anchored = len(errors) > 0 and count >= FEWEST_SISTERS and float(np.abs(errors).mean()) > 0
    if not anchored:
        values = there[np.isfinite(there)]
        return _told(labels, float(values.mean()), _scatter(values), len(values))
    u, w = here[both], there[both]
    tau, sigma = _scatter(u), _scatter(w)
    measured = float(np.cov(u, w)[0, 1])
    shared = (count * measured + TOGETHER_WORTH * TOGETHER * np.sqrt(tau * sigma)) / (count + TOGETHER_WORTH)
    shared = min(shared, 0.999 * float(np.sqrt(tau * sigma)))
    doubt = DISPERSION / len(errors)
    own = float(np.log(np.abs(errors).mean()))
    slope = shared / (tau + doubt)
    return _told(labels, float(w.mean() + slope * (own - u.mean())), sigma - slope * shared, count)


def _scatter(values: Array) -> float:
    """Return the variance of logarithms between stages, pulled to `SCATTER` squared while they are few."""
    count = len(values)
    found = float(values.var(ddof=1)) if count > 1 else 0.0
    return (count * found + SCATTER_WORTH * SCATTER**2) / (count + SCATTER_WORTH)


def _told(labels: int, mean: float, variance: float, count: int) -> Point:
    half = WIDER * float(student.ppf(0.5 + LEVEL / 2, count - 1)) * float(np.sqrt(max(variance, 0.0) * (1 + 1 / count)))
    lower, error, upper = (float(np.exp(v)) for v in (mean - half, mean, mean + half))
    return Point(labels, error, lower, upper)


def _figure(value: float) -> str:
    return f"{value:.2g}" if value < 100 else f"{value:.0f}"


def _range(point: Point) -> str:
    return f"{_figure(point.lower)}-{_figure(point.upper)}"
