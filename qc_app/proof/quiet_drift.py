"""How often is drift told where nothing happens, and how soon where something does? Many plants, looks in memory."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from data_connectors.synthetic import Fault
from models import drift
from qc_app.plant import Gate
from qc_app.proof.bare_plays import bare_plays
from qc_app.proof.drifting import Looked, looks
from qc_app.proof.episodes import LASTS, START, Call, rightly
from qc_app.proof.nights import moment
from qc_app.proof.outcome import AFTERMATH
from qc_app.proof.play import Heard

SENSOR = "sensor"
STATED = 0.1
"""False alarms of drift a stage and week at most, over all kinds."""
NOT_DRIFT = frozenset({"late_labels", "outage"})


@dataclass(frozen=True, slots=True)
class Rung:
    """One alarm: a subject that matters tonight and did not the night before.

    Parameters
    ----------
    seed : int
    stage : str
    day : int
        Of the night.
    what, subject : str
        As `Call` has them.
    look, test : str
        As `Verdict` has them; `SENSOR` and "" of a failed sensor.
    context : str
        In which context the parameter moved farthest; empty without contexts.
    effect, p_value : float
        NaN of a failed sensor.
    """

    seed: int
    stage: str
    day: int
    what: str
    subject: str
    look: str
    test: str
    context: str
    effect: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Noticed:
    """One fault, and after how many days it was told by its right name; None: not within its time.

    Parameters
    ----------
    seed : int
    stage, kind, subject : str
    size : float
    named, alarmed : float or None
        With or without, and with an alarm.
    """

    seed: int
    stage: str
    kind: str
    subject: str
    size: float
    named: float | None
    alarmed: float | None


@dataclass(frozen=True, slots=True)
class DriftStudied:
    """What came of a study.

    Parameters
    ----------
    weeks : dict of str to float
        Plant and stage -> weeks that were looked at; empty where plants suffer faults.
    rung : list of Rung
        False alarms.
    noticed : list of Noticed
        Faults.
    """

    weeks: dict[str, float] = field(default_factory=dict)
    rung: list[Rung] = field(default_factory=list)
    noticed: list[Noticed] = field(default_factory=list)

    def to_json(self) -> str:
        """Return everything as JSON text."""
        return json.dumps(asdict(self), indent=1)


def study_drift(
    seeds: Sequence[int], days: int, stages: int, told: Heard, *, by_grade: bool = True, faulty: bool = False
) -> DriftStudied:
    """Look at some stages of some plants, night by night.

    Parameters
    ----------
    seeds : sequence of int
        Plants.
    days : int
    stages : int
        Stages a plant, 1 to 6.
    told : callable
        Hears what is done, and the share that is done.
    by_grade : bool
        Whether each unit is held against units of its own grade.
    faulty : bool
        Whether the plants suffer faults: then delays are studied, else false alarms.

    Raises
    ------
    SettingsError
        On a number out of range.
    """
    found = DriftStudied()
    for one in bare_plays("drift", seeds, days, stages, told, rules=Gate(), beyond=LASTS, faulty=faulty):
        seen = list(looks(one.nights, by_grade=by_grade))
        if faulty:
            mine = [f for f in one.faults if f.stage == one.stage and f.kind not in NOT_DRIFT]
            found.noticed.extend(noticed(one.seed, fault, seen) for fault in mine)
        else:
            found.weeks[f"{one.seed} {one.stage}"] = len(seen) / 7
            found.rung.extend(rung(one.seed, one.stage, seen))
    return found


def rung(seed: int, stage: str, seen: Sequence[Looked]) -> list[Rung]:
    """Return the alarms of consecutive nights; one that stands for several is one."""
    found, before = list[Rung](), set[Call]()
    for night in seen:
        now = night.standing()
        found += [_rung(seed, stage, night.day, call, now[call]) for call in now if call not in before]
        before = set(now)
    return found


def _rung(seed: int, stage: str, day: int, call: Call, verdict: drift.Verdict | None) -> Rung:
    nan = float("nan")
    if verdict is None:
        return Rung(seed, stage, day, call.what, call.subject, SENSOR, "", "", nan, nan)
    most = verdict.in_context[0].context if verdict.in_context else ""
    return Rung(
        seed, stage, day, call.what, call.subject, verdict.look, verdict.test, most, verdict.effect, verdict.p_value
    )


def noticed(seed: int, fault: Fault, seen: Sequence[Looked]) -> Noticed:
    """Return when a fault was told by its right name, newly since the night before its onset."""
    onset = (fault.onset - START).total_seconds() / 86_400
    before = [night for night in seen if moment(night.day) <= onset]
    after = [night for night in seen if onset < moment(night.day) <= onset + LASTS + AFTERMATH]
    told: set[Call] = before[-1].told() if before else set()
    stood: set[Call] = set(before[-1].standing()) if before else set()
    named = _first(fault, onset, [(n.day, n.told() - told) for n in after])
    alarmed = _first(fault, onset, [(n.day, set(n.standing()) - stood) for n in after])
    return Noticed(seed, fault.stage, fault.kind, fault.subject, fault.size, named, alarmed)


def _first(fault: Fault, onset: float, calls: Sequence[tuple[int, set[Call]]]) -> float | None:
    right = [moment(day) - onset for day, new in calls if any(rightly(fault, call) for call in new)]
    return right[0] if right else None
