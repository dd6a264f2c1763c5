"""Agreement of ratings: Cohen's and Fleiss' kappa, and the study of go/no-go decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from models.base import LEVEL, Array
from models.errors import NotEnoughData, TaskError
from models.spc.capability import Index
from models.spc.series import as_numbers

GOOD, POOR = 0.75, 0.40
"""Above the first agreement is good, below the second poor (AIAG MSA 4, ch. III-C; Landis & Koch 1977)."""
Labels = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Agreement:
    """A study of ratings: parts by appraisers by trials.

    Parameters
    ----------
    within : tuple of float
        Share of parts on which each appraiser agrees with themselves over all trials.
    between : Index
        Fleiss' kappa of all ratings.
    against : tuple of Index
        Cohen's kappa of each appraiser against the reference; empty without one.
    effective : tuple of float
        Share of parts each appraiser rates as the reference in every trial.
    misses, false_alarms : tuple of float
        Share of nonconforming ratings given as conforming, and of conforming ones given as nonconforming; NaN
        where the reference has none of the kind, empty without a reference of 0 and 1.
    verdict : {"good", "fair", "poor"}
    sentence : str
    """

    within: tuple[float, ...]
    between: Index
    against: tuple[Index, ...]
    effective: tuple[float, ...]
    misses: tuple[float, ...]
    false_alarms: tuple[float, ...]
    verdict: str
    sentence: str


def cohen_kappa(a: Sequence[object], b: Sequence[object], level: float = LEVEL) -> Index:
    """Agreement of two raters beyond chance: (p_o - p_e) / (1 - p_e).

    Interval by sqrt(p_o (1 - p_o) / (n (1 - p_e)^2)), kept within -1 and 1; where both give one and the same rating
    throughout there is no chance to beat and kappa is 1.

    Parameters
    ----------
    a, b : sequence
        Ratings of the same units.
    level : float

    Returns
    -------
    Index

    Raises
    ------
    TaskError
        If the lengths differ or a rating is missing.
    NotEnoughData
        With fewer than 2 units.

    References
    ----------
    Cohen, Educational and Psychological Measurement 20 (1960) 37-46.

    Examples
    --------
    >>> yes_no = ["y"] * 20 + ["y"] * 5 + ["n"] * 10 + ["n"] * 15
    >>> other = ["y"] * 20 + ["n"] * 5 + ["y"] * 10 + ["n"] * 15
    >>> round(cohen_kappa(yes_no, other).value, 3)
    0.4
    """
    if len(a) != len(b):
        raise TaskError(f"kappa: {len(a)} and {len(b)} ratings - both must rate the same units")
    if len(a) < 2:
        raise NotEnoughData(f"kappa: {len(a)} units - at least 2", 2)
    if any(value is None or value != value for value in (*a, *b)):  # noqa: PLR0124 - NaN of any type
        raise TaskError("kappa: ratings are missing - both must rate every unit")
    names = sorted({*a, *b}, key=str)
    place = {name: i for i, name in enumerate(names)}
    table = np.zeros((len(names), len(names)))
    for left, right in zip(a, b, strict=True):
        table[place[left], place[right]] += 1
    n = float(table.sum())
    observed, chance = float(np.trace(table)) / n, float(table.sum(0) @ table.sum(1)) / n**2
    if chance >= 1:
        return Index(1.0, 1.0, 1.0)
    value = (observed - chance) / (1 - chance)
    error = float(np.sqrt(observed * (1 - observed) / n)) / (1 - chance)
    return _bounded(value, error, level)


def fleiss_kappa(counts: ArrayLike, level: float = LEVEL) -> Index:
    """Agreement of any number of raters beyond chance, interval by the jackknife over units.

    Parameters
    ----------
    counts : array_like, shape (units, categories)
        How many ratings of each category a unit got; every unit as many.
    level : float

    Returns
    -------
    Index

    Raises
    ------
    TaskError
        If counts are negative, broken, or units have different numbers of ratings.
    NotEnoughData
        With fewer than 3 units or 2 ratings each.

    References
    ----------
    Fleiss, Psychological Bulletin 76 (1971) 378-382; Efron & Tibshirani (1993), ch. 11.

    Examples
    --------
    >>> round(fleiss_kappa([[0, 2], [1, 1], [2, 0], [2, 0]]).value, 3)
    0.467
    """
    table = as_numbers(counts, "kappa: counts")
    if table.ndim != 2 or not (table >= 0).all() or (table != np.round(table)).any():
        raise TaskError(f"kappa: counts of shape {table.shape} - whole numbers of 0 or more, (units, categories)")
    raters = table.sum(axis=1)
    if len(table) < 3 or raters.min() < 2:
        raise NotEnoughData(f"kappa: {len(table)} units - at least 3, each rated twice or more", 3)
    if np.ptp(raters) > 0:
        raise TaskError("kappa: units have different numbers of ratings - every unit must be rated as often")
    value = _fleiss(table)
    left_out = np.array([_fleiss(np.delete(table, i, axis=0)) for i in range(len(table))])
    n = len(table)
    error = float(np.sqrt((n - 1) / n * np.sum((left_out - left_out.mean()) ** 2)))
    return _bounded(value, error, level)


def _fleiss(table: Array) -> float:
    m = table[0].sum()
    shares = table.sum(axis=0) / table.sum()
    chance = float(shares @ shares)
    observed = float(np.mean((np.sum(table**2, axis=1) - m) / (m * (m - 1))))
    return 1.0 if chance >= 1 else (observed - chance) / (1 - chance)


def _bounded(value: float, error: float, level: float) -> Index:
    if not 0 < level < 1:
        raise TaskError(f"kappa: level {level} - give a probability between 0 and 1")
    half = float(stats.norm.ppf((1 + level) / 2)) * error
    return Index(value, max(value - half, -1.0), min(value + half, 1.0))


def attribute_study(ratings: ArrayLike, reference: Sequence[object] | None = None, level: float = LEVEL) -> Agreement:
    """Judge ratings of parts by several appraisers in several trials.

    Parameters
    ----------
    ratings : array_like, shape (parts, appraisers, trials)
        Any labels; where they are 0 (conforming) and 1 (nonconforming), misses and false alarms are counted.
    reference : sequence, length parts, optional
        What each part truly is.
    level : float

    Returns
    -------
    Agreement

    Raises
    ------
    TaskError
        If the shape is another, a rating is missing, or the reference has another length.
    NotEnoughData
        With fewer than 3 parts, or one rating a part.

    References
    ----------
    AIAG, Measurement Systems Analysis, 4th edition (2010), ch. III-C.

    Examples
    --------
    >>> study = attribute_study([[[0, 0], [0, 0]], [[1, 1], [1, 1]], [[1, 1], [0, 1]]], [0, 1, 1])
    >>> study.effective, study.misses
    ((1.0, 0.6666666666666666), (0.0, 0.25))
    """
    x = _ratings(ratings, reference)
    parts, appraisers, _ = x.shape
    same = [float(np.mean([len(set(x[i, j])) == 1 for i in range(parts)])) for j in range(appraisers)]
    names = sorted(set(x.ravel()), key=str)
    between = fleiss_kappa([[int(np.sum(x[i] == name)) for name in names] for i in range(parts)], level)
    if reference is None:
        verdict = _verdict(between.value)
        return Agreement(tuple(same), between, (), (), (), (), verdict, _sentence(verdict, between, ()))
    truth = np.array(list(reference), dtype=object)
    repeated = np.repeat(truth, x.shape[2]).tolist()
    against = tuple(cohen_kappa(x[:, j].ravel().tolist(), repeated, level) for j in range(appraisers))
    effective = tuple(float(np.mean(np.all(x[:, j] == truth[:, None], axis=1))) for j in range(appraisers))
    wrong = [_wrong(x[:, j], truth) for j in range(appraisers)] if {*names, *truth} <= {0, 1} else []
    verdict = _verdict(min(k.value for k in (between, *against)))
    return Agreement(
        tuple(same), between, against, effective, tuple(w[0] for w in wrong), tuple(w[1] for w in wrong), verdict,
        _sentence(verdict, between, effective),
    )  # fmt: skip


def _ratings(ratings: ArrayLike, reference: Sequence[object] | None) -> Labels:
    try:
        x: Labels = np.array(ratings, dtype=object)
    except ValueError:
        raise TaskError("attribute study is not balanced - every appraiser rates every part as often") from None
    if x.ndim != 3 or 0 in x.shape:
        raise TaskError(f"attribute study has shape {x.shape}, expected (parts, appraisers, trials)")
    if any(value is None or value != value for value in x.ravel()):  # noqa: PLR0124 - NaN of any type
        raise TaskError("attribute study: ratings are missing - every appraiser rates every part as often")
    if reference is not None and len(reference) != len(x):
        raise TaskError(f"attribute study: {len(reference)} references for {len(x)} parts - one for each part")
    return x


def _wrong(x: Labels, truth: Labels) -> tuple[float, float]:
    bad, good = x[truth == 1], x[truth == 0]
    return (
        float(np.mean(bad == 0)) if bad.size else float("nan"),
        float(np.mean(good == 1)) if good.size else float("nan"),
    )


def _verdict(kappa: float) -> str:
    return "good" if kappa > GOOD else "fair" if kappa >= POOR else "poor"


def _sentence(verdict: str, between: Index, effective: tuple[float, ...]) -> str:
    tail = f"; right in every trial: {', '.join(f'{e:.0%}' for e in effective)} of the parts" if effective else ""
    return f"{verdict} agreement: kappa {between.value:.2f} ({between.lower:.2f} to {between.upper:.2f}){tail}"
