"""How meta-training grows with the number of stages: it should cost twice as much for twice as many."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from models.bench.memory import peak_mb, reset_peak
from models.bench.timing import Size, World, one_thread

#: Numbers of stages whose meta-training is timed.
STAGES = (20, 40, 80)
LABELS = 100


@dataclass(frozen=True, slots=True)
class Growth:
    """Meta-training at several numbers of stages, one thread.

    Parameters
    ----------
    learner : str
    stages : tuple of int
    seconds : tuple of float
        Processor time of each.
    peak_mb : float or None
        The most memory the process held at the largest, in megabytes; None where the system does not say.
    """

    learner: str
    stages: tuple[int, ...]
    seconds: tuple[float, ...]
    peak_mb: float | None

    @property
    def exponent(self) -> float:
        """Slope of log seconds over log stages by least squares: 1 is linear, 2 quadratic.

        Examples
        --------
        >>> round(Growth("ours", (10, 20, 40), (1.0, 2.0, 4.0), None).exponent, 6)
        1.0
        """
        slope = np.polyfit(np.log(self.stages), np.log(self.seconds), 1)[0]
        return float(slope)


def time_growth(
    name: str = "portfolio",
    *,
    stages: Sequence[int] = STAGES,
    parameters: int = 20,
    seed: int = 0,
    told: Callable[[int, int], None] | None = None,
) -> Growth:
    """Meta-train a learner on more and more made-up sister stages of 100 labels.

    Parameters
    ----------
    name : str
        One of `models.learner_names()`.
    stages : sequence of int
        At least two numbers, rising.
    parameters : int
    seed : int
    told : callable, optional
        ``told(done, total)`` after every meta-training, in stages.

    Returns
    -------
    Growth
    """
    import models

    world = World.drawn(Size(parameters=parameters, unlabelled=100, queries=0), seed)
    sisters = [world.stage(f"sister-{i}", LABELS)[0] for i in range(max(stages))]
    found = []
    with one_thread():
        models.make_learner(name, seed=seed).fit(sisters[:2])
        reset_peak()
        for count in stages:
            began = time.process_time()
            models.make_learner(name, seed=seed).fit(sisters[:count])
            found.append(max(time.process_time() - began, math.ulp(1.0)))
            if told is not None:
                told(sum(stages[: len(found)]), sum(stages))
    return Growth(name, tuple(stages), tuple(found), peak_mb())
