"""Whether neighbours resemble each other, apart from changes of the mean: a step alone is no autocorrelation."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from models.spc.autocorrelation import NOTABLE, acf
from models.spc.series import present

BLOCK = 25
_TAIL = 2.326
_MEDIAN = 1.2533  # standard deviation of a median, in those of the mean (sqrt(pi / 2))


def dependent(values: ArrayLike, block: int = BLOCK) -> bool:
    """Tell whether neighbours are alike within blocks, by the median of the blocks' lag-1 correlations.

    A shift of the mean correlates all values with their neighbours, and a chart of forecast errors would then swallow
    the very shift it should show. It lies in one block, and the (lower) median does not mind one block. A block's own
    mean hides a part of the correlation, (1 + 3 phi) / block on average, which is given back. Dependent is what is then
    at least .2, and more than 1 in 100 independent series would reach (normal approximation, variance 1 / block).

    Parameters
    ----------
    values : array_like, shape (n,)
        In the order of production; missing ones are left out.
    block : int
        Values in each block; what is left over at the end is not looked at.

    Returns
    -------
    bool
        False where there is not one full block.

    References
    ----------
    Box, Jenkins & Reinsel, Time Series Analysis, 2.1.6 (variance of r_1 of independent values); Kendall, Biometrika 41
    (1954) 403-404 (bias of r_1 of a first-order process about its own mean).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> step = np.concatenate([rng.normal(size=100), rng.normal(6.0, 1.0, size=30)])
    >>> dependent(step), dependent(np.sin(np.arange(200) / 5) + 0.1 * step[:1])
    (False, True)
    """
    x = present(values, "dependence", 0)
    count = len(x) // block
    if count == 0:
        return False
    blocks = x[: count * block].reshape(count, block)
    median = float(np.sort([acf(one, 1)[1] for one in blocks])[(count - 1) // 2])
    given_back = block / (block - 3)
    alike = given_back * (median + 1 / block)
    return alike >= max(NOTABLE, given_back * _TAIL * _MEDIAN / float(np.sqrt(block * count)))
