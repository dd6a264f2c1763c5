"""Where run rules complete.

Conventions, the same for every rule:

* comparisons are strict: a point on a limit is not beyond it, a point on the centre line is on neither side,
  and two equal neighbours are neither rising nor falling;
* the completing point is reported, and it has itself to be a member; a pattern that goes on signals at each further
  point;
* a missing value (NaN), an excluded point and a declared break (change of limits, tool, grade) end every pattern: none
  reaches across.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from models.base import Array, BoolArray
from models.errors import TaskError
from models.spc.result import Signal
from models.spc.rules.rule import Rule
from models.spc.rules.sets import DEFAULT, rules_named


def _segments(z: Array, breaks: Sequence[int]) -> np.ndarray:
    starts = np.zeros(len(z), dtype=np.int64)
    inside = np.asarray([b for b in breaks if 0 <= b < len(z)], dtype=np.int64)
    starts[inside] = 1
    return np.cumsum(starts + np.isnan(z))


def _completed(completing: BoolArray, counting: BoolArray, segment: np.ndarray, rule: Rule) -> BoolArray:
    """Tell where a point completes: with those that count among the `of` - 1 before it, in its segment, `need`."""
    count = completing.astype(np.int64)
    for lag in range(1, min(rule.of, completing.shape[-1])):
        count[..., lag:] += counting[..., :-lag] & (segment[..., lag:] == segment[..., :-lag])
    done: BoolArray = completing & (count >= rule.need)
    return done


def run_signals(z: Array, names: Iterable[str] = DEFAULT, breaks: Sequence[int] = ()) -> tuple[Signal, ...]:
    """Apply run rules to standardized points.

    Parameters
    ----------
    z : ndarray, shape (n,)
        (point - centre) / sigma; NaN where missing.
    names : iterable of str
        Rules to apply, out of `RULES`.
    breaks : sequence of int
        Indices at which a new segment begins (limits, tool or grade changed).

    Returns
    -------
    tuple of Signal
        One for each rule and completing point, sorted by index.

    Raises
    ------
    UnknownName
        If a rule of that name does not exist.

    Examples
    --------
    >>> [(s.index, s.rule) for s in run_signals(np.array([2.5, 0.0, 2.5, 3.5]), ["we1", "we2"])]
    [(2, 'we2'), (3, 'we1'), (3, 'we2')]
    """
    try:
        z = np.asarray(z, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise TaskError(f"standardized points hold something that is no number ({error})") from None
    if z.ndim != 1:
        raise TaskError(f"standardized points have shape {z.shape}, expected (n,)")
    segment = _segments(z, breaks)
    found = []
    for rule in rules_named(names):
        edge = np.zeros(len(z), dtype=bool)
        for completing, counting in _sides(rule, z, segment):
            edge |= _completed(completing, counting, segment, rule)
        found += [Signal(int(i), rule.name, rule.text) for i in np.flatnonzero(edge)]
    return tuple(sorted(found, key=lambda s: (s.index, s.rule)))


def completions(z: Array, names: Iterable[str]) -> BoolArray:
    """Tell where any of the rules completes in each row of `z`, rows being series of their own without gaps.

    Parameters
    ----------
    z : ndarray, shape (m, n)
        Standardized points.
    names : iterable of str

    Returns
    -------
    ndarray of bool, shape (m, n)

    Examples
    --------
    >>> completions(np.array([[0.0, 3.5], [2.5, 2.5]]), ["we1", "we2"])
    array([[False,  True],
           [False,  True]])
    """
    segment = np.zeros(z.shape, dtype=np.int8)
    edge: BoolArray = np.zeros(z.shape, dtype=bool)
    for rule in rules_named(names):
        for completing, counting in rule.sides(z):
            edge |= _completed(completing, counting, segment, rule)
    return edge


def _sides(rule: Rule, z: Array, segment: np.ndarray) -> tuple[tuple[BoolArray, BoolArray], ...]:
    """Members of a rule, where differences across a break do not count."""
    if rule.zonal or not len(z):
        return rule.sides(z)
    parts = [rule.sides(z[segment == s]) for s in np.unique(segment)]
    return tuple(
        (np.concatenate([done for done, _ in side]), np.concatenate([count for _, count in side]))
        for side in zip(*parts, strict=True)
    )
