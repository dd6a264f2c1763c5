"""Average run length of an individuals chart with any set of run rules.

Rules that look at each point's zone alone are a finite memory, so their joint run length is exact: a Markov chain
whose state is, for every rule and side, which of the last points were members (Champ & Woodall, Technometrics 29 (1987)
393-399). Rules that compare neighbours (nelson3, nelson4) are simulated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import sparse, stats
from scipy.sparse.linalg import spsolve

from models.base import Array
from models.errors import TaskError
from models.spc.rules import DEFAULT, Rule, rules_named, run_signals

EDGES = np.array([-np.inf, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, np.inf])
MIDDLES = np.array([-3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5])
MOST_STATES = 200_000
POINTS = 400_000
CHUNK = 2000

Memory = tuple[tuple[bool, ...], ...]


@dataclass(frozen=True, slots=True)
class RunLength:
    """The mean number of points to the first signal.

    Parameters
    ----------
    value : float
    standard_error : float
        0 for the exact method.
    method : {"markov chain", "simulation"}
    rules : tuple of str
    shift : float
        Of the mean, in standard deviations.
    """

    value: float
    standard_error: float
    method: str
    rules: tuple[str, ...]
    shift: float

    @property
    def sentence(self) -> str:
        """The run length in words.

        Examples
        --------
        >>> run_length(["we1"]).sentence
        'a stable process signals every 370.4 points on average (we1)'
        """
        which = "a stable process" if self.shift == 0 else f"a shift of {self.shift:g} sigma"
        every = "every" if self.shift == 0 else "after"
        return f"{which} signals {every} {self.value:.1f} points on average ({', '.join(self.rules)})"


def run_length(rules: Iterable[str] = DEFAULT, shift: float = 0.0, *, seed: int = 0) -> RunLength:
    """Compute the average run length of independent normal values with known limits.

    Parameters
    ----------
    rules : iterable of str
        Out of `models.spc.RULES`.
    shift : float
        Of the mean, in standard deviations.
    seed : int
        Of the simulation, where one is needed.

    Returns
    -------
    RunLength

    Raises
    ------
    TaskError
        With no rule at all.
    UnknownName
        For a rule that does not exist.

    References
    ----------
    Champ & Woodall, Technometrics 29 (1987) 393-399, table 1.

    Examples
    --------
    >>> round(run_length(["we1", "we2", "we3", "we4"]).value, 2)
    91.75
    """
    chosen = rules_named(rules)
    if not chosen:
        raise TaskError("run length: no rule - name at least one, such as 'nelson1'")
    names = tuple(rule.name for rule in chosen)
    if all(rule.zonal for rule in chosen):
        return RunLength(_exact(chosen, shift), 0.0, "markov chain", names, shift)
    value, error = _simulated(names, shift, seed)
    return RunLength(value, error, "simulation", names, shift)


def signal_probability(rules: Iterable[str], n: int, shift: float = 0.0) -> float:
    """Probability that n points of a process show at least one signal; exact, for zone rules only.

    Examples
    --------
    >>> round(signal_probability(["nelson1"], 100), 3)
    0.237

    Raises
    ------
    TaskError
        For rules that compare neighbours.
    """
    chosen = rules_named(rules)
    if not all(rule.zonal for rule in chosen):
        raise TaskError("signal probability: nelson3 and nelson4 compare neighbours - leave them out")
    chain = _chain(chosen, shift)
    alive = np.zeros(chain.shape[0])
    alive[0] = 1.0
    for _ in range(n):
        alive = alive @ chain
    return float(1 - alive.sum())


def _exact(rules: tuple[Rule, ...], shift: float) -> float:
    chain = _chain(rules, shift)
    size = chain.shape[0]
    times = spsolve(sparse.eye(size, format="csc") - chain.tocsc(), np.ones(size))
    return float(np.atleast_1d(times)[0])


def _chain(rules: tuple[Rule, ...], shift: float) -> sparse.csr_array:
    """Transitions between the states in which nothing has signalled yet; state 0 is the start."""
    weights = np.diff(stats.norm.cdf(EDGES - shift))
    sides = [(rule, side) for rule in rules for side in rule.members(MIDDLES)]
    empty: Memory = tuple((False,) * (rule.of - 1) for rule, _ in sides)
    number = {empty: 0}
    open_states, entries = [empty], []
    while open_states:
        state = open_states.pop()
        for zone, weight in enumerate(weights):
            after = _step(state, zone, sides)
            if after is None:
                continue
            if after not in number:
                number[after] = len(number)
                open_states.append(after)
            entries.append((number[state], number[after], weight))
        if len(number) > MOST_STATES:
            raise TaskError(f"run length: {len(rules)} rules need more than {MOST_STATES} states - choose fewer")
    row, column, value = zip(*entries, strict=True)
    return sparse.csr_array((np.array(value), (row, column)), shape=(len(number), len(number)))


def _step(state: Memory, zone: int, sides: list[tuple[Rule, np.ndarray]]) -> Memory | None:
    """The memory after a point in `zone`, or None where a rule completes."""
    after = []
    for memory, (rule, member) in zip(state, sides, strict=True):
        now = bool(member[zone])
        if now and sum(memory) + 1 >= rule.need:
            return None
        after.append(_trimmed((*memory, now)[1:], rule) if memory else memory)
    return tuple(after)


def _trimmed(memory: tuple[bool, ...], rule: Rule) -> tuple[bool, ...]:
    """Forget members that leave the window before they could complete it, so that equal futures are one state."""
    kept = list(memory)
    for i, member in enumerate(memory):
        room = i + 1  # points still to come while this one is in the window
        if member and sum(kept[i:]) + room < rule.need:
            kept[i] = False
    return tuple(kept)


def _simulated(names: tuple[str, ...], shift: float, seed: int) -> tuple[float, float]:
    """Points watched / first signals seen: the estimate for a waiting time that chunks may cut short."""
    rng = np.random.default_rng(seed)
    watched: list[int] = []
    signals = 0
    for _ in range(POINTS // CHUNK):
        z: Array = rng.normal(shift, 1.0, CHUNK)
        start = 0
        while start < CHUNK:
            first = _first(z[start:], names)
            watched.append(CHUNK - start if first is None else first + 1)
            signals += first is not None
            start += watched[-1]
    total = float(sum(watched))
    value = total / max(signals, 1)
    return value, value / float(np.sqrt(max(signals, 1)))


def _first(z: Array, names: tuple[str, ...]) -> int | None:
    for size in (100, 500, len(z)):
        found = run_signals(z[:size], names)
        if found:
            return found[0].index
    return None
