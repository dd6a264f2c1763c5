"""Stages of made plants, each played alone and in memory: what the studies of the gate and of drift look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from data_connectors.synthetic import Fault
from models import make_learner
from qc_app.errors import SettingsError
from qc_app.plant import Gate
from qc_app.proof.bare import bare_stage
from qc_app.proof.episodes import STAGES, WARM_UP, schedule
from qc_app.proof.nights import Nights
from qc_app.proof.play import Heard

LEARNER = "ridge"
"""It needs no meta-training, so the plants share nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class BarePlay:
    """One stage of one plant after its last night.

    Parameters
    ----------
    seed : int
    stage : str
    faults : tuple of Fault
        Of the whole plant.
    nights : Nights
    """

    seed: int
    stage: str
    faults: tuple[Fault, ...]
    nights: Nights


def bare_plays(
    study: str, seeds: Sequence[int], days: int, stages: int, told: Heard, *, rules: Gate, beyond: int, faulty: bool
) -> Iterator[BarePlay]:
    """Play some stages of some plants, one after the other.

    Parameters
    ----------
    study : str
        Who asks, for the refusal.
    seeds : sequence of int
        Plants.
    days : int
    stages : int
        Stages a plant, 1 to 6.
    told : callable
        Hears what is done, and the share that is done.
    rules : Gate
    beyond : int
        Days that the study needs after the warming up.
    faulty : bool
        Whether the plants suffer faults.

    Raises
    ------
    SettingsError
        On a number out of range.
    """
    if not seeds or days < WARM_UP + beyond or not 1 <= stages <= len(STAGES):
        raise SettingsError(
            f"bench {study}: {len(seeds)} plants, {days} days, {stages} stages - use 1 plant, {WARM_UP + beyond} days"
            f" and 1 to {len(STAGES)} stages, or more"
        )
    learner = make_learner(LEARNER).fit([])
    plays = [(seed, stage) for seed in seeds for stage in STAGES[:stages]]
    for place, (seed, stage) in enumerate(plays):
        told(f"plant {seed}: {stage}", place / len(plays))
        faults = schedule(seed, STAGES[:stages], days) if faulty else ()
        yield BarePlay(seed, stage, faults, Nights(bare_stage(seed, stage, days, faults), days, learner, rules).play())
