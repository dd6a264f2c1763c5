"""Is the learner itself still good? Nights of adaptation gain judged as a process, as pure functions.

The plotted value is the gain of adapting, (loss of the stage's mean - loss of what was said) a label, in standard
deviations of the stage. Nights with few labels are put together until a point has eight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from models.base import Array
from models.spc import ewma, ewma_run_length
from qc_app.jobs.monitoring.conditions import chance_of_more

LABELS_A_POINT = 8
REFERENCE = 12
SMOOTHING = 0.2
WIDTH = 3.2
JUDGED_LABELS = 120
FEWEST_LABELS = 40
CHANCE = 0.005
PROMISED = 0.9
SURE = 2.576
"""Standard errors beyond which chance (1 in 200, one side) does not explain a mean."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What one night (or several put together) said of the learner.

    Parameters
    ----------
    day : date
    labels : int
    gain : float
        Sum over labels of (baseline loss - adapted loss).
    squares : float
        Sum of its squares.
    intervals, inside : int
        Labels with an interval beforehand, and how many lay inside.
    """

    day: date
    labels: int
    gain: float
    squares: float
    intervals: int
    inside: int

    def __add__(self, other: Watched) -> Watched:
        return Watched(
            max(self.day, other.day),
            self.labels + other.labels,
            self.gain + other.gain,
            self.squares + other.squares,
            self.intervals + other.intervals,
            self.inside + other.inside,
        )

    @property
    def mean(self) -> float:
        """Gain a label."""
        return self.gain / max(self.labels, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """How the learner stands.

    Parameters
    ----------
    points : tuple of Watched
    average, lower : ndarray, shape (points,)
        The weighted average and its lower limit; empty until there is a reference.
    centre : float or None
    reasons : tuple of str
        Why it counts as degraded; empty if it does not.
    sentence : str
    """

    points: tuple[Watched, ...]
    average: Array
    lower: Array
    centre: float | None
    reasons: tuple[str, ...]
    sentence: str

    @property
    def degraded(self) -> bool:
        """Whether something has to be done."""
        return bool(self.reasons)


def standing(nights: Sequence[Watched]) -> Standing:
    """Judge the nights since the learner's settings came into force.

    Three things count: the weighted average of the gain below its lower limit (learned from the first twelve points);
    adapting significantly worse than the stage's mean over the newest 120 labels; intervals that hold fewer of these
    labels than chance explains.

    Parameters
    ----------
    nights : sequence of Watched
        Oldest first.

    Returns
    -------
    Standing
    """
    points = joined(nights)
    average, lower, centre = np.zeros(0), np.zeros(0), None
    reasons: list[str] = []
    if len(points) > REFERENCE:
        values = np.array([p.mean for p in points])
        chart = ewma(values, window=slice(0, REFERENCE), smoothing=SMOOTHING, width=WIDTH)
        average, lower, centre = chart.points, chart.lower, float(chart.limits.center)
        if average[-1] < lower[-1]:
            reasons.append(f"the gain of adapting fell to {average[-1]:.2f} of a spread, below {lower[-1]:.2f}"
                           f" (usual {centre:.2f})")  # fmt: skip
    newest = _newest(points)
    if newest is not None:
        reasons += [word for word in (_hurts(newest), _uncovered(newest)) if word]
    return Standing(tuple(points), average, lower, centre, tuple(reasons), _sentence(points, reasons, centre))


def joined(nights: Sequence[Watched]) -> list[Watched]:
    """Put nights together until each point has eight labels; what is left at the end waits.

    Examples
    --------
    >>> few = [Watched(date(2026, 1, d), 5, 1.0, 1.0, 5, 5) for d in (1, 2, 3)]
    >>> [(p.day.day, p.labels) for p in joined(few)]
    [(2, 10)]
    """
    points, open_one = [], None
    for night in nights:
        open_one = night if open_one is None else open_one + night
        if open_one.labels >= LABELS_A_POINT:
            points.append(open_one)
            open_one = None
    return points


@lru_cache(maxsize=1)
def false_alarms() -> int:
    """Points between two false alarms of the chart's lower side, were its centre and spread known exactly.

    Twice the two-sided average run length, exact by Markov chain; a reference of twelve points makes it shorter.

    Examples
    --------
    >>> 1900 < false_alarms() < 2500
    True
    """
    return round(2 * ewma_run_length(SMOOTHING, WIDTH))


def _newest(points: Sequence[Watched]) -> Watched | None:
    total: Watched | None = None
    for point in reversed(points):
        total = point if total is None else point + total
        if total.labels >= JUDGED_LABELS:
            break
    return total if total is not None and total.labels >= FEWEST_LABELS else None


def _hurts(p: Watched) -> str:
    variance = max(p.squares / p.labels - p.mean**2, 0.0)
    error = float(np.sqrt(variance / p.labels))
    if p.mean + SURE * error >= 0:
        return ""
    return f"adapting is worse than the stage's mean: {-p.mean:.2f} of a spread on the newest {p.labels} labels"


def _uncovered(p: Watched) -> str:
    missed = p.intervals - p.inside
    if p.intervals < FEWEST_LABELS or chance_of_more(missed, p.intervals, 1.0 - PROMISED) > CHANCE:
        return ""
    return f"only {p.inside} of the newest {p.intervals} labels lie in their {PROMISED:.0%} interval"


def _sentence(points: Sequence[Watched], reasons: Sequence[str], centre: float | None) -> str:
    if reasons:
        return "the learner has degraded: " + "; ".join(reasons)
    if not points:
        return "not judged yet: no labels came that could be compared"
    if centre is None:
        left = REFERENCE + 1 - len(points)
        return f"no sign of trouble; the chart of the gain begins after {left} more points of {LABELS_A_POINT} labels"
    return (
        f"still good: adapting gains {points[-1].mean:.2f} of a spread a label, usual {centre:.2f}; one false alarm in"
        f" about {false_alarms()} points"
    )
