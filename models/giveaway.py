"""Parameters that give the result away: measured with it or computed from it, so that no new unit has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

Why = Literal["", "follows", "only_with"]
Floats = npt.NDArray[np.float64]
#: Correlation, of values or of ranks, that no parameter of twelve packs of real stages reaches with a result: the
#: largest of 4,541 pairs is .9966 (holding pressure and weight of a moulded part, a designed experiment).
ALMOST = 0.998
_FEWEST, _EACH, _MANY, _MOST, _FEW = 10, 5, 20, 0.9, 0.1
_SAID = {
    "follows": "{name} goes with {result} almost exactly: it may be measured with it, or computed from it, and a new"
    " unit has no such value - leave it out of the parameters if that is so",
    "only_with": "{name} is there for units with a result, and hardly for any other: it may be known afterwards only"
    " - leave it out of the parameters if that is so",
}


def given_away(x: Floats, y: Floats) -> tuple[Why, ...]:
    """Say of each parameter whether it tells the result before there is one.

    Parameters
    ----------
    x : numpy.ndarray
        Parameters, float64 (n, p); NaN where there is none.
    y : numpy.ndarray
        Results, float64 (n,); NaN of units that have none. 0 and 1 for a defect.

    Returns
    -------
    tuple of {"", "follows", "only_with"}
        follows: its values, or their ranks, are almost those of the result, or it parts good from bad without an
        error; only_with: it is there for units with a result and nearly nowhere else. One a parameter; empty: neither,
        or too few units to tell.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> y = rng.normal(10, 1, 60)
    >>> y[40:] = np.nan
    >>> late = np.where(np.isnan(y), np.nan, rng.normal(0, 1, 60))
    >>> given_away(np.column_stack([25.4 * y + 1, rng.normal(size=60), late]), y)
    ('follows', '', 'only_with')
    """
    return tuple(_why(x[:, j], y) for j in range(x.shape[1]))


def warnings_of(columns: Sequence[str], x: Floats, y: Floats, result: str) -> list[str]:
    """Say in sentences which parameters give a result away, and what to do.

    Parameters
    ----------
    columns : sequence of str
        Names of the parameters.
    x, y : numpy.ndarray
        As `given_away`.
    result : str
        What the result is called.
    """
    found = zip(columns, given_away(x, y), strict=True)
    return [_SAID[why].format(name=name, result=result) for name, why in found if why]


def _why(values: Floats, y: Floats) -> Why:
    there, known = np.isfinite(values), np.isfinite(y)
    both = there & known
    if both.sum() >= _FEWEST and (_alike(values[both], y[both]) >= ALMOST or _parts(values[both], y[both])):
        return "follows"
    enough = min(known.sum(), (~known).sum()) >= _MANY
    return "only_with" if enough and there[known].mean() >= _MOST and there[~known].mean() <= _FEW else ""


def _parts(values: Floats, y: Floats) -> bool:
    """Tell whether all values of defects lie on one side of all others, with a few units on each side."""
    if not np.isin(y, (0.0, 1.0)).all():
        return False
    good, bad = values[y == 0], values[y == 1]
    if min(len(good), len(bad)) < _EACH:
        return False
    return bool(good.max() < bad.min() or bad.max() < good.min())


def _alike(values: Floats, y: Floats) -> float:
    """Return the largest correlation of values or of their ranks, 0 where one of the two is constant."""
    if np.ptp(values) == 0 or np.ptp(y) == 0:
        return 0.0
    pairs = ((values, y), (rankdata(values), rankdata(y)))
    return float(max(abs(np.corrcoef(a, b)[0, 1]) for a, b in pairs))
