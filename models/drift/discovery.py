"""False-discovery control over the parameters of a stage."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

Control = Literal["benjamini-hochberg", "benjamini-yekutieli"]


def benjamini_hochberg(p_values: ArrayLike, fdr: float = 0.05) -> tuple[np.ndarray, float]:
    """Tell which hypotheses are rejected at this false discovery rate, and the cut on p that does it.

    Holds for independent tests and for those that depend positively on each other, as parameters that go together do.

    Parameters
    ----------
    p_values : array_like, shape (m,)
        NaN (no verdict) is not counted and never rejected.
    fdr : float

    Returns
    -------
    rejected : ndarray of bool, shape (m,)
    cut : float
        p-values up to here are rejected; fdr / m where none is.

    References
    ----------
    Benjamini & Hochberg, Journal of the Royal Statistical Society B 57 (1995) 289-300.

    Examples
    --------
    >>> rejected, cut = benjamini_hochberg([0.01, 0.02, 0.5], 0.05)
    >>> rejected.tolist(), round(cut, 4)
    ([True, True, False], 0.0333)
    """
    p = np.asarray(p_values, dtype=np.float64)
    there = np.sort(p[~np.isnan(p)])
    if not there.size:
        return np.zeros(p.shape, dtype=bool), fdr
    line = fdr * np.arange(1, len(there) + 1) / len(there)
    passed = np.flatnonzero(there <= line)
    cut = float(line[passed[-1]] if passed.size else line[0])
    return (p <= cut) & (bool(passed.size)), cut


def benjamini_yekutieli(p_values: ArrayLike, fdr: float = 0.05) -> tuple[np.ndarray, float]:
    """Tell which hypotheses are rejected under any dependence at all: Benjamini-Hochberg at fdr / (1 + 1/2 + ... 1/m).

    Parameters
    ----------
    p_values, fdr
        As in `benjamini_hochberg`.

    Returns
    -------
    rejected : ndarray of bool, shape (m,)
    cut : float

    References
    ----------
    Benjamini & Yekutieli, Annals of Statistics 29 (2001) 1165-1188.

    Examples
    --------
    >>> benjamini_yekutieli([0.01, 0.02, 0.5], 0.05)[0].tolist()
    [False, False, False]
    """
    count = int(np.isfinite(np.asarray(p_values, dtype=np.float64)).sum())
    return benjamini_hochberg(p_values, fdr / float(np.sum(1 / np.arange(1, max(count, 1) + 1))))


CONTROLS = {"benjamini-hochberg": benjamini_hochberg, "benjamini-yekutieli": benjamini_yekutieli}
