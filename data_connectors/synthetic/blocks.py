"""The units whose heats were tapped on one day, at one stage: the piece in which the plant is computed.

A block depends on the scenario, the stage and the day alone, so any interval can be asked for in any cut and order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from data_connectors.errors import DefinitionError
from data_connectors.synthetic.families import FAMILIES, split, upstream
from data_connectors.synthetic.faults import acting, faults_of, reported, shift
from data_connectors.synthetic.material import Indices, Material, days_of, made_from, slabs
from data_connectors.synthetic.noise import DAY_S, Array, ar, cycle, stream
from data_connectors.synthetic.scenario import Fault, Scenario
from data_connectors.synthetic.signals import Family, Response, Setting

SHIFT_S, CREWS = 8 * 3600, 4


@dataclass(frozen=True, slots=True)
class Block:
    """One stage's units of one day of tapping, ordered by event time.

    Parameters
    ----------
    unit_id, parent : ndarray of str, shape (n,)
        `parent` is the heat for slabs.
    seconds : ndarray, shape (n,)
        Event times since the start.
    grade : ndarray of int, shape (n,)
    true, said : mapping of str to ndarray
        Parameters as they were, and as the sensors report them (NaN: nothing reported).
    expected, actual : mapping of str to ndarray
        Characteristics as the equations have them (of a defect: probability), and of the unit itself.
    inherited : mapping of str to ndarray
        All true values of the unit and of those it was made from.
    silent : ndarray of bool, shape (n,)
        Whether an outage swallows the unit's measurements.
    faults : tuple of Fault
        Those that act somewhere in the block.
    """

    unit_id: NDArray[np.str_]
    parent: NDArray[np.str_]
    seconds: Array
    grade: Indices
    true: Mapping[str, Array]
    said: Mapping[str, Array]
    expected: Mapping[str, Array]
    actual: Mapping[str, Array]
    inherited: Mapping[str, Array]
    silent: NDArray[np.bool_]
    faults: tuple[Fault, ...]


def ambient(scenario: Scenario, seconds: Array) -> Array:
    """Temperature of the surroundings in degC: year, day and weather."""
    year = (scenario.start.timetuple().tm_yday + seconds / DAY_S - 110) / 365.25
    weather = ar(scenario.seed, "weather", (17.0,), seconds)[:, 0]
    return np.asarray(
        11 + 9 * np.sin(2 * np.pi * year) + 4 * np.sin(2 * np.pi * (seconds / DAY_S - 0.38)) + 2.5 * weather
    )


def tool_cycle(scenario: Scenario, stage: str, seconds: Array) -> tuple[Array, Array]:
    """When the tool in use at each time came in and goes out, in seconds since the start."""
    life_s = FAMILIES[split(stage)[0]].tool_life_h * 3600
    return cycle(scenario.seed, stage, life_s, seconds)


def _setting(scenario: Scenario, stage: str, day: int, made: Material, faults: tuple[Fault, ...]) -> Setting:
    family, line = split(stage)
    effects = np.clip(stream(scenario.seed, f"{stage} crews").standard_normal(CREWS), -1.5, 1.5)
    worn = (made.seconds - tool_cycle(scenario, stage, made.seconds)[0]) / (FAMILIES[family].tool_life_h * 3600)
    worn = worn * (1 + shift(faults, "tool_wear", "", scenario, made.seconds))
    shifts = {
        s.name: s.sd * shift(faults, "input_shift", s.name, scenario, made.seconds)
        for s in FAMILIES[family].signals
        if any(f.kind == "input_shift" and f.subject == s.name for f in faults)
    }
    return Setting(
        seed=scenario.seed, line=line, day=day, stage=stage, seconds=made.seconds, grade=made.grade,
        ambient=ambient(scenario, made.seconds), crew=effects[(made.seconds // SHIFT_S).astype(int) % CREWS],
        wear=worn, upstream=made.upstream, shifts=shifts,
    )  # fmt: skip


def _true(family: Family, setting: Setting) -> dict[str, Array]:
    """The true parameters in the order of the definition; a derived one moves after its equation."""
    values = family.parameters(setting)
    for signal in family.signals:
        if signal.tau_h == 0 and signal.name in setting.shifts:
            values[signal.name] = values[signal.name] + setting.shifts[signal.name]
    return {s.name: np.clip(values[s.name], s.low, s.high) for s in family.signals}


def _line_own(response: Response, value: Array, setting: Setting) -> Array:
    """Give the line its own gain and offset: sisters are alike, not equal."""
    gain = 1 + 0.1 * setting.constant(f"gain {response.name}")
    offset = 0.4 * response.sd * setting.constant(f"offset {response.name}")
    return np.asarray(response.centre + gain * (value - response.centre) + offset)


def _changed(response: Response, value: Array, x: Mapping[str, Array], family: Family, amount: Array) -> Array:
    """A changed relation: shifted, and more so where the first parameter is high."""
    first = family.signals[0]
    place = np.tanh((x[first.name] - first.base) / first.sd)
    return np.asarray(value + amount * response.sd * (1 + 0.5 * place))


def _characteristics(
    scenario: Scenario, family: Family, x: dict[str, Array], setting: Setting, faults: tuple[Fault, ...]
) -> tuple[dict[str, Array], dict[str, Array]]:
    raw = family.expected(x, setting)
    expected, actual = {}, {}
    for response, characteristic in zip(family.responses, family.characteristics, strict=True):
        name = response.name
        amount = shift(faults, "relation", name, scenario, setting.seconds)
        value = _changed(response, _line_own(response, raw[name], setting), x, family, amount)
        value = value + response.sd * _inherited(scenario, name, setting, faults)
        draw = setting.normals(f"rest {name}", 1)[:, 0]
        if characteristic.kind == "binary":
            expected[name] = 1 / (1 + np.exp(-(value + response.noise * draw)))
            lot = stream(setting.seed, f"{setting.stage} defect {name}", setting.day).random(len(draw))
            actual[name] = (lot < expected[name]).astype(float)
        else:
            expected[name], actual[name] = value, value + response.noise * draw
    return expected, actual


def _inherited(scenario: Scenario, name: str, setting: Setting, faults: tuple[Fault, ...]) -> Array:
    """What faults further up add to a characteristic, in its standard deviations, shape (n,)."""
    added = np.zeros(len(setting.seconds))
    for fault in faults:
        if fault.kind == "inherited" and fault.subject == name:
            signal = next((s for f in FAMILIES.values() for s in f.signals if s.name == fault.cause), None)
            if signal is None or fault.cause not in setting.upstream:
                raise DefinitionError(
                    f"fault on {setting.stage!r}: no stage further up has a parameter {fault.cause!r}"
                )
            away = (setting.upstream[fault.cause] - signal.base) / signal.sd
            added += fault.size * away * acting(fault, scenario, setting.seconds)
    return added


def _said(
    scenario: Scenario, family: Family, x: dict[str, Array], setting: Setting, faults: tuple[Fault, ...]
) -> dict[str, Array]:
    rng = stream(setting.seed, f"{setting.stage} sensors", setting.day)
    said = {
        s.name: reported(signal=s, value=x[s.name], seconds=setting.seconds, faults=faults, scenario=scenario, rng=rng)
        for s in family.signals
    }
    lost = rng.random((len(family.signals), len(setting.seconds))) < 0.003
    return {name: np.where(lost[i], np.nan, values) for i, (name, values) in enumerate(said.items())}


@lru_cache(maxsize=1024)
def block(scenario: Scenario, stage: str, day: int) -> Block:
    """Compute the units of a stage whose heats were tapped on a day (0: the first).

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> block(Scenario(seed=1, start=datetime(2026, 1, 1, tzinfo=UTC)), "casting-1", 0).unit_id[0].item()
    'A00001-S1'
    """
    name, line = split(stage)
    parent = upstream(stage)
    made = slabs(scenario, line, day) if parent is None else made_from(scenario, stage, block(scenario, parent, day))
    faults = faults_of(scenario, stage, made.seconds[0], made.seconds[-1] + 1)
    setting = _setting(scenario, stage, day, made, faults)
    family = FAMILIES[name]
    x = _true(family, setting)
    expected, actual = _characteristics(scenario, family, x, setting, faults)
    silent = sum((acting(f, scenario, made.seconds) for f in faults if f.kind == "outage"), np.zeros(len(made.seconds)))
    return Block(
        made.unit_id, made.parent, made.seconds, made.grade, x, _said(scenario, family, x, setting, faults),
        expected, actual, {**made.upstream, **x, **actual}, silent > 0, faults,
    )  # fmt: skip


def span(scenario: Scenario, stage: str, since_s: float, until_s: float) -> list[Block]:
    """Blocks that can hold units of the interval, in order."""
    return [block(scenario, stage, day) for day in days_of(stage, since_s, until_s)]
