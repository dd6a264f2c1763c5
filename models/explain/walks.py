"""Walks from one unit to another, a parameter at a time: what every additive explanation here is made of."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from models.base import Adapted, Array
from models.learners.parts.serving import values

Value = Callable[[Array], Array]
Orders = NDArray[np.intp]

ROWS = 8192
"""Units that are predicted in one go; also about what one explanation may cost."""


def means_of(model: Adapted, t: float | None = None) -> Value:
    """Return the function from units (n, d) to their predicted means (n,), all seen at the time `t` in seconds."""

    def value(x: Array) -> Array:
        return values(model, x, None if t is None else np.full(len(x), t))[0]

    return value


def walk(value: Value, start: Array, end: Array, orders: Orders) -> Array:
    """Change the parameters of each unit of `start` one after the other to those of `end`; return what each step does.

    Parameters
    ----------
    value : callable
        From units (n, d) to numbers (n,).
    start, end : ndarray, shape (m, d)
    orders : ndarray of int, shape (m, d)
        Of each walk the parameters in the order in which they are changed.

    Returns
    -------
    ndarray, shape (m, d)
        Marginal contribution of each parameter in each walk; a row sums to ``value(end) - value(start)``.

    Examples
    --------
    >>> product = lambda x: x[:, 0] * x[:, 1]
    >>> walk(product, np.zeros((2, 2)), np.ones((2, 2)), np.array([[0, 1], [1, 0]])).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    m, d = start.shape
    at_once = max(1, ROWS // (d + 1))
    out = np.zeros((m, d))
    for first in range(0, m, at_once):
        group = slice(first, first + at_once)
        out[group] = _walk(value, start[group], end[group], orders[group])
    return out


def _walk(value: Value, start: Array, end: Array, orders: Orders) -> Array:
    m, d = start.shape
    place = np.argsort(orders, axis=1)
    changed = place[:, None, :] < np.arange(d + 1)[None, :, None]
    path = np.where(changed, end[:, None, :], start[:, None, :]).reshape(-1, d)
    steps = np.diff(value(path).reshape(m, d + 1), axis=1)
    return np.take_along_axis(steps, place, axis=1)


def paired_walks(value: Value, start: Array, end: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Walk from each unit of `start` to its partner in `end` in a random order and in the reverse of it.

    The two orders of a pair see every parameter before and after every other, so interactions of two parameters are
    halved exactly and only those of three and more are left to chance (antithetic permutations: Mitchell et al.
    2022, sec. 3; Castro, Gomez & Tejada 2009 for sampling orders at all).

    Parameters
    ----------
    value : callable
    start, end : ndarray, shape (m, d)
    rng : Generator

    Returns
    -------
    mean : ndarray, shape (d,)
        Contribution of each parameter; sums to the mean over the pairs of ``value(end) - value(start)``.
    error : ndarray, shape (d,)
        Standard error that unpaired orders would have: an upper estimate wherever pairing helps.
    """
    m, d = start.shape
    orders = rng.permuted(np.tile(np.arange(d), (m, 1)), axis=1)
    there = walk(value, start, end, orders)
    back = walk(value, start, end, orders[:, ::-1])
    return (there + back).mean(axis=0) / 2, np.sqrt((((there - back) / 2) ** 2).sum(axis=0)) / m
