"""Ranks among known numbers: ONNX has no searchsorted."""

from __future__ import annotations

import numpy as np

from models.anomaly.conformal import TIE
from models.base import Array
from models.export.graph import WHOLE, Tensor, looked_up


def counted(table: Array, values: Tensor, *, equal: bool) -> Tensor:
    """Return how many entries of each sorted column lie below `values` (or are equal), shape of `values`, whole.

    Binary search, unrolled.

    Parameters
    ----------
    table : ndarray, shape (m, d)
        Sorted along the first axis.
    values : Tensor, shape (n, d)
        Finite.
    equal : bool
        Count equal entries too, as ``searchsorted(side="right")`` does.
    """
    m = len(table)
    depth = m.bit_length()
    size = (1 << depth) - 1
    padded = np.vstack([table, np.full((size - m, table.shape[1]), np.inf)])
    start = np.arange(table.shape[1]) * size
    place = (values * 0.0).to(WHOLE)
    for step in (1 << k for k in reversed(range(depth))):
        probe = looked_up(padded.T.ravel(), place + (start + (step - 1)))
        further = (probe <= values) if equal else (probe < values)
        place = place + further.to(WHOLE) * step
    return place


def at_least(table: Array, weight: Array, values: Tensor) -> Tensor:
    """Return the weight of the entries of `table`, shape (m,), that are at least each of `values`, shape (n,).

    One comparison with all entries: of a single unit that is quicker than the many small steps of a search.
    """
    return (values.column() <= table).to(values.dtype) @ weight


def p_values(calibration: Array, scores: Tensor) -> Tensor:
    """Return the share of calibration scores at least as high as each score, shape (n,): `conformal.p_values`."""
    c = len(calibration)
    above = at_least(calibration, np.ones(c), scores - (1.0 + scores.abs()) * TIE)
    return (1.0 + above) / float(c + 1)
