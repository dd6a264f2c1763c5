"""Contributions of the parameters to one value: Shapley values against the stage's own units.

What a parameter contributes is its mean effect over all orders in which the parameters of usual units could be changed
to those of this unit (Shapley 1953; Strumbelj & Kononenko 2014; Lundberg & Lee 2017). The convention for correlated
parameters is the interventional one: what is not yet changed keeps the values of a usual unit, whatever the
correlation (Janzing, Minorics & Bloebaum 2020), so that a parameter which the model does not use gets nothing. It
says what the *model* does with the numbers; it says nothing of causes in the process.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.base import Array, BoolArray
from models.explain.background import BACKGROUND, FEWEST, even_choice
from models.explain.walks import ROWS, Value, paired_walks

COUNTED = ROWS // 2
"""So many units may be predicted to count all orders instead of sampling them."""


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """One value, divided among the parameters.

    Parameters
    ----------
    value, base : float
        Of the unit, and the mean over the background; ``value == base + parts.sum()`` to rounding.
    parts : ndarray, shape (d,)
        Contributions, in the unit of the value.
    error : ndarray, shape (d,)
        Standard error of each part from sampling orders, on the safe side; 0 where nothing was sampled.
    exact : bool
        All orders were counted, not sampled.
    """

    value: float
    base: float
    parts: Array
    error: Array
    exact: bool


def attribute(value: Value, unit: Array, background: Array, seed: int = 0) -> Attribution:
    """Divide the value of `unit` among its parameters.

    Exact where the parameters that differ from the background are few (2^d x background within `COUNTED`), else by one
    antithetic pair of orders for each background unit, so that the parts always sum exactly.

    Parameters
    ----------
    value : callable
        From units (n, d) to numbers (n,).
    unit : ndarray, shape (d,)
        NaN is missing, and a value like any other.
    background : ndarray, shape (m, d)
        Usual units, m >= 1; with many parameters only some of them are used, chosen evenly.
    seed : int
        Equal seeds give equal answers.

    Returns
    -------
    Attribution

    Examples
    --------
    >>> linear = lambda x: 3.0 * x[:, 0] - x[:, 1]
    >>> found = attribute(linear, np.array([2.0, 1.0, 9.0]), np.array([[0.0, 0.0, 0.0], [2.0, 2.0, 5.0]]))
    >>> found.base, found.parts.tolist(), found.exact
    (2.0, [3.0, 0.0, 0.0], True)
    """
    d = len(unit)
    used = even_choice(background, int(np.clip(ROWS // (2 * (d + 1)), FEWEST, BACKGROUND)))
    moving = np.flatnonzero((~_same(used, unit[None])).any(axis=0))
    few = len(moving)
    exact = few < 30 and len(used) << few <= COUNTED
    found = _exact if exact else _sampled
    parts, error = np.zeros(d), np.zeros(d)
    if few:
        parts[moving], error[moving] = found(_within(value, unit, moving), unit[moving], used[:, moving], seed)
    return Attribution(float(value(unit[None])[0]), float(value(used).mean()), parts, error, exact)


def _same(a: Array, b: Array) -> BoolArray:
    return np.asarray((a == b) | (np.isnan(a) & np.isnan(b)), dtype=np.bool_)


def _within(value: Value, unit: Array, moving: NDArray[np.intp]) -> Value:
    """Return `value` as a function of the moving parameters alone; the others are the same in all units."""

    def inner(x: Array) -> Array:
        whole = np.repeat(unit[None], len(x), axis=0)
        whole[:, moving] = x
        return value(whole)

    return inner


def _sampled(value: Value, unit: Array, background: Array, seed: int) -> tuple[Array, Array]:
    end = np.repeat(unit[None], len(background), axis=0)
    return paired_walks(value, background, end, np.random.default_rng(seed))


def _exact(value: Value, unit: Array, background: Array, _seed: int) -> tuple[Array, Array]:
    """Weigh every coalition S by |S|! (d - |S| - 1)! / d! (Shapley 1953)."""
    m, d = background.shape
    members = (np.arange(1 << d)[:, None] >> np.arange(d)) & 1 == 1
    mixed = np.where(members[:, None, :], unit[None, None], background[None])
    worth = value(mixed.reshape(-1, d)).reshape(-1, m).mean(axis=1)
    size = members.sum(axis=1)
    parts = np.zeros(d)
    for j in range(d):
        without = np.flatnonzero(~members[:, j])
        weight = 1.0 / (d * special.comb(d - 1, size[without]))
        parts[j] = weight @ (worth[without | (1 << j)] - worth[without])
    return parts, np.zeros(d)
