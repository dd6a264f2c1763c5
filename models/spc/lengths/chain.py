"""Run rules as a Markov chain: a state is, for every rule and side, which of the last points count towards it.

Rules that look at each point's zone alone are a finite memory, so their joint run length is exact, for any
distribution of the points (Champ & Woodall, Technometrics 29 (1987) 393-399).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import sparse, stats
from scipy.sparse.linalg import spsolve

from models.base import Array, BoolArray
from models.errors import TaskError
from models.spc.rules import Rule

EDGES = np.arange(-3.0, 4.0)
MOST_STATES = 200_000

Memory = tuple[tuple[bool, ...], ...]
Side = tuple[Rule, BoolArray, BoolArray]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The zones a point can fall into, the limits between them included, with their probabilities.

    Parameters
    ----------
    z : ndarray, shape (k,)
        A standardized point of each zone.
    weight : ndarray, shape (k,)
        Probability of each; together 1 or less, what is missing being a signal of its own.
    """

    z: Array
    weight: Array


def normal_cells(shift: float = 0.0, spread: float = 1.0) -> Cells:
    """Return the zones of a normal point that is `shift` standard deviations off, with `spread` times its usual sd.

    Examples
    --------
    >>> normal_cells().weight.round(3)
    array([0.001, 0.021, 0.136, 0.341, 0.341, 0.136, 0.021, 0.001])
    """
    edges = np.concatenate(([-np.inf], EDGES, [np.inf]))
    return Cells(np.arange(-3.5, 4.0), np.diff(stats.norm.cdf((edges - shift) / spread)))


def discrete_cells(z: Array, weight: Array) -> Cells:
    """Return the zones of a discrete statistic: points on a limit, or on the centre line, are zones of their own.

    Parameters
    ----------
    z, weight : ndarray, shape (m,)
        Every possible standardized value with its probability.

    Examples
    --------
    >>> cells = discrete_cells(np.array([-0.5, 0.0, 0.5, 3.1]), np.array([0.25, 0.5, 0.2, 0.05]))
    >>> cells.z, cells.weight
    (array([-0.5,  0. ,  0.5,  3.5]), array([0.25, 0.5 , 0.2 , 0.05]))
    """
    place = np.searchsorted(EDGES, z) - 3.5
    zone = np.where(np.isin(z, EDGES), z, place)
    zones, which = np.unique(zone, return_inverse=True)
    return Cells(zones, np.bincount(which, weights=weight).astype(np.float64))


def mean_run(rules: tuple[Rule, ...], cells: Cells) -> float:
    """Return the mean number of points to the first signal of any of the rules.

    Examples
    --------
    >>> from models.spc.rules import rules_named
    >>> round(mean_run(rules_named(["we1"]), normal_cells()), 1)
    370.4
    """
    chain = transitions(rules, cells)
    size = chain.shape[0]
    times = spsolve(sparse.eye(size, format="csc") - chain.tocsc(), np.ones(size))
    return float(np.atleast_1d(times)[0])


def transitions(rules: tuple[Rule, ...], cells: Cells) -> sparse.csr_array:
    """Return the transitions between the states in which nothing has signalled yet; state 0 is the start.

    Raises
    ------
    TaskError
        If the rules need too many states.
    """
    sides = [(rule, done, counts) for rule in rules for done, counts in rule.sides(cells.z)]
    empty: Memory = tuple((False,) * (rule.of - 1) for rule, _, _ in sides)
    number = {empty: 0}
    open_states, entries = [empty], []
    while open_states:
        state = open_states.pop()
        for after, weight in _steps(state, cells.weight, sides):
            if after not in number:
                number[after] = len(number)
                open_states.append(after)
            entries.append((number[state], number[after], weight))
        if len(number) > MOST_STATES:
            raise TaskError(f"run length: {len(rules)} rules need more than {MOST_STATES} states - choose fewer")
    row, column, value = zip(*entries, strict=True) if entries else ((), (), ())
    return sparse.csr_array((np.array(value, dtype=np.float64), (row, column)), shape=(len(number), len(number)))


def _steps(state: Memory, weights: Array, sides: list[Side]) -> Iterable[tuple[Memory, float]]:
    for zone, weight in enumerate(weights):
        after = _step(state, zone, sides) if weight > 0 else None
        if after is not None:
            yield after, float(weight)


def _step(state: Memory, zone: int, sides: list[Side]) -> Memory | None:
    """The memory after a point in `zone`, or None where a rule completes."""
    after = []
    for memory, (rule, completing, counting) in zip(state, sides, strict=True):
        if completing[zone] and sum(memory) + 1 >= rule.need:
            return None
        after.append(_trimmed((*memory, bool(counting[zone]))[1:], rule) if memory else memory)
    return tuple(after)


def _trimmed(memory: tuple[bool, ...], rule: Rule) -> tuple[bool, ...]:
    """Forget members that leave the window before they could complete it, so that equal futures are one state."""
    kept = list(memory)
    for i, member in enumerate(memory):
        room = i + 1  # points still to come while this one is in the window
        if member and sum(kept[i:]) + room < rule.need:
            kept[i] = False
    return tuple(kept)
