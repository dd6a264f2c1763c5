"""Run lengths by simulation, where nothing exact is known: many charts at once, seeded, with a standard error."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.base import Array, BoolArray

RUNS = 20_000
STEPS = 100_000

Step = Callable[[Array, np.random.Generator], tuple[Array, BoolArray]]


def simulated(step: Step, seed: int = 0, *, width: int = 2, runs: int = RUNS, most: int = STEPS) -> tuple[float, float]:
    """Return the mean number of points to the first signal, and its standard error.

    Parameters
    ----------
    step : callable
        From states, shape (m, width), and a generator to the next states and which of them signal.
    seed : int
    width : int
        Numbers in a state; all start at zero.
    runs : int
        Charts.
    most : int
        Points after which a chart that has not signalled is counted as it stands.

    Examples
    --------
    >>> def coin(state, rng):
    ...     return state, rng.random(len(state)) < 0.1
    >>> value, error = simulated(coin, runs=4000)
    >>> abs(value - 10) < 4 * error
    True
    """
    rng = np.random.default_rng(seed)
    state, found = np.zeros((runs, width)), []
    for point in range(1, most + 1):
        state, signals = step(state, rng)
        found += [point] * int(signals.sum())
        state = state[~signals]
        if not len(state):
            break
    found += [most] * len(state)
    return float(np.mean(found)), float(np.std(found) / np.sqrt(len(found)))
