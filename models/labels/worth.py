"""What one more label is worth, given what mistakes cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from models.base import Array
from models.errors import TaskError
from models.labels.outlook import Point

_NODES = 4001
_NORMAL = math.sqrt(math.pi / 2)


@dataclass(frozen=True, slots=True)
class Costs:
    """What things cost, in any one currency.

    Parameters
    ----------
    measure : float
        One label.
    scrap : float
        A conforming unit that is taken for a nonconforming one.
    miss : float
        A nonconforming unit that is let through.
    """

    measure: float
    scrap: float
    miss: float

    def __post_init__(self) -> None:
        """Refuse what is no cost."""
        for name in ("measure", "scrap", "miss"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise TaskError(f"cost {name} is {value} - give 0 or more")


@dataclass(frozen=True, slots=True)
class Process:
    """Values of a stage's units, and what is specified.

    Parameters
    ----------
    mean, spread : float
        Mean and standard deviation over units, in the characteristic's unit.
    lower, upper : float or None
        Specification limits; at least one.
    """

    mean: float
    spread: float
    lower: float | None = None
    upper: float | None = None

    def __post_init__(self) -> None:
        """Refuse a process without spread or without a limit."""
        if not (math.isfinite(self.mean) and math.isfinite(self.spread) and self.spread > 0):
            raise TaskError(f"mean {self.mean}, spread {self.spread} - give numbers, the spread above 0")
        if self.lower is None and self.upper is None:
            raise TaskError("without a specification limit no unit is nonconforming - give at least one")


def cost_per_unit(process: Process, error: float, costs: Costs) -> float:
    """Return the expected cost of mistakes a unit when each is passed or scrapped by its prediction.

    A model with root mean squared `error` says a mean m that scatters over units with variance ``spread^2 - error^2``;
    the value is normal around m with `error`. Whoever knows p, the probability of nonconformity at m, passes the unit
    at the expected cost ``p miss`` or scraps it at ``(1 - p) scrap``, and takes the cheaper; the mean over m is the
    cost (preposterior analysis: Raiffa & Schlaifer 1961, Applied Statistical Decision Theory, sec. 4.5). An error
    at or above the spread is the spread: the model knows the mean alone.

    Examples
    --------
    One limit at the mean, equal costs, no knowledge: every second decision is wrong. Perfect knowledge: none.

    >>> half = Process(0.0, 1.0, upper=0.0)
    >>> cost_per_unit(half, 1.0, Costs(0, 1, 1)), cost_per_unit(half, 0.0, Costs(0, 1, 1))
    (0.5, 0.0)
    """
    if not error >= 0:
        raise TaskError(f"error {error} - give a root mean squared error of 0 or more")
    sd = min(error, process.spread)
    if sd == 0:
        return 0.0
    nodes = ndtri((np.arange(_NODES) + 0.5) / _NODES)
    said = process.mean + math.sqrt(max(process.spread**2 - sd**2, 0.0)) * nodes
    out = _out(process, said, sd)
    return float(np.mean(np.minimum(out * costs.miss, (1 - out) * costs.scrap)))


@dataclass(frozen=True, slots=True)
class Worth:
    """What more labels are worth.

    Parameters
    ----------
    labels : int
        How many in all are looked at.
    each : float
        Expected saving a label more, its measurement paid: above 0 it is worth measuring.
    saving : float
        Expected saving of all of them over the units ahead, before their measurement is paid.
    """

    labels: int
    each: float
    saving: float


def worth(process: Process, now: Point, then: Sequence[Point], costs: Costs, units: int) -> tuple[Worth, ...]:
    """Return for each number of labels in `then` what one of the labels up to there is worth.

    ``each = (cost(now) - cost(then)) units / (labels then - now) - measure``, the expected value of sample information
    (Raiffa & Schlaifer 1961, sec. 4.5) less its price. The mean absolute errors of an outlook become standard
    deviations as they are for normal errors: times ``sqrt(pi / 2)`` (Geary 1935, Biometrika 27, 310-332).

    Parameters
    ----------
    process : Process
    now : Point
    then : sequence of Point
        With more labels than `now`.
    costs : Costs
    units : int
        How many units will be decided with this model.

    Examples
    --------
    >>> half, free = Process(0.0, 1.0, upper=0.0), Costs(measure=2.0, scrap=1.0, miss=1.0)
    >>> worth(half, Point(10, 2.0, 1, 3), [Point(20, 0.0, 0, 0)], free, units=100)
    (Worth(labels=20, each=3.0, saving=50.0),)
    """
    before = cost_per_unit(process, _NORMAL * now.error, costs)
    found = []
    for point in then:
        saving = (before - cost_per_unit(process, _NORMAL * point.error, costs)) * units
        each = saving / (point.labels - now.labels) - costs.measure
        found.append(Worth(point.labels, each, saving))
    return tuple(found)


def _out(process: Process, said: Array, sd: float) -> Array:
    """Return the probability that the value lies outside the limits, for each predicted mean."""
    over = np.zeros(len(said)) if process.upper is None else 1 - ndtr((process.upper - said) / sd)
    under = np.zeros(len(said)) if process.lower is None else ndtr((process.lower - said) / sd)
    return np.asarray(np.clip(over + under, 0.0, 1.0))
