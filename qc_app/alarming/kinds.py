"""Every kind of alarm with its rule: priority, consequence, what to do, delays; the plant may change each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Priority = Literal["low", "medium", "high"]
PRIORITIES: tuple[Priority, ...] = ("low", "medium", "high")
HOUR = 3600.0
DAY = 24 * HOUR

#: Where the cause lies; alarms of one group may be one incident.
GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "process": "what is made",
        "data": "what the plant tells us",
        "model": "what is predicted with",
        "program": "the program and its machine",
    }
)


@dataclass(frozen=True, slots=True)
class Rule:
    """How one kind of alarm is treated (its entry in the master alarm database of ISA-18.2).

    Parameters
    ----------
    kind : str
    group : str
        One of `GROUPS`.
    consequence : str
        What happens if nobody responds.
    response : tuple of str
        The out-of-control action plan: steps in their order.
    priority : str
        ``low``, ``medium``, ``high``; empty: as the condition says.
    on_delay_s, off_delay_s : float
        For how long the condition must be there, or gone, before it counts.
    dead_band : float
        How far below the raising level the condition must fall to be gone, as a share of it.
    escalate_after_s : float
        After so long unacknowledged the priority rises by one and the routes are told again; 0: never.
    suppressed_by : tuple of str
        While an alarm of one of these kinds stands at the same stage, this one is suppressed by design: it would only
        repeat that one's consequence.
    enabled : bool
        False: suppressed by design always.
    """

    kind: str
    group: str
    consequence: str = ""
    response: tuple[str, ...] = ()
    priority: Priority | Literal[""] = ""
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0
    dead_band: float = 0.0
    escalate_after_s: float = 0.0
    suppressed_by: tuple[str, ...] = ()
    enabled: bool = True


def rule_of(kind: str) -> Rule:
    """Return the rule of a kind; one that nobody listed is of the program and has no plan.

    Examples
    --------
    >>> rule_of("measured_out_of_spec").response[0]
    'Hold the units named'
    >>> rule_of("new one").group
    'program'
    """
    return KINDS.get(kind) or Rule(kind, "program")


KINDS: Mapping[str, Rule] = MappingProxyType({rule.kind: rule for rule in (
    Rule("predicted_out_of_spec", "process",
         "Nonconforming units go on to the next stage before anybody measures one",
         ("Measure the next units", "If confirmed: hold the units named", "Correct the process",
          "Measure again until five in a row conform"),
         dead_band=0.34, escalate_after_s=4 * HOUR),
    Rule("measured_out_of_spec", "process",
         "Nonconforming units reach the customer or the next stage",
         ("Hold the units named", "Measure their neighbours", "Correct the process", "Decide their disposition"),
         escalate_after_s=HOUR),
    Rule("control_rule", "process",
         "The process moves on until it leaves the specification",
         ("Look for an assignable cause: tool, material, setting, shift", "Note it as an event on the Data page",
          "Remove the cause, or exclude the points with it"),
         escalate_after_s=DAY),
    Rule("anomaly", "process",
         "Units are made in a way that the stage's past says nothing about",
         ("Compare the units with normal ones on the Stage page", "Check material and sensors", "Measure one of them"),
         dead_band=0.34, escalate_after_s=DAY, suppressed_by=("bad_data",)),
    Rule("drift", "process",
         "Predictions become worse without anybody seeing it",
         ("Read which parameter moved", "Check its sensor", "Check the process", "Enter labels of new units"),
         escalate_after_s=DAY, suppressed_by=("bad_data",)),
    Rule("bad_data", "data",
         "Predictions of the units concerned mean nothing",
         ("Check the sensor or the mapping named", "Correct it", "Replay what is in quarantine"),
         escalate_after_s=DAY),
    Rule("stale_source", "data",
         "Nothing of this stage is seen any more",
         ("See whether the stage is running", "Try the source: `qc check`", "Restart what does not answer"),
         escalate_after_s=DAY),
    Rule("late_labels", "data",
         "The models learn nothing new and cannot be judged",
         ("Ask the laboratory for the results owed", "Enter them on the Labels page")),
    Rule("gauge_overdue", "data",
         "What the gauge reads, and what models learn from it, is less certain than it says",
         ("Study the gauge again: ten parts, three people, three trials", "Record the study: `qc spc gauge`")),
    Rule("model_off", "model",
         "Intervals promise more than they keep; decisions rest on them",
         ("Do not rely on its predictions", "Measure more units", "Read what changed on the Models page",
          "Enter labels, then retrain"),
         escalate_after_s=DAY),
    Rule("model_stale", "model",
         "The model describes a process of a month ago",
         ("Read the verdicts on the Models page", "Enter more labels, or retrain by hand")),
    Rule("learner_degraded", "model",
         "New stages and new models start from worse than they could",
         ("Read the reason on the Models page", "Let the night search better settings, or `qc retune` now")),
    Rule("conservation", "data",
         "Nobody can say which records are missing, or twice",
         ("Keep the log and the folder as they are", "Report it: records are not all accounted for"),
         escalate_after_s=DAY),
    Rule("new_column", "data",
         "What it measures is kept, and no model reads it",
         ("Accept or decline it on the Data page, or with `qc schema`",)),
    Rule("renamed", "data",
         "The parameter is taken as not measured from now on",
         ("Ask who changed the source", "Accept or decline it on the Data page: accepting joins the history")),
    Rule("unit_changed", "data",
         "The values are held back, and models take the parameter as not measured",
         ("Ask who changed the source", "Accept or decline it on the Data page: the values wait for it"),
         escalate_after_s=DAY),
    Rule("type_changed", "data",
         "Rows wait in quarantine, and their units are not predicted",
         ("Correct decimal or mapping of the source", "Replay the quarantine", "Accept it on the Data page"),
         escalate_after_s=DAY),
    Rule("column_missing", "data",
         "Models take the parameter as not measured; predictions of the stage are wider",
         ("Check the source", "If the column is gone for good, remove the parameter or name it `optional`"),
         escalate_after_s=DAY),
    Rule("step_failed", "program",
         "The stage keeps its models and numbers of yesterday",
         ("Read the sentence", "Correct the cause", "Let the next night repeat the step, or run `qc night`"),
         escalate_after_s=DAY),
    Rule("night_missed", "program",
         "All models and numbers are those of the night before",
         ("See that the scheduler runs: `qc status`", "Start it: `qc up`", "Run the night now: `qc night`"),
         escalate_after_s=4 * HOUR),
    Rule("scheduler_down", "program",
         "Nothing is read, predicted or adapted, and nobody is told of other alarms",
         ("See why it ended: the end of the logs", "Start it: `qc up`"),
         escalate_after_s=HOUR),
    Rule("not_told", "program",
         "Alarms wait on the page, and nobody knows",
         ("Read why: `qc notify list`", "Mend the route: `qc notify test ROUTE` tries it", "`qc notify resend`"),
         escalate_after_s=HOUR),
    Rule("disk", "program",
         "Sources pause, and the night stops when nothing can be written",
         ("Free space on the disk named", "See with `qc check` that it is enough"),
         off_delay_s=600.0, dead_band=0.1, escalate_after_s=4 * HOUR),
    Rule("backup_overdue", "program",
         "What happened since the last backup is lost with this disk",
         ("Read why it failed: the alarm of the step `backup`, the end of the logs",
          "Mend the folder, or free space there", "Take one now: `qc backup`"),
         escalate_after_s=DAY),
    Rule("certificate", "program",
         "Browsers and sources refuse the connection from that day on",
         ("Renew the certificate named", "Restart what serves it"),
         escalate_after_s=7 * DAY),
)})  # fmt: skip
