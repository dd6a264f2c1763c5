"""Bias: whether the gauge reads the reference, on average."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from models.errors import TaskError
from models.spc.series import present

LEAST = 5
USUAL = 10


@dataclass(frozen=True, slots=True)
class Bias:
    """How far the mean of repeated readings lies from the reference.

    Parameters
    ----------
    bias, lower, upper : float
        With its interval, in the characteristic's unit.
    t, p : float
        Of the hypothesis that there is none.
    sd : float
        Repeatability.
    n : int
    acceptable : bool
        Whether 0 lies in the interval.
    sentence : str
    warnings : tuple of str
    """

    bias: float
    lower: float
    upper: float
    t: float
    p: float
    sd: float
    n: int
    acceptable: bool
    sentence: str
    warnings: tuple[str, ...] = ()


def bias(readings: ArrayLike, reference: float, *, level: float = 0.95) -> Bias:
    """Compare repeated readings of one part with its reference value.

    Parameters
    ----------
    readings : array_like, shape (n,)
    reference : float
        Known value of the part, in the same unit.
    level : float
        Of the interval; .95 as the manual has it.

    Returns
    -------
    Bias
        With equal readings the interval is the point itself.

    Raises
    ------
    NotEnoughData
        With fewer than 5 readings.
    TaskError
        If the reference is no number or the level no probability.

    References
    ----------
    AIAG, Measurement Systems Analysis, 4th edition (2010), ch. III-B, independent sample method.

    Examples
    --------
    >>> found = bias([6.1, 5.9, 6.0, 6.2, 5.8], 6.0)
    >>> round(found.bias, 3), found.acceptable
    (0.0, True)
    """
    x = present(readings, "bias study", LEAST)
    if not np.isfinite(reference) or not 0 < level < 1:
        raise TaskError(f"bias study: reference {reference}, level {level} - give the known value and a probability")
    n, off, sd = len(x), float(x.mean()) - reference, float(x.std(ddof=1))
    error = sd / float(np.sqrt(n))
    half = float(stats.t.ppf((1 + level) / 2, n - 1)) * error
    t = off / error if error > 0 else float(np.sign(off)) * np.inf if off else 0.0
    p = 2 * float(stats.t.sf(abs(t), n - 1))
    fine = abs(off) <= half or off == 0
    word = "no bias is shown" if fine else "the gauge is biased"
    sentence = f"{word}: {off:+.4g} ({off - half:+.4g} to {off + half:+.4g} at {level:.0%}, {n} readings)"
    notes = (f"{n} readings: {USUAL} or more are usual",) if n < USUAL else ()
    return Bias(off, off - half, off + half, t, p, sd, n, fine, sentence, notes)
