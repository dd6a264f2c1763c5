"""Material on its way: heats become slabs, slabs coils, coils treated coils; grades run in campaigns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from data_connectors.synthetic.families import split
from data_connectors.synthetic.noise import DAY_S, Array, ar, stream
from data_connectors.synthetic.scenario import SLABS_PER_HEAT, Scenario
from data_connectors.synthetic.signals import GRADES

Indices = NDArray[np.int64]
CAMPAIGN_HEATS = 6
GRADE_SHARES = (0.45, 0.35, 0.20)
DELAY_H = {"rolling": (9.0, 2.0, 5.3), "heat_treatment": (20.0, 5.0, 8.7)}
#: Days after tapping within which the last unit of a day has passed the stage.
LAG_DAYS = {"casting": 0, "rolling": 1, "heat_treatment": 2}
COPIES = {"rolling": ("C", (0.02, 0.95, 0.03)), "heat_treatment": ("T", (0.02, 0.98, 0.0))}


class Before(Protocol):
    """What is needed of the units of the stage before."""

    @property
    def unit_id(self) -> NDArray[np.str_]:
        """Their ids, shape (n,)."""
        ...

    @property
    def seconds(self) -> Array:
        """When they were made."""
        ...

    @property
    def grade(self) -> Indices:
        """Index of their grade."""
        ...

    @property
    def inherited(self) -> Mapping[str, Array]:
        """All true values known of them."""
        ...


@dataclass(frozen=True, slots=True)
class Material:
    """Units on their way: who they are, what they were made from, when they pass the stage."""

    unit_id: NDArray[np.str_]
    parent: NDArray[np.str_]
    seconds: Array
    grade: Indices
    upstream: Mapping[str, Array]


def grade_of(scenario: Scenario, line: int, heat: int) -> int:
    """Index of the grade of a line's heat; grades run in campaigns of six heats."""
    rng = stream(scenario.seed, f"campaign {line}", heat // CAMPAIGN_HEATS)
    return int(rng.choice(len(GRADES), p=GRADE_SHARES))


def slabs(scenario: Scenario, line: int, day: int) -> Material:
    """The slabs of the heats that a line taps on a day."""
    heats = day * scenario.heats_per_day + np.arange(scenario.heats_per_day)
    count = len(heats) * SLABS_PER_HEAT
    jitter = stream(scenario.seed, f"casting-{line} times", day).uniform(0, 0.6, count)
    seconds = day * DAY_S + (np.arange(count) + jitter) * DAY_S / count
    names = np.array([f"{'AB'[line - 1]}{heat + 1:05d}" for heat in heats])
    parent = np.repeat(names, SLABS_PER_HEAT)
    unit_id = np.array([f"{p}-S{i % SLABS_PER_HEAT + 1}" for i, p in enumerate(parent)])
    grades = np.array([grade_of(scenario, line, int(heat)) for heat in heats], dtype=np.int64)
    return Material(unit_id, parent, seconds, np.repeat(grades, SLABS_PER_HEAT), {})


def made_from(scenario: Scenario, stage: str, before: Before) -> Material:
    """The units a stage makes of those of the stage before: most one of one, some cut in two, a few lost."""
    family, _ = split(stage)
    letter, shares = COPIES[family]
    day = int(before.seconds[0] // DAY_S)
    copies = stream(scenario.seed, f"{stage} copies", day).choice(3, size=len(before.seconds), p=shares)
    take = np.repeat(np.arange(len(copies)), copies)
    nth = np.concatenate([np.arange(c) for c in copies]).astype(int)
    parent = before.unit_id[take]
    unit_id = np.array([f"{p}-{letter}{n + 1}" for p, n in zip(parent, nth, strict=True)])
    seconds = before.seconds[take] + _delay(scenario, stage, before.seconds[take]) + 120.0 * nth
    values = {name: column[take] for name, column in before.inherited.items()}
    return Material(unit_id, parent, seconds, before.grade[take], values)


def _delay(scenario: Scenario, stage: str, seconds: Array) -> Array:
    """Transport and waiting: some hours, swinging over days, so slowly that the order of units is kept."""
    mean_h, swing_h, period_d = DELAY_H[split(stage)[0]]
    wave = np.sin(2 * np.pi * seconds / (period_d * DAY_S))
    return 3600 * (mean_h + swing_h * wave + 0.3 * ar(scenario.seed, f"{stage} delay", (8.0,), seconds)[:, 0])


def moments(scenario: Scenario, seconds: Array) -> NDArray[np.datetime64]:
    """Turn seconds since the start into UTC datetimes of whole milliseconds, as microseconds."""
    begin = np.datetime64(scenario.start.replace(tzinfo=None), "us")
    return np.asarray(begin + np.round(seconds * 1000).astype("timedelta64[ms]").astype("timedelta64[us]"))


def days_of(stage: str, since_s: float, until_s: float) -> range:
    """Days of tapping whose blocks can hold units of ``[since_s, until_s)``."""
    lag = LAG_DAYS[split(stage)[0]]
    return range(max(int(since_s // DAY_S) - lag, 0), max(int(until_s // DAY_S) + 1, 0))
