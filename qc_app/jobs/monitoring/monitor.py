"""Look whether something moved since the model was adapted, and whether the sensors are sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from data_connectors.schema import Characteristic, Stage
from models import Adapted, drift
from models.base import Array
from models.drift.picture import pictured
from models.explain import change, means_of
from qc_app.jobs.monitoring.alarms import Condition, settle
from qc_app.jobs.monitoring.windows import Seen, seen
from qc_app.jobs.night import Night
from qc_app.jobs.step import Result
from qc_app.records import DriftReport

KEPT = 5
KINDS = ("drift", "bad_data")
CONTEXTS = 12


@dataclass(frozen=True, slots=True)
class Finding:
    """What the night found of one characteristic, and what it looked at."""

    what: Characteristic
    found: drift.Examination
    looked: Seen | None


def monitor(night: Night, stage: Stage) -> Result:
    """Test inputs, relation and output of every characteristic; name failed sensors; raise and clear the alarms.

    Parameters
    ----------
    night : Night
    stage : Stage

    Returns
    -------
    Result
        One sentence for the stage; the verdicts are in the journal, the failed sensors in ``numbers["faults"]``.
    """
    findings = [examined(night, stage, what) for what in stage.characteristics]
    faults = {f.column: f for finding in findings for f in finding.found.faults}
    conditions = [Condition("bad_data", f.column, "medium", f.sentence) for f in faults.values()]
    conditions += moved_facts([(f.what.name, f.found.verdicts) for f in findings])
    settle(night.store, stage.id, KINDS, conditions, night.cutoff)
    reports = [report for finding in findings for report in reported(night, stage, finding)]
    if reports and not night.store.journal.drift.list(stage=stage.id, plant_day=night.day, last=1):
        night.store.journal.drift.add(reports)
    words = "; ".join(f"{finding.what.name}: {finding.found.summary.sentence}" for finding in findings)
    told = [asdict(fault) for fault in faults.values()]
    return Result(words, {"alarms": len(conditions), "reports": len(reports), "faults": told})


def moved_facts(verdicts: Sequence[tuple[str, Sequence[drift.Verdict]]]) -> list[Condition]:
    """Return one alarm for each fact: the inputs of a stage moved, whatever it makes for one; a relation, each its own.

    Parameters
    ----------
    verdicts : sequence of (str, sequence of Verdict)
        Of each characteristic.

    Examples
    --------
    >>> still = drift.no_verdict("inputs", "force", 40, 40.0, "")
    >>> moved = replace(still, matters=True, effect=1.0, sentence="force moved by 2.0 sd")
    >>> [(one.subject, one.sentence) for one in moved_facts([("width", [moved]), ("length", [moved])])]
    [('inputs', 'force moved by 2.0 sd; it tells on width and length')]
    """
    told = [(name, v) for name, found in verdicts for v in found if v.matters]
    conditions = [Condition("drift", name, "medium", v.plain) for name, v in told if v.drift_of != "inputs"]
    moved = sorted((pair for pair in told if pair[1].drift_of == "inputs"), key=lambda pair: -pair[1].effect)
    if not moved:
        return conditions
    largest = moved[0][1]
    subjects = list(dict.fromkeys(v.subject for _, v in moved))
    concerned = " and ".join(dict.fromkeys(name for name, _ in moved))
    more = f" (and {', '.join(subjects[1:4])}{', ...' if len(subjects) > 4 else ''})" if len(subjects) > 1 else ""
    head = largest.plain.partition("; it moves the predicted")[0]
    return [Condition("drift", "inputs", "medium", f"{head}{more}; it tells on {concerned}"), *conditions]


def examined(night: Night, stage: Stage, what: Characteristic) -> Finding:
    """Look at one characteristic as the night does; nothing is stored.

    Parameters
    ----------
    night : Night
    stage : Stage
    what : Characteristic

    Returns
    -------
    Finding
    """
    looked = seen(night, stage, what)
    if looked is None:
        nothing = drift.no_verdict("inputs", what.name, 0, 0.0, "no model yet to hold the units against")
        return Finding(what, drift.Examination((), (nothing,), drift.summarize([nothing])), None)
    found = drift.examine(looked.windows)
    told = moved_by(found.verdicts, looked.model, looked.windows, what)
    return Finding(what, replace(found, verdicts=told, summary=drift.summarize(told)), looked)


def moved_by(
    verdicts: Sequence[drift.Verdict], model: Adapted, windows: drift.Windows, what: Characteristic
) -> tuple[drift.Verdict, ...]:
    """Let the verdict on each parameter that drifted say what it did to the predicted mean.

    Parameters
    ----------
    verdicts : sequence of Verdict
    model : Adapted
        Whose learned mapping carries the change.
    windows : models.drift.Windows
    what : Characteristic

    Returns
    -------
    tuple of Verdict
        The same verdicts, those on parameters that drifted with a longer sentence.
    """
    if not any(v.drifted and v.subject in windows.columns for v in verdicts):
        return tuple(verdicts)
    found = change(means_of(model), *windows.x)
    parts = dict(zip(windows.columns, found.parts.tolist(), strict=True))
    whole = f"{what.unit}, of {found.total:+.3g} in all".lstrip() if what.unit else f"of {found.total:+.3g} in all"
    return tuple(
        replace(v, sentence=f"{v.sentence}; it moves the predicted {what.name} by {parts[v.subject]:+.3g} {whole}")
        if v.drifted and v.subject in parts
        else v
        for v in verdicts
    )


def reported(night: Night, stage: Stage, finding: Finding) -> list[DriftReport]:
    """Keep what moved, and the largest of the rest: a quiet night leaves few rows."""
    decided = [v for v in finding.found.verdicts if v.decided]
    moved = [v for v in decided if v.drifted]
    quiet = [v for v in decided if not v.drifted][:KEPT]
    fields = ("drift_of", "subject", "test", "statistic", "threshold", "p_value", "n", "effect", "drifted", "matters",
              "sentence")  # fmt: skip
    return [
        DriftReport(
            stage.id,
            finding.what.name,
            night.day,
            night.cutoff,
            **{name: getattr(v, name) for name in fields},
            picture=_picture(v, finding.looked),
        )
        for v in [*moved, *quiet]
    ]


def _picture(verdict: drift.Verdict, looked: Seen | None) -> dict[str, Any]:
    """Return both distributions of a verdict in few bins, and how far it moved in each context."""
    windows = _values(verdict, looked.windows) if looked else None
    drawn = pictured(*windows) if windows else None
    found = asdict(drawn) if drawn else {}
    if verdict.in_context:
        found["contexts"] = [asdict(one) for one in verdict.in_context[:CONTEXTS]]
    return found


def _values(verdict: drift.Verdict, windows: drift.Windows) -> tuple[Array, Array] | None:
    if verdict.drift_of == "relation":
        return windows.residuals
    if verdict.drift_of == "output":
        return windows.measured
    if verdict.subject not in windows.columns:
        return None
    place = list(windows.columns).index(verdict.subject)
    before, now = (np.asarray(x[:, place]) for x in windows.x)
    if not verdict.newest:
        return before, now
    told = np.concatenate([before, now])
    told = told[~np.isnan(told)]
    return told[: -verdict.newest], told[-verdict.newest :]
