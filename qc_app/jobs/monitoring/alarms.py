"""Raise what is, merge what is already there, clear what has gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from qc_app.records import Priority
from qc_app.store import Store

#: Kind of alarm -> what the one who reads it should do.
RESPONSES = {
    "predicted_out_of_spec": "Measure the next units; if confirmed, correct the process and hold the units named.",
    "measured_out_of_spec": "Hold the units named, measure their neighbours, decide their disposition.",
    "control_rule": "Look for an assignable cause (tool, material, setting) and note it as an event.",
    "anomaly": "Compare the units with normal ones on the stage page; check material and sensors; measure one.",
    "drift": "Read which parameter moved; check its sensor first, then the process; enter labels of new units.",
    "bad_data": "Check the sensor or the mapping named; correct it, then replay what is in quarantine.",
    "stale_source": "Check that the source is running and reachable: `qc check` tries it step by step.",
    "late_labels": "Ask the laboratory for the results owed, or enter them on the labels page.",
    "model_off": "Do not rely on its predictions; measure more units, read what changed, enter labels, retrain.",
    "model_stale": "See the decisions on the models page: more labels, or a retrain by hand.",
    "learner_degraded": "Read the reason on the models page; let the night search better settings, or `qc retune` now.",
    "night_missed": "See that the scheduler runs (`qc status`); run the night now with `qc night`.",
    "conservation": "Keep the log and the folder as they are and report it: records are not all accounted for.",
    "step_failed": "Read the sentence; correct the cause; the next night repeats the step, or run `qc night`.",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """An abnormal state that needs a response, as it is now."""

    kind: str
    subject: str
    priority: Priority
    sentence: str


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
    found = {(c.kind, c.subject): c for c in conditions}
    for c in found.values():
        store.journal.alarms.raise_(c.kind, stage, c.subject, c.priority, c.sentence, RESPONSES[c.kind], at)
    looked_for = set(kinds)
    for alarm in store.journal.alarms.list(open_only=True, stage=stage):
        gone = alarm.kind in looked_for and (alarm.kind, alarm.subject) not in found
        if gone and alarm.state != "returned":
            store.journal.alarms.clear(alarm.kind, stage, alarm.subject, at)
