"""Is the gate right? Many plants, a cheap learner, nights in memory, and every promotion judged by the truth."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

from models import make_learner
from qc_app.errors import SettingsError
from qc_app.plant import Gate
from qc_app.proof.bare import bare_stage
from qc_app.proof.episodes import STAGES, WARM_UP, schedule
from qc_app.proof.nights import Nights
from qc_app.proof.promotions import LATER_DAYS, Promotion

LEARNER = "ridge"
"""It needs no meta-training, so the plants share nothing."""
Heard = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Studied:
    """What came of a study.

    Parameters
    ----------
    promotions : list of Promotion
        Over a champion; first models are none.
    errors : dict of str to float
        Plant and stage -> mean true error of whoever answered, in standard deviations of the expected values: what a
        stricter gate costs.
    """

    promotions: list[Promotion] = field(default_factory=list)
    errors: dict[str, float] = field(default_factory=dict)

    @property
    def error(self) -> float:
        """Mean over the stages."""
        return sum(self.errors.values()) / len(self.errors) if self.errors else float("nan")

    def to_json(self) -> str:
        """Return everything as JSON text."""
        return json.dumps(asdict(self), indent=1)


def study_gate(
    seeds: Sequence[int], days: int, stages: int, rules: Gate, told: Heard, *, faulty: bool = False
) -> Studied:
    """Play the nights of some stages of some plants.

    Parameters
    ----------
    seeds : sequence of int
        Plants.
    days : int
    stages : int
        Stages a plant, 1 to 6.
    rules : Gate
    told : callable
        Hears what is done, and the share that is done.
    faulty : bool
        Whether the plants suffer faults.

    Raises
    ------
    SettingsError
        On a number out of range.
    """
    if not seeds or days < WARM_UP + LATER_DAYS or not 1 <= stages <= len(STAGES):
        raise SettingsError(
            f"bench gate: {len(seeds)} plants, {days} days, {stages} stages - use 1 plant, {WARM_UP + LATER_DAYS} days"
            f" and 1 to {len(STAGES)} stages, or more"
        )
    found, learner = Studied(), make_learner(LEARNER).fit([])
    plays = [(seed, stage) for seed in seeds for stage in STAGES[:stages]]
    for place, (seed, stage) in enumerate(plays):
        told(f"plant {seed}: {stage}", place / len(plays))
        faults = schedule(seed, STAGES[:stages], days) if faulty else ()
        nights = Nights(bare_stage(seed, stage, days, faults), days, learner, rules).play()
        found.promotions.extend(nights.promotions)
        found.errors[f"{seed} {stage}"] = nights.error
    return found
