"""What became of each fault: when it was noticed, by which name, when the model was sound again, what it cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from data_connectors.synthetic import Fault
from models.base import Array
from qc_app.proof.episodes import LASTS, OF_PROCESS, START, Call, rightly
from qc_app.proof.play import Played, night_at

BEFORE_DAYS = 8
SOUND = 1.25
"""A model is sound again when its error of two days is at most so many times that before the fault."""
AFTERMATH = 2
"""Days after a fault in which it may still be noticed: the night of its last day, and the one after."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One fault and what was made of it; days since its onset, None: not within its time.

    Parameters
    ----------
    seed : int
    stage, kind, subject : str
    size : float
    noticed : float or None
        First night that said anything new of the stage.
    named : float or None
        First night that told it by its right name, with or without an alarm.
    alarmed : float or None
        First night with an alarm by its right name.
    called : tuple of str
        Whatever new was said while it acted.
    shewhart : float or None
        First signal of a control chart of the results alone.
    degraded : bool
        Whether the model's error rose by a fourth for two days.
    repaired, repaired_monthly : float or None
        When it was sound again, of the plant's model and of one that is refitted once a month.
    out_units : int
        Units out of specification while it acted.
    spared : int
        Of these, how many came after the first notice and before the control chart's: what an answer to the notice
        could have saved.
    """

    seed: int
    stage: str
    kind: str
    subject: str
    size: float
    noticed: float | None
    named: float | None
    alarmed: float | None
    called: tuple[str, ...]
    shewhart: float | None
    degraded: bool
    repaired: float | None
    repaired_monthly: float | None
    out_units: int
    spared: int


def outcome(play: Played, seed: int, fault: Fault, units: pl.DataFrame, signals: Array) -> Outcome:
    """Judge one fault.

    Parameters
    ----------
    play : Played
    seed : int
    fault : Fault
    units : polars.DataFrame
        Of `truth.units_of`.
    signals : ndarray
        Of `peers.shewhart`, days since the start.

    Returns
    -------
    Outcome
    """
    onset = _day_of(fault)
    days = range(int(onset) + 1, min(int(onset) + LASTS + AFTERMATH, play.days) + 1)
    before = play.told(fault.stage, int(onset))
    noticed, called = _first_new(play, fault, days, before.alarms)
    charted = signals[(signals >= onset) & (signals < onset + LASTS + AFTERMATH)]
    first = float(charted[0]) - onset if len(charted) else None
    acting = units.filter((pl.col("day") >= onset) & (pl.col("day") < onset + LASTS))
    degraded, repaired = repair(units, onset, "off")
    return Outcome(
        seed=seed,
        stage=fault.stage,
        kind=fault.kind,
        subject=fault.subject,
        size=fault.size,
        noticed=noticed,
        named=_first_right(play, fault, days, before.moved, alarms=False),
        alarmed=_first_right(play, fault, days, before.alarms, alarms=True),
        called=called,
        shewhart=first,
        degraded=degraded,
        repaired=repaired,
        repaired_monthly=repair(units, onset, "off_monthly")[1],
        out_units=int(acting["out"].sum()),
        spared=_spared(acting, onset, noticed, first) if fault.kind in OF_PROCESS else 0,
    )


def repair(units: pl.DataFrame, onset: float, column: str) -> tuple[bool, float | None]:
    """Return whether the error rose after the onset, and after how many days it had come back while the fault acts.

    Parameters
    ----------
    units : polars.DataFrame
        ``day`` and the absolute errors.
    onset : float
    column : str

    Returns
    -------
    degraded : bool
    repaired : float or None
        None where it never rose, or never came back.

    Examples
    --------
    >>> days = [d / 4 for d in range(80)]
    >>> off = [1.0 if d < 10 or d >= 14 else 3.0 for d in days]
    >>> repair(pl.DataFrame({"day": days, "off": off}), 10.0, "off")
    (True, 6.0)
    """
    known = units.drop_nulls(column)
    usual = known.filter((pl.col("day") >= onset - BEFORE_DAYS) & (pl.col("day") < onset))[column].mean()
    if not isinstance(usual, float):
        return False, None
    found = [
        known.filter((pl.col("day") >= onset + d - 2) & (pl.col("day") < onset + d))[column].mean()
        for d in range(2, LASTS + 1)
    ]
    errors = np.array([np.nan if not isinstance(e, float) else e for e in found])
    high = errors > SOUND * usual
    if not high.any():
        return False, None
    last = int(np.flatnonzero(high)[-1])
    return True, float(last + 3) if last + 1 < len(errors) else None


def _day_of(fault: Fault) -> float:
    return (fault.onset - START).total_seconds() / 86_400


def _first_new(
    play: Played, fault: Fault, days: range, before: frozenset[Call]
) -> tuple[float | None, tuple[str, ...]]:
    first, called = None, dict[str, None]()
    for day in days:
        new = play.told(fault.stage, day).alarms - before
        if new and first is None:
            first = _late(fault, day)
        called |= dict.fromkeys(sorted(f"{c.what} {c.subject}".strip() for c in new))
    return first, tuple(called)


def _first_right(play: Played, fault: Fault, days: range, before: frozenset[Call], *, alarms: bool) -> float | None:
    for day in days:
        told = play.told(fault.stage, day)
        if any(rightly(fault, call) for call in (told.alarms if alarms else told.moved) - before):
            return _late(fault, day)
    return None


def _late(fault: Fault, day: int) -> float:
    return (night_at(day) - fault.onset).total_seconds() / 86_400


def _spared(acting: pl.DataFrame, onset: float, noticed: float | None, charted: float | None) -> int:
    """Bad units after the notice that the control chart had let pass; below zero where the chart came first."""

    def out_after(late: float | None) -> int:
        return 0 if late is None else int(acting.filter(pl.col("day") >= onset + late)["out"].sum())

    return out_after(noticed) - out_after(charted)
