"""What a plant in which nothing happens is told: every alarm there is a false one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from models.base import Array
from qc_app.proof.episodes import WARM_UP, Call
from qc_app.proof.play import Played

#: True by definition, or a matter of the specification and not of a change.
NOT_FALSE = frozenset({"measured_out_of_spec", "predicted_out_of_spec"})


@dataclass(frozen=True, slots=True)
class Quiet:
    """False alarms of one stage of an undisturbed plant, from the end of the warm-up on.

    Parameters
    ----------
    seed : int
    stage : str
    weeks : float
    alarms : dict of str to int
        By kind; an alarm that stands for several nights is one.
    shewhart : int
        Signals of a control chart of the results alone.
    results : int
        Results that came in these weeks: the points of the stage's chart.
    """

    seed: int
    stage: str
    weeks: float
    alarms: dict[str, int]
    shewhart: int
    results: int


def quiet(play: Played, seed: int, stage: str, signals: Array, results: int) -> Quiet:
    """Count the false alarms of a stage.

    Parameters
    ----------
    play : Played
        Without faults.
    seed : int
    stage : str
    signals : ndarray
        Of `peers.shewhart`.
    results : int
        After the warm-up.
    """
    rung: Counter[str] = Counter()
    before: frozenset[Call] = play.told(stage, WARM_UP).alarms
    for day in range(WARM_UP + 1, play.days + 1):
        now = play.told(stage, day).alarms
        rung.update(call.what for call in now - before if call.what not in NOT_FALSE)
        before = now
    return Quiet(seed, stage, (play.days - WARM_UP) / 7, dict(rung), len(signals), results)
