"""Average run length of independent normal points with known limits and any set of run rules.

Rules of zones are exact, by `chain`; rules that compare neighbours (six rising or falling, fourteen alternating) are
simulated.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from models.errors import TaskError
from models.spc.lengths.chain import mean_run, normal_cells, transitions
from models.spc.lengths.length import RunLength
from models.spc.rules import DEFAULT, rules_named
from models.spc.rules.signals import completions

RUNS = 8000
STRETCH = 50
MOST = 50_000


def run_length(rules: Iterable[str] = DEFAULT, shift: float = 0.0, *, seed: int = 0) -> RunLength:
    """Compute the average run length of independent normal values with known limits.

    Parameters
    ----------
    rules : iterable of str
        Out of `models.spc.RULES`.
    shift : float
        Of the mean, in standard deviations of the charted statistic.
    seed : int
        Of the simulation, where one is needed.

    Returns
    -------
    RunLength

    Raises
    ------
    TaskError
        With no rule at all, or a shift that is no number.
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
    if not np.isfinite(shift):
        raise TaskError(f"run length: shift {shift} - give a number of standard deviations")
    return _run_length(tuple(rules), float(shift), seed)


@lru_cache(maxsize=256)
def _run_length(names: tuple[str, ...], shift: float, seed: int) -> RunLength:
    chosen = rules_named(names)
    if not chosen:
        raise TaskError("run length: no rule - name at least one, such as 'nelson1'")
    if all(rule.zonal for rule in chosen):
        return RunLength(mean_run(chosen, normal_cells(shift)), 0.0, "markov chain", names, shift)
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
        For rules that compare neighbours, less than no points, a shift that is no number.
    """
    if not (n >= 0 and np.isfinite(shift)):
        raise TaskError(f"signal probability: {n} points, shift {shift} - use 0 points or more, a finite shift")
    chosen = rules_named(rules)
    near = [rule.name for rule in chosen if not rule.zonal]
    if near:
        raise TaskError(f"signal probability: {', '.join(near)} compare neighbours - leave them out")
    chain = transitions(chosen, normal_cells(shift))
    alive = np.zeros(chain.shape[0])
    alive[0] = 1.0
    for _ in range(n):
        alive = alive @ chain
    return float(1 - alive.sum())


def _simulated(names: tuple[str, ...], shift: float, seed: int) -> tuple[float, float]:
    """Watch many series at once, a stretch at a time; what a pattern reaches back to stays before the next one."""
    rng, memory = np.random.default_rng(seed), max(rule.of for rule in rules_named(names)) + 2
    before, found, passed = np.empty((RUNS, 0)), [], 0
    while len(before) and passed < MOST:
        z = np.concatenate([before, rng.normal(shift, 1.0, (len(before), STRETCH))], axis=1)
        done = completions(z, names)[:, -STRETCH:]
        signal = done.any(axis=1)
        found += (passed + 1 + done[signal].argmax(axis=1)).tolist()
        before, passed = z[~signal, -memory:], passed + STRETCH
    found += [passed] * len(before)
    return float(np.mean(found)), float(np.std(found) / np.sqrt(len(found)))
