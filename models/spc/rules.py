"""Run rules: Western Electric's four and Nelson's eight, each as "need of the last of points are members".

Conventions, the same for every rule:

* comparisons are strict: a point on a limit is not beyond it, a point on the centre line is on neither side,
  and two equal neighbours are neither rising nor falling;
* the completing point is reported, and it has itself to be a member; a pattern that goes on signals at each further
  point;
* a missing value (NaN) and a declared break (change of limits, tool, grade) end every pattern: none reaches across.

Sources: Western Electric, Statistical Quality Control Handbook (1956); L. S. Nelson, "The Shewhart control chart -
tests for special causes", Journal of Quality Technology 16 (1984) 237-239.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from models.base import Array, BoolArray
from models.errors import TaskError, UnknownName
from models.spc.result import Signal

Members = Callable[[Array], tuple[BoolArray, ...]]


@dataclass(frozen=True, slots=True)
class Rule:
    """`need` of the last `of` points are members of one of the patterns.

    Parameters
    ----------
    name, text : str
    need, of : int
    members : callable
        From standardized points (z, shape (n,)) to one bool array for each side.
    zonal : bool
        Whether a point's membership depends on that point alone, so that run lengths are exact.
    """

    name: str
    text: str
    need: int
    of: int
    members: Members
    zonal: bool = True


def _beyond(k: float) -> Members:
    return lambda z: (z > k, z < -k)


def _differences(z: Array) -> Array:
    return np.diff(z, prepend=np.nan)


def _trend(z: Array) -> tuple[BoolArray, ...]:
    d = _differences(z)
    return d > 0, d < 0


def _turn(z: Array) -> tuple[BoolArray, ...]:
    d = _differences(z)
    before = np.concatenate(([np.nan], d[:-1]))[: len(d)]
    return (np.sign(d) * np.sign(before) < 0,)


def _within_one(z: Array) -> tuple[BoolArray, ...]:
    return (np.abs(z) < 1,)


def _beyond_one(z: Array) -> tuple[BoolArray, ...]:
    return (np.abs(z) > 1,)


_ALL = (
    Rule("nelson1", "one point beyond 3 sigma", 1, 1, _beyond(3)),
    Rule("nelson2", "nine points in a row on one side of the centre line", 9, 9, _beyond(0)),
    Rule("nelson3", "six points in a row steadily rising or falling", 5, 5, _trend, zonal=False),
    Rule("nelson4", "fourteen points in a row alternating up and down", 12, 12, _turn, zonal=False),
    Rule("nelson5", "two of three points beyond 2 sigma on one side", 2, 3, _beyond(2)),
    Rule("nelson6", "four of five points beyond 1 sigma on one side", 4, 5, _beyond(1)),
    Rule("nelson7", "fifteen points in a row within 1 sigma", 15, 15, _within_one),
    Rule("nelson8", "eight points in a row beyond 1 sigma, on either side", 8, 8, _beyond_one),
    Rule("we1", "one point beyond 3 sigma", 1, 1, _beyond(3)),
    Rule("we2", "two of three points beyond 2 sigma on one side", 2, 3, _beyond(2)),
    Rule("we3", "four of five points beyond 1 sigma on one side", 4, 5, _beyond(1)),
    Rule("we4", "eight points in a row on one side of the centre line", 8, 8, _beyond(0)),
)
RULES = {rule.name: rule for rule in _ALL}
NELSON = tuple(name for name in RULES if name.startswith("nelson"))
WESTERN_ELECTRIC = tuple(name for name in RULES if name.startswith("we"))
DEFAULT = ("nelson1", "nelson2")


def rules_named(names: Iterable[str]) -> tuple[Rule, ...]:
    """Return the rules of these names, in this order.

    Raises
    ------
    UnknownName
        With the nearest name.

    Examples
    --------
    >>> [rule.text for rule in rules_named(["we1"])]
    ['one point beyond 3 sigma']
    >>> rules_named(["nelson9"])
    Traceback (most recent call last):
        ...
    models.errors.UnknownName: no run rule 'nelson9' - did you mean 'nelson8'? (nelson1-8, we1-4)
    """
    chosen = []
    for name in names:
        if name not in RULES:
            near = difflib.get_close_matches(name, sorted(RULES, reverse=True), n=1) or ["nelson1"]
            raise UnknownName(f"no run rule {name!r} - did you mean {near[0]!r}? (nelson1-8, we1-4)")
        chosen.append(RULES[name])
    return tuple(chosen)


def _segments(z: Array, breaks: Sequence[int]) -> np.ndarray:
    starts = np.zeros(len(z), dtype=np.int64)
    inside = np.asarray([b for b in breaks if 0 <= b < len(z)], dtype=np.int64)
    starts[inside] = 1
    return np.cumsum(starts + np.isnan(z))


def _completed(members: BoolArray, segment: np.ndarray, rule: Rule) -> BoolArray:
    """Tell where at least `need` of the last `of` points of the same segment are members, the last one included."""
    count = members.astype(np.int64)
    for lag in range(1, min(rule.of, len(members))):
        count[lag:] += members[:-lag] & (segment[lag:] == segment[:-lag])
    done: BoolArray = members & (count >= rule.need)
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
    z = np.asarray(z, dtype=np.float64)
    if z.ndim != 1:
        raise TaskError(f"standardized points have shape {z.shape}, expected (n,)")
    segment = _segments(z, breaks)
    found = []
    for rule in rules_named(names):
        edge = np.zeros(len(z), dtype=bool)
        for side in _sides(rule, z, segment):
            edge |= _completed(side, segment, rule)
        found += [Signal(int(i), rule.name, rule.text) for i in np.flatnonzero(edge)]
    return tuple(sorted(found, key=lambda s: (s.index, s.rule)))


def _sides(rule: Rule, z: Array, segment: np.ndarray) -> tuple[BoolArray, ...]:
    """Members of a rule, where differences across a break do not count."""
    if rule.zonal:
        return rule.members(z)
    padded = [rule.members(z[segment == s]) for s in np.unique(segment)]
    return tuple(np.concatenate(side) for side in zip(*padded, strict=True))
