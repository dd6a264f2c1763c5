"""Crossed gauge R&R by analysis of variance, with the pooling rule stated and intervals beside every part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from models.base import LEVEL, Array
from models.spc.gauge.result import GaugeStudy, as_crossed, studied

POOL_ABOVE = 0.25
"""The interaction is pooled into the repeatability where its p-value is above this: only a clearly absent one goes
(Bancroft & Han, Sankhya B 45 (1983)). Some programs pool above .05, with the same answer unless p lies between."""


@dataclass(frozen=True, slots=True)
class Anova:
    """One line of the analysis of variance; `f` and `p` are NaN where nothing is tested."""

    source: str
    df: int
    squares: float
    mean_square: float
    f: float
    p: float


def interaction_table(values: ArrayLike) -> tuple[Anova, ...]:
    """Two-way analysis of variance of random effects, parts and appraisers tested against their interaction.

    Parameters
    ----------
    values : array_like, shape (parts, appraisers, trials)

    Returns
    -------
    tuple of Anova
        "part", "appraiser", "interaction", "repeatability", "total".

    Raises
    ------
    TaskError, NotEnoughData
        As `models.spc.gauge.result.as_crossed` raises them.

    References
    ----------
    Montgomery, Design and Analysis of Experiments, 13.3.

    Examples
    --------
    >>> [line.df for line in interaction_table([[[1, 2], [2, 2]], [[4, 5], [5, 5]]])]
    [1, 1, 1, 4, 7]
    """
    x = as_crossed(values)
    p, a, t = x.shape
    grand = x.mean()
    cells, parts, people = x.mean(axis=2), x.mean(axis=(1, 2)), x.mean(axis=(0, 2))
    both = cells - parts[:, None] - people[None, :] + grand
    squares = {
        "part": (a * t * float(np.sum((parts - grand) ** 2)), p - 1),
        "appraiser": (p * t * float(np.sum((people - grand) ** 2)), a - 1),
        "interaction": (t * float(np.sum(both**2)), (p - 1) * (a - 1)),
        "repeatability": (float(np.sum((x - cells[:, :, None]) ** 2)), p * a * (t - 1)),
    }
    mean = {name: total / df for name, (total, df) in squares.items()}
    against = {"part": "interaction", "appraiser": "interaction", "interaction": "repeatability"}
    lines = [_line(name, *squares[name], mean.get(against.get(name, ""), np.nan), squares) for name in squares]
    total = sum(found for found, _ in squares.values())
    return (*lines, Anova("total", x.size - 1, total, total / (x.size - 1), np.nan, np.nan))


def _line(name: str, total: float, df: int, error: float, squares: dict[str, tuple[float, int]]) -> Anova:
    mean = total / df
    if not np.isfinite(error):
        return Anova(name, df, total, mean, np.nan, np.nan)
    below = squares["repeatability" if name == "interaction" else "interaction"][1]
    f = mean / error if error > 0 else (np.inf if mean > 0 else np.nan)
    return Anova(name, df, total, mean, f, float(stats.f.sf(f, df, below)) if f == f else np.nan)  # noqa: PLR0124


def crossed(
    values: ArrayLike,
    *,
    tolerance: float | None = None,
    process_sd: float | None = None,
    level: float = LEVEL,
    pool_above: float = POOL_ABOVE,
) -> GaugeStudy:
    """Divide the variation of a crossed study into gauge and parts.

    With the interaction kept: repeatability^2 = MS_e, interaction^2 = (MS_ao - MS_e) / t, appraiser^2 =
    (MS_o - MS_ao) / (p t), part^2 = (MS_p - MS_ao) / (a t); pooled, MS_e and MS_ao become one. Negative ones are 0.

    Parameters
    ----------
    values : array_like, shape (parts, appraisers, trials)
        In the characteristic's unit; balanced.
    tolerance : float, optional
        Upper minus lower specification limit.
    process_sd : float, optional
        Spread of the process from its own records; the study's total otherwise.
    level : float
        Of the intervals: chi-square with Satterthwaite's degrees of freedom (Biometrics 2 (1946) 110-114).
    pool_above : float
        The interaction is pooled where its p-value is above; 1 never pools, 0 always.

    Returns
    -------
    GaugeStudy

    Raises
    ------
    TaskError
        If the study is not balanced, all is equal, or an argument is out of range.
    NotEnoughData
        With fewer than 2 parts, appraisers or trials.

    References
    ----------
    AIAG, Measurement Systems Analysis, 4th edition (2010), ch. III-B and appendix A.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> parts, people = rng.normal(0, 1, (10, 1, 1)), np.array([0.0, 0.1, -0.1]).reshape(1, 3, 1)
    >>> study = crossed(parts + people + rng.normal(0, 0.1, (10, 3, 3)))
    >>> study.verdict, 0.08 < study.component("repeatability").sd < 0.12
    ('marginal', True)
    """
    x = as_crossed(values)
    lines = {line.source: line for line in interaction_table(x)}
    interaction = lines["interaction"]
    pooled = not interaction.p <= pool_above and pool_above < 1
    parts, note = (_pooled if pooled else _kept)(lines, x)
    return studied("anova", parts, x.shape, level=level, tolerance=tolerance, process_sd=process_sd, notes=note)


Terms = list[tuple[float, Anova]]
Parts = tuple[dict[str, tuple[float, float]], tuple[str, ...]]


def _pooled(lines: dict[str, Anova], x: Array) -> Parts:
    p, a, t = x.shape
    inner, both = lines["repeatability"], lines["interaction"]
    squares, df = inner.squares + both.squares, inner.df + both.df
    error = Anova("repeatability", df, squares, squares / df, np.nan, np.nan)
    repeat: Terms = [(1.0, error)]
    people: Terms = [(1 / (p * t), lines["appraiser"]), (-1 / (p * t), error)]
    part: Terms = [(1 / (a * t), lines["part"]), (-1 / (a * t), error)]
    words = f"the interaction (p {both.p:.2g}) is pooled into the repeatability"
    return _divided({"repeatability": repeat, "appraiser": people, "part": part}), (words,)


def _kept(lines: dict[str, Anova], x: Array) -> Parts:
    p, a, t = x.shape
    error, both = lines["repeatability"], lines["interaction"]
    terms: dict[str, Terms] = {
        "repeatability": [(1.0, error)],
        "appraiser": [(1 / (p * t), lines["appraiser"]), (-1 / (p * t), both)],
        "interaction": [(1 / t, both), (-1 / t, error)],
        "part": [(1 / (a * t), lines["part"]), (-1 / (a * t), both)],
    }
    words = f"appraisers differ by part (interaction p {both.p:.2g}): look at how they take the parts"
    return _divided(terms), (words,) if both.p < 0.05 else ()


def _divided(terms: dict[str, Terms]) -> dict[str, tuple[float, float]]:
    """Standard deviation and degrees of freedom of each part, of the reproducibility and of the gauge."""
    single = {name: _variance(found) for name, found in terms.items()}
    shared = [name for name in ("appraiser", "interaction") if single.get(name, (0.0, 0.0))[0] > 0]
    gauge = ["repeatability", *shared]
    sums = {"reproducibility": shared, "gauge R&R": gauge}
    found = single | {name: _variance([term for one in of for term in terms[one]]) for name, of in sums.items()}
    order = ("gauge R&R", "repeatability", "reproducibility", "appraiser", "interaction", "part")
    return {name: (float(np.sqrt(found[name][0])), found[name][1]) for name in order if name in found}


def _variance(terms: Terms) -> tuple[float, float]:
    """Variance of a sum of mean squares, 0 where negative, and Satterthwaite's degrees of freedom."""
    value = float(sum(weight * line.mean_square for weight, line in terms))
    spread = float(sum((weight * line.mean_square) ** 2 / line.df for weight, line in terms))
    return (value, value**2 / spread) if value > 0 and spread > 0 else (0.0, float("nan"))
