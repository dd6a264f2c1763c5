"""The mean loss of units whose labels have not come, with a band, or the reason why it cannot be told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.performance.learned import LossModel
from models.performance.said import Said

FEWEST_UNITS = 10
LEAST_KNOWN = 0.5


@dataclass(frozen=True, slots=True)
class Estimate:
    """Expected mean loss of a window, in the characteristic's unit; NaN where it cannot be told.

    Parameters
    ----------
    value, lower, upper : float
    n : int
        Units it is about.
    refusal : str
        Why nothing can be estimated; empty where something is.
    """

    value: float
    lower: float
    upper: float
    n: int
    refusal: str = ""


def estimate(said: Said, model: LossModel | None, own: float = 1.0) -> Estimate:
    """Estimate what the predictions of a window cost, before any of its labels.

    Parameters
    ----------
    said : Said
        Units of the window.
    model : LossModel or None
    own : float
        The stage's own correction, see `correction`.

    Returns
    -------
    Estimate
        The band holds the realised mean loss of twenty labels in nine of ten windows of stages the model never saw.

    Examples
    --------
    >>> told = Said(-np.ones(20), np.ones(20), np.zeros(20), np.zeros(20, dtype=bool), 1.0)
    >>> model = LossModel((0.0, 1.0, 0.0, 0.0, 0.0), 0.5, 2.0, 100, 5, 20)
    >>> estimate(told, model).refusal
    'cannot estimate: only 0% of 20 units lie in the known domain'
    """
    n = len(said)
    why = _refusal(said, model)
    if why or model is None:
        return Estimate(np.nan, np.nan, np.nan, n, why)
    expected = model.expected(said)
    value = own * float(np.nanmean(expected)) * said.scale
    return Estimate(value, value * model.low, value * model.high, n)


def _refusal(said: Said, model: LossModel | None) -> str:
    n = len(said)
    if model is None:
        return "cannot estimate: too few labels of any stage to learn from"
    if model.blind:
        return (
            f"cannot estimate: over {model.windows} windows of other labels ups were estimated as downs (rank"
            f" {model.followed:.2f})"
        )
    if n < FEWEST_UNITS:
        return f"cannot estimate: {n} units, {FEWEST_UNITS} are needed"
    known = float(said.in_domain.mean())
    if known < LEAST_KNOWN:
        return f"cannot estimate: only {known:.0%} of {n} units lie in the known domain"
    if not np.isfinite(said.promised()).mean() > LEAST_KNOWN:
        return "cannot estimate: most predictions have no interval"
    return ""
