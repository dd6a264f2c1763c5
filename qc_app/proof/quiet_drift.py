"""How often is drift told where nothing happens, and how soon where something does? Many plants, looks in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

from data_connectors.synthetic import Fault
from models import drift, make_learner
from models.base import Learner
from qc_app.errors import SettingsError
from qc_app.plant import Gate
from qc_app.proof.bare import bare_stage
from qc_app.proof.drifting import Looked, looks
from qc_app.proof.episodes import LASTS, STAGES, START, WARM_UP, Call, rightly, schedule
from qc_app.proof.nights import Nights, moment
from qc_app.proof.outcome import AFTERMATH
from qc_app.proof.study import LEARNER

SENSOR = "sensor"
STATED = 0.1
"""False alarms of drift a stage and week at most, over all kinds."""
NOT_DRIFT = frozenset({"late_labels", "outage"})
Heard = Callable[[str, float], None]


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
    if not seeds or days < WARM_UP + LASTS or not 1 <= stages <= len(STAGES):
        raise SettingsError(
            f"bench drift: {len(seeds)} plants, {days} days, {stages} stages - use 1 plant, {WARM_UP + LASTS} days"
            f" and 1 to {len(STAGES)} stages, or more"
        )
    found, learner = DriftStudied(), make_learner(LEARNER).fit([])
    plays = [(seed, stage) for seed in seeds for stage in STAGES[:stages]]
    for place, (seed, stage) in enumerate(plays):
        told(f"plant {seed}: {stage}", place / len(plays))
        faults = schedule(seed, STAGES[:stages], days) if faulty else ()
        seen = _seen(seed, stage, days, faults, learner, by_grade=by_grade)
        if faulty:
            mine = [f for f in faults if f.stage == stage and f.kind not in NOT_DRIFT]
            found.noticed.extend(noticed(seed, fault, seen) for fault in mine)
        else:
            found.weeks[f"{seed} {stage}"] = len(seen) / 7
            found.rung.extend(rung(seed, stage, seen))
    return found


def _seen(
    seed: int, stage: str, days: int, faults: tuple[Fault, ...], learner: Learner, *, by_grade: bool
) -> list[Looked]:
    nights = Nights(bare_stage(seed, stage, days, faults), days, learner, Gate()).play()
    return list(looks(nights, by_grade=by_grade))


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
