"""Judge the challenger on labels it never saw; promote exactly what was judged, or let it wait for a person."""

from __future__ import annotations

from dataclasses import replace

from data_connectors.schema import Characteristic, Stage
from qc_app.clock import plant_day
from qc_app.jobs.faultpoint import reached
from qc_app.jobs.model.verdict import verdict
from qc_app.jobs.night import Night
from qc_app.jobs.step import Result
from qc_app.records import Decision, Pointers

WAITS = "it waits for the approval of a second person"


def judge(night: Night, stage: Stage, what: Characteristic) -> Result:
    """Judge what is on trial, and move the pointers as the verdict says.

    In its shadow period a challenger is only looked at. Where the plant asks for approval, a promotion is put to a
    person and moves nothing; the challenger is judged anew every night until then, and loses the proposal where the
    evidence turns. What a person proposed is left to the second one.

    Parameters
    ----------
    night : Night
    stage : Stage
    what : Characteristic

    Returns
    -------
    Result
        The verdict in words.
    """
    pointers = night.store.journal.models.pointers(stage.id, what.name)
    if pointers.challenger is None:
        return Result("nothing is on trial", skipped=True)
    newest = night.store.journal.decisions.list(stage=stage.id, characteristic=what.name, last=1)
    if newest and newest[0].verdict == "awaiting" and newest[0].author != "night":
        return Result(f"nothing is judged: {newest[0].sentence}", {"verdict": "awaiting"}, skipped=True)
    found = verdict(night, stage, what, pointers)
    shadow = _in_shadow(night, pointers)
    if shadow:
        return Result(f"{shadow}; so far: {found.sentence}", {"verdict": "shadow", "rows": found.rows})
    decision = _put_to_a_person(night, found)
    reached("after_judge")
    _carry_out(night, decision)
    return Result(decision.sentence, {"verdict": decision.verdict, "model": decision.challenger, "rows": found.rows})


def _in_shadow(night: Night, pointers: Pointers) -> str:
    """Say which night of its shadow period it is for the challenger; empty after it, or where there is none."""
    nights = night.plant.gate.shadow_nights
    if not nights or pointers.champion is None:
        return ""
    built = night.store.journal.models.get(pointers.challenger or "").cutoff
    since = (night.day - plant_day(built, night.plant.zone, night.plant.day_starts)).days
    return f"the challenger predicts in the shadow: night {since} of {nights}" if since < nights else ""


def _put_to_a_person(night: Night, found: Decision) -> Decision:
    if found.verdict != "promoted" or not night.plant.gate.approval:
        return found
    return replace(found, verdict="awaiting", sentence=f"{found.sentence}; {WAITS}")


def _carry_out(night: Night, decision: Decision) -> None:
    models = night.store.journal.models
    key = (decision.stage, decision.characteristic)
    night.permit()
    if decision.verdict == "promoted":
        reached("before_swap")
        models.promote(*key, str(decision.challenger), decision)
        reached("after_swap")
    elif decision.verdict == "kept":
        models.reject(*key, str(decision.challenger), decision)
    elif not _told(night, decision):
        night.store.journal.decisions.add(decision)


def _told(night: Night, decision: Decision) -> bool:
    """Whether the same was said of the challenger: today, or that it waits."""
    last = night.store.journal.decisions.list(stage=decision.stage, characteristic=decision.characteristic, last=1)
    if not last or last[0].challenger != decision.challenger:
        return False
    return last[0].plant_day == decision.plant_day or last[0].verdict == decision.verdict == "awaiting"
