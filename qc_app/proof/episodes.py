"""Which faults a simulated plant suffers, when, and by which names each may rightly be called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from data_connectors.synthetic import Fault, FaultKind

START = datetime(2026, 1, 1, tzinfo=UTC)
WARM_UP = 30
"""Days before the first fault: the stages learn, and the peer charts their limits."""
LASTS, REST = 10, 10
"""Days that a fault acts, and days after it that are left to the plant to come to rest."""
STAGES = ("rolling-1", "rolling-2", "heat_treatment-1", "heat_treatment-2", "casting-1", "casting-2")

#: Kind -> sizes, in the unit that `Fault` says: small, middle, large.
SIZES: dict[FaultKind, tuple[float, ...]] = {
    "sensor_bias": (1.5, 3.0, 5.0),
    "sensor_drift": (1.5, 3.0, 5.0),
    "stuck": (1.0,),
    "noise": (2.0, 4.0),
    "input_shift": (1.5, 3.0, 5.0),
    "relation": (1.0, 2.0, 3.0),
    "tool_wear": (1.0, 3.0),
    "gauge_shift": (1.0, 2.0, 3.0),
    "late_labels": (12.0,),
    "outage": (1.0,),
}
#: Parameters that the equations of the family lean on; of others a drift is an information, not an alarm.
SUBJECTS: dict[str, tuple[str, ...]] = {
    "rolling": ("exit_temp", "tension", "roll_force", "coolant_temp"),
    "heat_treatment": ("zone_1_temp", "temper_temp", "quench_flow"),
    "casting": ("superheat", "casting_speed", "soft_reduction"),
}
QUALITY = {
    "rolling": "thickness_deviation",
    "heat_treatment": "yield_strength",
    "casting": "centre_segregation",
}  # fmt: skip
OF_QUALITY: tuple[FaultKind, ...] = ("relation", "gauge_shift")
OF_STAGE: tuple[FaultKind, ...] = ("tool_wear", "late_labels", "outage")
#: What a fault may rightly be called: kinds of drift, failures of sensors, kinds of alarms.
RIGHT: dict[FaultKind, frozenset[str]] = {
    "sensor_bias": frozenset({"inputs"}),
    "sensor_drift": frozenset({"inputs"}),
    "stuck": frozenset({"stuck", "flat line"}),
    "noise": frozenset({"noise gain"}),
    "input_shift": frozenset({"inputs"}),
    "relation": frozenset({"relation"}),
    "tool_wear": frozenset({"relation", "inputs"}),
    "gauge_shift": frozenset({"relation"}),
    "late_labels": frozenset({"late_labels"}),
    "outage": frozenset({"stale_source"}),
}
#: Kinds that change what is made; of the others only what is told changes.
OF_PROCESS: tuple[FaultKind, ...] = ("input_shift", "relation", "tool_wear")


@dataclass(frozen=True, slots=True)
class Call:
    """One thing that a night says of a stage: a kind of drift, of sensor failure or of alarm, and of what."""

    what: str
    subject: str


def family_of(stage: str) -> str:
    """Return the family of a stage.

    Examples
    --------
    >>> family_of("heat_treatment-2")
    'heat_treatment'
    """
    return stage.rsplit("-", 1)[0]


def rightly(fault: Fault, call: Call) -> bool:
    """Return whether a call names a fault: the right kind, and of the right parameter where it has one.

    Examples
    --------
    >>> bias = Fault("sensor_bias", "rolling-1", START, 3.0, "tension")
    >>> rightly(bias, Call("inputs", "tension")), rightly(bias, Call("inputs", "exit_temp"))
    (True, False)
    """
    if call.what not in RIGHT[fault.kind]:
        return False
    if fault.kind == "tool_wear":
        return call.what == "relation" or "wear" in call.subject
    return call.subject == fault.subject if fault.kind not in {*OF_QUALITY, *OF_STAGE} else True


def schedule(seed: int, stages: tuple[str, ...], days: int) -> tuple[Fault, ...]:
    """Deal faults of every kind and size to the stages, one after the other, with rest between them.

    On one line the stages take turns: while a fault acts at one of them, the next is at rest, for what goes wrong
    further up comes down.

    Parameters
    ----------
    seed : int
        Of the order and the parameters; the hand goes on where the one of the seed before ended.
    stages : tuple of str
    days : int
        Length of the play.

    Returns
    -------
    tuple of Fault
        By onset.

    Examples
    --------
    >>> first = schedule(1, ("rolling-1", "heat_treatment-1"), 60)
    >>> [(f.stage, (f.onset - START).days) for f in first]
    [('rolling-1', 30), ('heat_treatment-1', 40), ('rolling-1', 50)]
    """
    places = [
        (WARM_UP + (LASTS if split % 2 else 0) + round_ * (LASTS + REST), stage)
        for stage, split in ((s, _turn(s, stages)) for s in stages)
        for round_ in range(days // (LASTS + REST) + 1)
    ]
    dealt = sorted((day, stages.index(stage)) for day, stage in places if day + LASTS <= days)
    deck = _deck()
    first = (seed - 1) * len(dealt)
    return tuple(
        _fault(deck[(first + i) % len(deck)], stages[place], day, np.random.default_rng([seed, i]))
        for i, (day, place) in enumerate(dealt)
    )


def _turn(stage: str, stages: tuple[str, ...]) -> int:
    line = stage.rsplit("-", 1)[1]
    return [s for s in stages if s.endswith(f"-{line}")].index(stage)


def _deck() -> list[tuple[FaultKind, float]]:
    """Every kind in every size, in an order that mixes both, the same for every seed."""
    cards = [(kind, size) for kind, sizes in SIZES.items() for size in sizes]
    return [cards[i] for i in np.random.default_rng(7).permutation(len(cards))]


def _fault(card: tuple[FaultKind, float], stage: str, day: int, rng: np.random.Generator) -> Fault:
    kind, size = card
    family = family_of(stage)
    names = (QUALITY[family],) if kind in OF_QUALITY else ("",) if kind in OF_STAGE else SUBJECTS[family]
    onset = START + timedelta(days=day, hours=7)
    subject = names[int(rng.integers(len(names)))]
    return Fault(kind, stage, onset, size, subject, onset + timedelta(days=LASTS))
