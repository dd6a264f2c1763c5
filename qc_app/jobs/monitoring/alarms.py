"""The door to the alarms for what runs by itself: raise what is, merge what is there, clear what has gone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from qc_app.alarming import Rule, at_level
from qc_app.plant import Plant, rule_in_force
from qc_app.records import Alarm, Priority
from qc_app.store import Store, plant_in_force

SWITCHED_OFF = "switched off in the plant's definition"


@dataclass(frozen=True, slots=True)
class Condition:
    """An abnormal state that needs a response, as it is now.

    Parameters
    ----------
    kind, subject : str
    priority : str
        Where the plant's rule has none.
    sentence : str
    level : float
        How far it has gone, 1 being where it begins; below 1 it only keeps an alarm that stands, within the kind's
        dead band.
    """

    kind: str
    subject: str
    priority: Priority
    sentence: str
    level: float = 1.0


def settle(store: Store, stage: str, kinds: Iterable[str], conditions: Iterable[Condition], at: datetime) -> None:
    """Make the open alarms of some kinds at a stage agree with the conditions found.

    Parameters
    ----------
    store : Store
    stage : str
        Empty for the plant as a whole.
    kinds : iterable of str
        The kinds that were looked for; alarms of others stay as they are.
    conditions : iterable of Condition
        What is abnormal now.
    at : datetime
    """
    open_ones = {(a.kind, a.subject): a for a in store.journal.alarms.list(stage=stage, delayed=True)}
    plant = plant_in_force(store)
    found = {(c.kind, c.subject): c for c in conditions if _there(c, open_ones, plant, stage)}
    looked_for = set(kinds)
    gone = [a for key, a in open_ones.items() if a.kind in looked_for and key not in found and a.signal]
    standing = _standing(open_ones.values(), gone) | {kind for kind, _ in found}
    for condition in found.values():
        _raise(store, plant, stage, condition, standing, at)
    for alarm in gone:
        store.journal.alarms.clear(alarm.kind, stage, alarm.subject, at)
    for key, alarm in open_ones.items():
        if key not in found and alarm not in gone:
            _hide(store, plant, alarm, standing, at)


def ring(store: Store, stage: str, condition: Condition, at: datetime) -> None:
    """Raise one alarm, or merge it with the open one; for what is noticed by itself and not looked for."""
    standing = _standing(store.journal.alarms.list(stage=stage), ())
    _raise(store, plant_in_force(store), stage, condition, standing, at)


def hush(store: Store, kind: str, stage: str, subject: str, at: datetime) -> None:
    """Note that one condition is gone."""
    store.journal.alarms.clear(kind, stage, subject, at)


def _rule(plant: Plant | None, kind: str, stage: str) -> Rule:
    return rule_in_force(plant.alarms if plant else (), kind, stage)


def _there(condition: Condition, open_ones: dict[tuple[str, str], Alarm], plant: Plant | None, stage: str) -> bool:
    before = open_ones.get((condition.kind, condition.subject))
    dead_band = _rule(plant, condition.kind, stage).dead_band
    return at_level(condition.level, dead_band, standing=before is not None and before.abnormal)


def _standing(alarms: Iterable[Alarm], gone: Collection[Alarm]) -> set[str]:
    """Return the kinds that stand and may suppress others: not those hidden by logic or taken out of service."""
    return {a.kind for a in alarms if a.abnormal and not a.suppressed and not a.removed and a not in gone}


def _suppressed(rule: Rule, standing: Collection[str]) -> str:
    """Return why the plant's logic hides an alarm, an empty string if it does not."""
    if not rule.enabled:
        return SWITCHED_OFF
    causes = [kind for kind in rule.suppressed_by if kind in standing]
    return f"{causes[0].replace('_', ' ')} stands at this stage and says why" if causes else ""


def _raise(  # noqa: PLR0917 - a condition, where it is, what else is there, when
    store: Store, plant: Plant | None, stage: str, condition: Condition, standing: Collection[str], at: datetime
) -> None:
    rule = _rule(plant, condition.kind, stage)
    store.journal.alarms.raise_(
        *(condition.kind, stage, condition.subject, condition.priority, condition.sentence, "", at),
        rule=rule,
        related=_related(plant, stage),
        suppressed=_suppressed(rule, standing),
    )


def _hide(store: Store, plant: Plant | None, alarm: Alarm, standing: Collection[str], at: datetime) -> None:
    """Let what other alarms say now suppress an alarm that was not looked for, or show it again."""
    reason = _suppressed(_rule(plant, alarm.kind, alarm.stage), standing) if alarm.abnormal else ""
    if bool(reason) != bool(alarm.suppressed) and alarm.id is not None:
        store.journal.alarms.hide(alarm.id, reason, at)


def _related(plant: Plant | None, stage: str) -> set[str]:
    """Return the stages that feed a stage or are fed by it."""
    if plant is None or not stage:
        return set()
    above = {name for one in plant.stages if one.id == stage for name in one.upstream}
    return above | {one.id for one in plant.stages if stage in one.upstream}
