"""Each parameter against what the other parameters make of it: what they share falls out, and with it what is slow.

A grade, a season, the temperature of the strip move many parameters together and for long: of two hundred units they
leave what ten independent ones are worth. What the others do not explain forgets quickly, so a sensor that leaves its
neighbours is seen long before it leaves its own past. A sensor that left would spoil the expectation of all others,
too: it is taken out before they are judged.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from models.base import Array
from models.drift.contexts import Contexts, levelled
from models.drift.dependence import level_time
from models.drift.distances import level
from models.drift.ranked import ranked
from models.drift.together.windows import scaled
from models.errors import NotEnoughData

EXPLAINED = 0.5
"""Share of a parameter's variance that the others must explain, on units that they were not fitted to."""
ROWS_EACH = 8
"""Reference units for each parameter, in the half that the expectation is fitted to."""
RIDGE = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """What the others leave of one parameter.

    Parameters
    ----------
    reference, current : ndarray, shape (k,), (m,)
        Measured less expected, in robust standard deviations of the parameter; the reference's newer half.
    explained : float
        Share of the variance that the others explain there.
    contexts : Contexts, optional
        Of these units.
    """

    reference: Array
    current: Array
    explained: float
    contexts: Contexts | None = None

    @property
    def doubt(self) -> float:
        """How likely so much of a gap is by chance."""
        if self.contexts is None:
            return level(self.reference, self.current, tau=level_time(self.reference)).p_value
        seen = ranked(self.reference, self.current, self.contexts)
        if not (len(seen.reference) and len(seen.current)):
            return 1.0
        return level(seen.reference, seen.current, tau=level_time(seen.past)).p_value


def beside(
    reference: Array,
    current: Array,
    columns: Sequence[str],
    alpha: float,
    *,
    faulty: Collection[str] = (),
    contexts: Contexts | None = None,
) -> dict[str, Beside]:
    """Return what the other parameters leave of each parameter that they explain.

    Parameters
    ----------
    reference, current : ndarray, shape (n, d), (m, d)
        In the order of production; NaN is missing.
    columns : sequence of str, length d
    alpha : float
        Level at which a parameter has left its neighbours and is no longer asked about the others.
    faulty : collection of str
        Parameters whose sensor failed: they explain nothing.
    contexts : Contexts, optional
        Of the units: then every parameter is first taken less its median in the context.

    Returns
    -------
    dict of str to Beside
        Empty where there are too few reference units for a fit.

    References
    ----------
    Hoerl & Kennard, Technometrics 12 (1970) 55-67 (ridge regression); Hawkins, Technometrics 33 (1991) 61-75 (charts
    of each variable given the others).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> shared = rng.normal(size=(400, 1))
    >>> x = shared + 0.1 * rng.normal(size=(400, 3))
    >>> x[300:, 0] += 0.5
    >>> found = beside(x[:300], x[300:], ["a", "b", "c"], 0.001)
    >>> {name: abs(round(float(one.current.mean()), 1)) for name, one in found.items()}
    {'a': 0.5, 'b': 0.0, 'c': 0.0}
    """
    if contexts is not None:
        reference, current, contexts = levelled(reference, current, contexts)
    try:
        a, b, kept = scaled(reference, current)
    except NotEnoughData:
        return {}
    names = [columns[i] for i in kept]
    asked = [j for j, name in enumerate(names) if name not in faulty]
    found: dict[int, Beside] = {}
    mine = None if contexts is None else contexts.keep(np.arange(len(a)) >= len(a) // 2, np.ones(len(b), dtype=bool))
    while len(asked) > 1 and len(a) // 2 >= ROWS_EACH * len(asked):
        fresh = {j: _beside(a, b, j, [k for k in asked if k != j], mine) for j in range(len(names)) if j not in found}
        fresh = {j: one for j, one in fresh.items() if names[j] not in faulty}
        left = _farthest({j: one for j, one in fresh.items() if j in asked}, alpha)
        if left is None:
            found |= fresh
            break
        found[left] = fresh[left]
        asked.remove(left)
    return {names[j]: one for j, one in sorted(found.items()) if one.explained >= EXPLAINED}


def _beside(a: Array, b: Array, j: int, others: Sequence[int], contexts: Contexts | None) -> Beside:
    """Fit on the older half of the reference; its newer half and the current units are both strangers to the fit."""
    half = len(a) // 2
    x, y = a[:half][:, others], a[:half, j]
    middle, level_ = x.mean(axis=0), float(y.mean())
    gram = (x - middle).T @ (x - middle) + RIDGE * np.eye(len(others))
    weights = np.linalg.solve(gram, (x - middle).T @ (y - level_))
    off = [rows[:, j] - level_ - (rows[:, others] - middle) @ weights for rows in (a[half:], b)]
    whole = float(a[half:, j].var())
    explained = 1 - float(off[0].var()) / whole if whole > 0 else 0.0
    return Beside(off[0], off[1], explained, contexts)


def _farthest(found: dict[int, Beside], alpha: float) -> int | None:
    """The parameter that left its neighbours most surely, None where none did."""
    p = {j: one.doubt for j, one in found.items() if one.explained >= EXPLAINED}
    least = min(p, key=lambda j: p[j], default=None)
    return least if least is not None and p[least] <= alpha / len(p) else None
