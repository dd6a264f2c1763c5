"""How long one unit and a batch take: the exported model and the live one in the same run.

Processor time, which on a quiet machine is what passes: what else runs on a busy one does not count against a model.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.base import Adapted, Array
from models.export.runner import Runner

BATCH = 500
REPEATS = 15


@dataclass(frozen=True, slots=True)
class Latency:
    """Median milliseconds of processor time for one unit and for a batch of `rows`, exported and live."""

    one_ms: float
    batch_ms: float
    live_one_ms: float
    live_batch_ms: float
    rows: int = BATCH

    def __str__(self) -> str:
        one = f"one unit {self.one_ms:.2f} ms (live {self.live_one_ms:.2f})"
        return f"{one}, {self.rows} units {self.batch_ms:.1f} ms (live {self.live_batch_ms:.1f})"


def measured(model: Adapted, runner: Runner, x: Array, t: Array | None) -> Latency:
    """Measure on the units `x`, shape (n, d), repeated until they make a batch."""
    places = np.arange(BATCH) % len(x)
    batch, when = x[places], None if t is None else t[places]
    first = None if when is None else when[:1]
    return Latency(
        _median_ms(lambda: runner.predict(batch[:1], first)),
        _median_ms(lambda: runner.predict(batch, when)),
        _median_ms(lambda: model.predict(batch[:1], first, runner.level)),
        _median_ms(lambda: model.predict(batch, when, runner.level)),
    )


def _median_ms(call: Callable[[], object]) -> float:
    call()  # the first call prepares what later ones find ready
    taken = []
    for _ in range(REPEATS):
        began = time.process_time()
        call()
        taken.append(time.process_time() - began)
    return 1e3 * float(np.median(taken))
