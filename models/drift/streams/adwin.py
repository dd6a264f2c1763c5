"""ADWIN: the longest recent window whose halves agree, found by cutting off what no longer fits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.base import Array
from models.spc.series import as_series

CONFIDENCE = 0.002
FEWEST = 8
EVERY = 4


@dataclass(frozen=True, slots=True)
class Adwin:
    """What is left of a stream after every cut.

    Parameters
    ----------
    start : int
        First value of the window that still fits; 0 where nothing was ever cut.
    cuts : tuple of int
        After how many values something was cut off.
    mean : float
        Of the window; NaN for an empty one.
    """

    start: int
    cuts: tuple[int, ...]
    mean: float


def adwin(values: ArrayLike, *, confidence: float = CONFIDENCE) -> Adwin:
    """Keep a window as long as its older and newer part can have the same mean.

    Parameters
    ----------
    values : array_like, shape (n,)
        In order; NaN is passed over.
    confidence : float
        Chance of a false cut at each look.

    Returns
    -------
    Adwin

    References
    ----------
    Bifet & Gavalda, SIAM International Conference on Data Mining 2007, 443-448: the cut of their section 4 (normal
    approximation with the window's variance); all splits instead of exponential buckets, every fourth value.

    Examples
    --------
    >>> found = adwin([0.0, 1.0] * 40 + [5.0, 6.0] * 20)
    >>> found.start, found.mean
    (80, 5.5)
    """
    z = as_series(values)
    places = np.flatnonzero(~np.isnan(z))
    x, start, cuts = z[places], 0, []
    for end in range(2 * FEWEST, len(x) + 1, EVERY):
        while (cut := _cut(x[start:end], confidence)) is not None:
            start += cut
            cuts.append(int(places[end - 1]) + 1)
    left = x[start:]
    first = int(places[start]) if start else 0
    return Adwin(first, tuple(cuts), float(left.mean()) if left.size else float("nan"))


def _cut(x: Array, confidence: float) -> int | None:
    """Return the best split of a window whose parts differ in mean, or None."""
    n = len(x)
    if n < 2 * FEWEST:
        return None
    sizes = np.arange(FEWEST, n - FEWEST + 1)
    sums = np.cumsum(x)
    old = sums[sizes - 1] / sizes
    new = (sums[-1] - sums[sizes - 1]) / (n - sizes)
    harmonic = 1 / (1 / sizes + 1 / (n - sizes))
    log = np.log(2 * np.log(n) / confidence)
    allowed = np.sqrt(2 / harmonic * x.var() * log) + 2 / (3 * harmonic) * log * float(np.ptp(x))
    excess = np.abs(old - new) - allowed
    best = int(excess.argmax())
    return int(sizes[best]) if excess[best] > 0 else None
