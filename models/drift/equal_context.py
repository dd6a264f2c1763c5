"""The looks of `looks` at equal context: levels and neighbours, each unit held against units of its own grade.

A value counts as its rank among the reference of its context, so a mix that moved says nothing. What remains is a
series like any other, with a memory of its own; only its past is worth less where the present mix was rare before.
"""

from __future__ import annotations

import numpy as np

from models.base import Array
from models.drift.choice import ALIKE
from models.drift.contexts import Contexts, centered
from models.drift.dependence import level_time
from models.drift.distances import level
from models.drift.looks import LONG, OLDER, PLENTY, Look, in_ranks, short_past
from models.drift.neighbours import Beside
from models.drift.ranked import ranked


def looks_in_context(
    reference: Array, current: Array, contexts: Contexts, tau: float, beside: Beside | None = None
) -> tuple[Look, ...]:
    """Return how a parameter is looked at inside its contexts; of none, there are too few independent values.

    Parameters
    ----------
    reference, current : ndarray, shape (n,), (m,)
        In the order of production, without missing values.
    contexts : Contexts
        Of these units.
    tau : float
        As `correlation_time` of the ranks of the reference.
    beside : Beside, optional
        What the other parameters leave of it, with its own contexts.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> slow, grade = np.repeat(rng.normal(size=300), 8), np.tile(np.repeat(["a", "b"], 20), 60)
    >>> found = looks_in_context(slow[:2200], slow[2200:], Contexts(grade[:2200], grade[2200:]), 8.0)
    >>> [look.words for look in found]
    ['', ' over the newest 800 units']
    """
    found = _own(reference, current, contexts, tau)
    if beside is not None and beside.contexts is not None:
        found += _off_neighbours(beside, beside.contexts)
    return tuple(look for look in found if look.sufficient)


def _own(a: Array, b: Array, contexts: Contexts, tau: float) -> list[Look]:
    seen = ranked(a, b, contexts)
    if not (len(seen.reference) and len(seen.current)):
        return []
    older = seen.past[: int(OLDER * len(seen.past))]
    lag = level_time(older)
    if tau < ALIKE or min(len(seen.reference), len(seen.current)) / tau >= PLENTY or short_past(older, lag):
        return [in_ranks(seen.reference, seen.current, tau, seen.shift)]
    reason = f"neighbours alike over {lag:.0f} units"
    looks = [Look(seen.reference, seen.current, lag, level, reason, "", seen.step)]
    long = min(LONG * len(b), (len(a) + len(b)) // 3)
    if long > len(b):
        both = np.concatenate([a, b])
        more = ranked(both[:-long], both[-long:], contexts.split(len(both) - long))
        words = f" over the newest {long} units"
        if len(more.reference) and len(more.current):
            looks.append(Look(more.reference, more.current, lag, level, reason, words, more.step, long))
    return looks


def _off_neighbours(found: Beside, contexts: Contexts) -> list[Look]:
    seen = ranked(found.reference, found.current, contexts)
    lag = level_time(seen.past)
    if not (len(seen.reference) and len(seen.current)) or short_past(seen.past, lag):
        return []
    reason = f"the others explain {found.explained:.0%} of it"
    words = " against what the others make of it"
    away = centered(found.reference, found.current, contexts)
    moved = abs(float(away[1].mean() - away[0].mean()))
    return [Look(seen.reference, seen.current, lag, level, reason, words, moved)]
