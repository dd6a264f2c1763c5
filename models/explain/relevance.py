"""How much each parameter matters to a model, in the unit of the characteristic."""

from __future__ import annotations

import numpy as np

from models.base import Array
from models.explain.background import BACKGROUND, FEWEST, even_choice
from models.explain.walks import ROWS, Value


def relevance(value: Value, background: Array, seed: int = 0) -> Array:
    """Return the root of the total effect of each parameter: what the prediction varies with it, others kept.

    ``sqrt(E[(f(x) - f(x with x_j from another unit))^2] / 2)`` (Jansen 1999; Saltelli et al. 2010, table 2 f). For a
    linear model it is the slope times the standard deviation of the parameter.

    Parameters
    ----------
    value : callable
        From units (n, d) to numbers (n,).
    background : ndarray, shape (m, d)
        Usual units; of many an even choice.
    seed : int

    Returns
    -------
    ndarray, shape (d,)
        All 0 if there is but one unit or the model looks at nothing.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(64, 2))
    >>> far, none = relevance(lambda x: 3.0 * x[:, 0], x)
    >>> bool(2.0 < far < 4.0), float(none)
    (True, 0.0)
    """
    d = background.shape[1]
    chosen = even_choice(background, int(np.clip(ROWS // (d + 1), FEWEST, BACKGROUND)))
    m = len(chosen)
    order = np.random.default_rng(seed).permutation(m)
    other = np.empty((m, d))
    other[order] = chosen[np.roll(order, 1)]  # a cycle through all units: none is its own partner
    before, squares = value(chosen), np.zeros(d)
    at_once = max(1, ROWS // m)
    for first in range(0, d, at_once):
        places = np.arange(first, min(first + at_once, d))
        stack = np.repeat(chosen[None], len(places), axis=0)
        stack[np.arange(len(places)), :, places] = other[:, places].T
        after = value(stack.reshape(-1, d)).reshape(len(places), m)
        squares[places] = ((after - before) ** 2).mean(axis=1)
    return np.sqrt(squares / 2)
