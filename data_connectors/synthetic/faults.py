"""Injected faults: which act when, and what they do to what is reported."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache
from typing import get_args

import numpy as np

from data_connectors.synthetic.families import FAMILIES, signals, split
from data_connectors.synthetic.noise import DAY_S, Array, stream
from data_connectors.synthetic.scenario import TOLD_ONLY, Fault, FaultKind, Scenario
from data_connectors.synthetic.signals import Signal

WEEK_S = 7 * DAY_S
LONGEST_WEEKS = 1
OF_PARAMETERS = ("sensor_bias", "sensor_drift", "stuck", "noise", "input_shift")
DRAWN = tuple(kind for kind in get_args(FaultKind) if kind not in TOLD_ONLY)
OF_CHARACTERISTICS = ("relation", "gauge_shift")


@lru_cache(maxsize=512)
def _drawn(scenario: Scenario, stage: str, week: int) -> tuple[Fault, ...]:
    """Draw the faults that begin in a week; they last from hours to six days."""
    rng = stream(scenario.seed, f"{stage} faults", week)
    return tuple(_draw(scenario, stage, week, rng) for _ in range(rng.poisson(scenario.faults_per_week)))


def _draw(scenario: Scenario, stage: str, week: int, rng: np.random.Generator) -> Fault:
    kind: FaultKind = rng.choice(np.array(DRAWN)).item()
    onset = scenario.start + timedelta(seconds=int((week + rng.random()) * WEEK_S))
    hours = float(rng.uniform(3, 10) if kind == "outage" else rng.uniform(12, 150))
    sign = -1.0 if kind in (*OF_PARAMETERS, *OF_CHARACTERISTICS) and rng.random() < 0.5 else 1.0
    size = round(sign * float(rng.uniform(1.0, 4.0)), 2)
    return Fault(kind, stage, onset, size, _subject(kind, stage, rng), onset + timedelta(hours=round(hours, 1)))


def _subject(kind: FaultKind, stage: str, rng: np.random.Generator) -> str:
    if kind in OF_PARAMETERS:
        names = [s.name for s in signals(stage) if s.sensor > 0]
    elif kind in OF_CHARACTERISTICS:
        names = [c.name for c in FAMILIES[split(stage)[0]].characteristics if c.kind == "continuous"]
    else:
        names = [""]
    return names[int(rng.integers(len(names)))]


def faults_of(scenario: Scenario, stage: str, since_s: float, until_s: float) -> tuple[Fault, ...]:
    """Return all faults of a stage that act somewhere in ``[since_s, until_s)`` (seconds from the start).

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> busy = Scenario(seed=1, start=datetime(2026, 1, 1, tzinfo=UTC), faults_per_week=3.0)
    >>> len(faults_of(busy, "rolling-1", 0, 4 * WEEK_S)) > 3
    True
    """
    weeks = range(max(int(since_s // WEEK_S) - LONGEST_WEEKS, 0), int(until_s // WEEK_S) + 1)
    drawn = [f for week in weeks for f in _drawn(scenario, stage, week)] if scenario.faults_per_week else []
    there = [*(f for f in scenario.faults if f.stage == stage), *drawn]
    return tuple(
        f
        for f in there
        if scenario.seconds(f.onset) < until_s and (f.until is None or scenario.seconds(f.until) > since_s)
    )


def acting(fault: Fault, scenario: Scenario, seconds: Array) -> Array:
    """1.0 where the fault acts, else 0.0, shape (n,)."""
    until_s = np.inf if fault.until is None else scenario.seconds(fault.until)
    return ((seconds >= scenario.seconds(fault.onset)) & (seconds < until_s)).astype(float)


def shift(faults: Iterable[Fault], kind: FaultKind, subject: str, scenario: Scenario, seconds: Array) -> Array:
    """Sum of the sizes of all faults of a kind on a subject that act at each time, shape (n,)."""
    total = np.zeros(len(seconds))
    for fault in faults:
        if fault.kind == kind and fault.subject in {"", subject}:
            total += fault.size * acting(fault, scenario, seconds)
    return total


def reported(
    *,
    signal: Signal,
    value: Array,
    seconds: Array,
    faults: tuple[Fault, ...],
    scenario: Scenario,
    rng: np.random.Generator,
) -> Array:
    """Return what the sensor of a parameter says, given its true value.

    Parameters
    ----------
    signal : Signal
    value, seconds : ndarray, shape (n,)
    faults : tuple of Fault
        Of the stage; those on this parameter count.
    scenario : Scenario
    rng : numpy.random.Generator
        Draws the same numbers whether or not there are faults.

    Returns
    -------
    ndarray, shape (n,)
    """
    noise, extra = rng.standard_normal((2, len(value)))
    said = value + signal.sensor * noise
    for fault in faults:
        if fault.subject == signal.name:
            said = _faulty(fault, signal, said, extra=extra, scenario=scenario, seconds=seconds)
    return np.asarray(np.clip(said, signal.low, signal.high))


def _faulty(fault: Fault, signal: Signal, said: Array, *, extra: Array, scenario: Scenario, seconds: Array) -> Array:
    on = acting(fault, scenario, seconds)
    onset_s = scenario.seconds(fault.onset)
    if fault.kind == "sensor_bias":
        return said + on * fault.size * signal.sd
    if fault.kind == "sensor_drift":
        return said + on * fault.size * signal.sd * np.maximum(seconds - onset_s, 0) / WEEK_S
    if fault.kind == "noise":
        return said + on * fault.size * signal.sd * extra
    if fault.kind == "stuck":
        held = signal.base + signal.sd * stream(
            scenario.seed, f"{fault.stage} stuck {signal.name}", int(onset_s)
        ).uniform(-1, 1)
        return np.asarray(np.where(on > 0, held, said))
    return said
