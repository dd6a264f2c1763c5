"""Has the relation between inputs and quality moved? A CUSUM of the sequential ranks of residuals.

The rank of a residual among all earlier ones is uniform and independent of them for any continuous distribution.
The normal scores of sequential ranks need no estimated mean, spread or shape, so the CUSUM's p-value by Markov chain
is as good with 20 reference residuals as with 2,000, and heavy tails do not alarm. Autocorrelated residuals are
prewhitened first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats

from models.base import Array
from models.drift.verdict import Verdict, no_verdict
from models.spc.autocorrelation import acf
from models.spc.lengths.weighted import cusum_exceeds
from models.spc.series import as_series

ALPHA = 0.01
ALLOWANCE = 0.5
MIN_REFERENCE = 20
MIN_CURRENT = 8
LONG_REFERENCE = 50
MIN_EFFECT = 0.1
"""Growth of the mean absolute error from which on a response is worth it."""


@dataclass(frozen=True, slots=True)
class _Side:
    name: str
    peak: float
    onset: int
    p_value: float
    share: float  # of alpha


def sequential_scores(reference: ArrayLike, current: ArrayLike) -> Array:
    """Normal scores of the rank of each current value among everything before it.

    Parameters
    ----------
    reference, current : array_like, shape (n,), (m,)
        Without missing values.

    Returns
    -------
    ndarray, shape (m,)
        Independent and close to standard normal while nothing changes; ties get mid-ranks.

    References
    ----------
    McDonald, "A cusum procedure based on sequential ranks", Naval Research Logistics 37 (1990) 627-646;
    Hawkins & Olwell (1998), ch. 7 (self-starting CUSUM).

    Examples
    --------
    >>> sequential_scores([1.0, 2.0, 3.0], [2.0, 9.0]).round(2)
    array([0.  , 1.28])
    """
    a, b = as_series(reference), as_series(current)
    before = np.sort(a)
    scores = np.empty(len(b))
    for i, value in enumerate(b):
        low, high = np.searchsorted(before, value, "left"), np.searchsorted(before, value, "right")
        scores[i] = ((low + high) / 2 + 0.5) / (len(before) + 1)
        before = np.insert(before, high, value)
    return np.asarray(stats.norm.ppf(scores), dtype=np.float64)


def cusum(scores: ArrayLike, allowance: float = ALLOWANCE) -> Array:
    """Tabular CUSUM upwards, max(0, before + score - allowance).

    References
    ----------
    Page, Biometrika 41 (1954) 100-115; ISO 7870-4.

    Examples
    --------
    >>> cusum([1.0, 2.0, -3.0])
    array([0.5, 2. , 0. ])
    """
    path, level = [], 0.0
    for score in as_series(scores):
        level = max(0.0, level + float(score) - allowance)
        path.append(level)
    return np.array(path)


def relation(
    residuals_reference: ArrayLike,
    residuals_current: ArrayLike,
    *,
    alpha: float = ALPHA,
    min_effect: float = MIN_EFFECT,
    subject: str = "residuals",
) -> Verdict:
    """Test whether residuals given the inputs have changed in level (either way) or grown in spread.

    Parameters
    ----------
    residuals_reference, residuals_current : array_like, shape (n,), (m,)
        Measured - predicted in the characteristic's unit, in the order of production. Both of predictions made
        before the label was known: in-sample residuals are too small and would make every night a drift.
    alpha : float
        False verdict rate on a stable relation: half for the level, half for the spread.
    min_effect : float
        Growth of the mean absolute error from which on drift matters.
    subject : str

    Returns
    -------
    Verdict
        Its threshold is the decision interval of the CUSUM that is reported.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> verdict = relation(rng.normal(size=60), rng.normal(2.0, size=20))
    >>> verdict.drifted, verdict.matters, verdict.sentence[:20]
    (True, True, 'residuals rose by 1.')
    """
    a, b = as_series(residuals_reference), as_series(residuals_current)
    a, b = a[~np.isnan(a)], b[~np.isnan(b)]
    if len(a) < MIN_REFERENCE or len(b) < MIN_CURRENT:
        why = f"{len(a)} reference and {len(b)} current labels, {MIN_REFERENCE} and {MIN_CURRENT} are needed"
        return no_verdict("relation", subject, len(b), float(len(b)), why)
    phi = _memory(a, b)
    white_a, white_b = _whitened(a, b, phi)
    worst = min(_sides(white_a, white_b), key=lambda side: side.p_value / side.share)
    combined = min(1.0, worst.p_value / worst.share)
    threshold = _decision(alpha * worst.share, len(b))
    drifted = worst.peak > threshold
    effect = float(np.abs(b).mean() / max(np.abs(a).mean(), np.finfo(float).tiny) - 1)
    matters = drifted and effect >= min_effect
    effective = len(b) * (1 - phi) / (1 + phi)
    sentence = _sentence(subject, worst, (a, b), (threshold, combined), effect)
    return Verdict(
        "relation",
        subject,
        "cusum of ranks",
        worst.peak,
        threshold,
        combined,
        len(b),
        effective,
        effect,
        drifted,
        matters,
        sentence,
        look=worst.name,
    )


def _memory(a: Array, b: Array) -> float:
    """Return phi of an AR(1), corrected for shortness (Kendall 1954); 0 unless it is positive and notable.

    A short reference borrows from the current residuals, each about its own mean; a long one decides alone, so that
    a change does not excuse itself.
    """
    known = a if len(a) >= LONG_REFERENCE else np.concatenate([a - a.mean(), b - b.mean()])
    n = len(known)
    r = float(acf(known, 1)[1])
    return min(r + (1 + 3 * r) / n, 0.95) if r > 1 / np.sqrt(n) else 0.0


def _whitened(a: Array, b: Array, phi: float) -> tuple[Array, Array]:
    if phi == 0:
        return a, b
    center = float(np.median(a))
    both = np.concatenate([a, b]) - center
    white = both[1:] - phi * both[:-1]
    return white[: len(a) - 1], white[len(a) - 1 :]


def _sides(a: Array, b: Array) -> list[_Side]:
    """Up, down, wider. A quarter, a quarter and a half of alpha."""
    center = float(np.median(a))
    scores = sequential_scores(a, b)
    wider = sequential_scores(np.abs(a - center), np.abs(b - center))
    found = []
    for name, values, share in (("rose", scores, 0.25), ("fell", -scores, 0.25), ("spread", wider, 0.5)):
        path = cusum(values)
        top = int(path.argmax())
        zeros = np.flatnonzero(path[: top + 1] == 0)
        onset = int(zeros[-1]) + 1 if zeros.size else 0
        found.append(_Side(name, float(path[top]), onset, cusum_exceeds(float(path[top]), len(b)), share))
    return found


@lru_cache(maxsize=1024)
def _decision(alpha: float, n: int) -> float:
    """The decision interval a CUSUM of n values passes with probability alpha."""
    return float(optimize.brentq(lambda h: cusum_exceeds(h, n) - alpha, 0.05, 40.0, xtol=1e-4))


def _sentence(
    subject: str,
    side: _Side,
    samples: tuple[Array, Array],
    cut: tuple[float, float],
    effect: float,
) -> str:
    a, b = samples
    n = len(b)
    if side.peak <= cut[0]:
        return f"{subject} are as before (cusum {side.peak:.2f} <= {cut[0]:.2f}, p {cut[1]:.2g}, n {n})"
    since = f"since about label {side.onset + 1} of {n}"
    if side.name == "spread":
        ratio = float(b.std() / max(a.std(), np.finfo(float).tiny))
        change = f"spread {ratio:.2f} times as wide"
    else:
        change = f"{side.name} by {abs(float(np.median(b) - np.median(a))):.4g}"
    error = f"mean absolute error {'grew' if effect >= 0 else 'fell'} by {abs(effect):.0%}"
    return f"{subject} {change} {since}; {error} (cusum {side.peak:.2f} > {cut[0]:.2f}, p {cut[1]:.2g}, n {n})"
