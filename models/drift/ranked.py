"""One parameter as ranks inside its context, and what its past is worth for the mix of today."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.base import Array
from models.drift.contexts import Contexts, centered, within, yardstick
from models.drift.distances import shift_size


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """One parameter in both windows, as ranks inside its context.

    Parameters
    ----------
    past : ndarray, shape (n,)
        Ranks of the reference in the order of production: they tell the memory.
    reference : ndarray, shape (k,)
        What stands for them in a test: as many values, evenly over 0..1, as the present mix makes of them.
    current : ndarray, shape (m,)
    shift : float
        Of the distribution, in standard deviations inside the context.
    step : float
        Of the mean alone.
    """

    past: Array
    reference: Array
    current: Array
    shift: float
    step: float


def ranked(reference: Array, current: Array, contexts: Contexts) -> Ranked:
    """Return both windows as ranks inside their context; units of a context that is no yardstick are left out.

    Examples
    --------
    >>> grades = Contexts.of(["a"] * 40 + ["b"] * 40, ["b"] * 10)
    >>> found = ranked(np.concatenate([np.arange(40.0), 100 + np.arange(40.0)]), np.full(10, 139.0), grades)
    >>> len(found.reference), float(found.current[0]), round(found.step, 1)
    (40, 0.9875, 1.7)
    """
    before, now = within(reference, current, contexts)
    there = ~np.isnan(before), ~np.isnan(now)
    mine = contexts.keep(*there)
    past, present = before[there[0]], now[there[1]]
    if not (len(past) and len(present)):
        return Ranked(past, np.empty(0), present, 0.0, 0.0)
    away = centered(reference[there[0]], current[there[1]], mine)
    spread = float(away[0].std())
    step = abs(float(away[1].mean() - away[0].mean())) / spread if spread > 0 else 0.0
    return Ranked(past, _even(yardstick(mine)), present, shift_size(*away), step)


def _even(size: float) -> Array:
    """Return what ranks of the reference are, at equal context, in no order: so many values evenly over 0..1."""
    count = int(size)
    return np.random.default_rng(0).permutation((np.arange(count) + 0.5) / max(count, 1))
