"""How a parameter of the simulated plant behaves: set point, spread, memory, sensor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from data_connectors.schema import Characteristic, Parameter
from data_connectors.synthetic.noise import Array, ar, stream

GRADES = ("QT700-L", "QT700-M", "QT700-B")


@dataclass(frozen=True, slots=True)
class Signal:
    """One process parameter and how it varies.

    Parameters
    ----------
    name, unit, low, high
        As in :class:`~data_connectors.schema.Parameter`.
    base : float
        Set point of the first grade; for a derived parameter about its mean.
    spread : float
        Standard deviation of its slow part (of a derived parameter: of all of it).
    tau_h : float
        Correlation time of the slow part in hours; 0: the parameter is derived from others by the family's equations.
    jitter : float
        Standard deviation from unit to unit.
    sensor : float
        Standard deviation of the sensor's noise.
    grades : tuple of float
        What the grades add to the set point.
    """

    name: str
    unit: str
    low: float
    high: float
    base: float
    spread: float
    tau_h: float = 0.0
    jitter: float = 0.0
    sensor: float = 0.0
    grades: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def sd(self) -> float:
        """Ordinary standard deviation within a grade, the unit in which faults are sized."""
        return float(np.hypot(self.spread, self.jitter))

    @property
    def parameter(self) -> Parameter:
        """The parameter as the plant definition has it: what follows from others is read, not set."""
        return Parameter(self.name, self.unit, self.low, self.high, settable=self.tau_h > 0)


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when a block of units of one stage was made: what the equations may know besides parameters.

    Parameters
    ----------
    seed, line, day : int
        `day` counts from the plant's start and is the day on which the heats were tapped.
    stage : str
    seconds : ndarray, shape (n,)
        Event times since the start.
    grade : ndarray of int, shape (n,)
        Index into `GRADES`.
    ambient : ndarray, shape (n,)
        Temperature of the surroundings in degC.
    crew : ndarray, shape (n,)
        Effect of the crew on duty, in standard deviations of the response.
    wear : ndarray, shape (n,)
        Wear of the tool, 0 when new, 1 at the end of an ordinary life.
    upstream : mapping of str to ndarray
        True parameters and characteristics of the units these were made from.
    shifts : mapping of str to ndarray
        By how much a parameter is truly off its usual value (fault ``input_shift``).
    """

    seed: int
    line: int
    day: int
    stage: str
    seconds: Array
    grade: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    ambient: Array
    crew: Array
    wear: Array
    upstream: Mapping[str, Array]
    shifts: Mapping[str, Array] = field(default_factory=dict)

    def normals(self, name: str, width: int) -> Array:
        """Standard normal numbers of this block, shape (n, width)."""
        return stream(self.seed, f"{self.stage} {name}", self.day).standard_normal((len(self.seconds), width))

    def constant(self, name: str) -> float:
        """A standard normal number that belongs to this stage for ever, cut at two."""
        return float(np.clip(stream(self.seed, f"{self.stage} constant {name}").standard_normal(), -2, 2))


def driven(signals: tuple[Signal, ...], setting: Setting) -> dict[str, Array]:
    """Draw the parameters that operators and disturbances set: set point + slow part + unit-to-unit part.

    Each line runs its set points about a third of a spread beside its sister's.

    Returns
    -------
    dict of str to ndarray, shape (n,)
    """
    drivers = [s for s in signals if s.tau_h > 0]
    slow = ar(setting.seed, setting.stage, tuple(s.tau_h for s in drivers), setting.seconds)
    quick = setting.normals("jitter", len(drivers))
    values = {}
    for i, s in enumerate(drivers):
        point = s.base + np.asarray(s.grades)[setting.grade] + 0.35 * s.spread * setting.constant(s.name)
        moved = point + s.spread * slow[:, i] + s.jitter * quick[:, i] + setting.shifts.get(s.name, 0.0)
        values[s.name] = np.clip(moved, s.low, s.high)
    return values


@dataclass(frozen=True, slots=True)
class Response:
    """How a characteristic scatters around what the equations say.

    Parameters
    ----------
    name : str
    centre : float
        About its mean; a line's gain turns around it.
    sd : float
        About its ordinary standard deviation, the unit in which faults are sized; of a defect: in logits.
    noise : float
        Standard deviation of what no recorded parameter explains.
    """

    name: str
    centre: float
    sd: float
    noise: float


@dataclass(frozen=True, slots=True)
class Family:
    """The equations of one kind of stage.

    Parameters
    ----------
    signals : tuple of Signal
    characteristics : tuple of Characteristic
    responses : tuple of Response
        In the order of `characteristics`.
    tool, tool_life_h : str, float
        What wears, and for how long it lasts.
    parameters : callable
        Setting -> true parameters, each of shape (n,).
    expected : callable
        (true parameters, Setting) -> expected characteristics; of a defect: its logit.
    """

    signals: tuple[Signal, ...]
    characteristics: tuple[Characteristic, ...]
    responses: tuple[Response, ...]
    tool: str
    tool_life_h: float
    parameters: Callable[[Setting], dict[str, Array]]
    expected: Callable[[dict[str, Array], Setting], dict[str, Array]]
