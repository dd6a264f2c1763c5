"""Is the gate right? Many plants, a cheap learner, nights in memory, and every promotion judged by the truth."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from qc_app.plant import Gate
from qc_app.proof.bare_plays import bare_plays
from qc_app.proof.play import Heard
from qc_app.proof.promotions import LATER_DAYS, Promotion


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
    found = Studied()
    for one in bare_plays("gate", seeds, days, stages, told, rules=rules, beyond=LATER_DAYS, faulty=faulty):
        found.promotions.extend(one.nights.promotions)
        found.errors[f"{one.seed} {one.stage}"] = one.nights.error
    return found
