"""The way back: a former champion that does better on what came since it was replaced answers again."""

from __future__ import annotations

from dataclasses import replace

from data_connectors.schema import Characteristic, Stage
from qc_app.jobs.faultpoint import reached
from qc_app.jobs.model.verdict import last_promotion, verdict
from qc_app.jobs.night import Night
from qc_app.jobs.step import Result


def reinstate(night: Night, stage: Stage, what: Characteristic) -> Result:
    """Hold the former champion against the present one, by the gate's own rule, on units made since the change.

    A promotion is right for the plant as it was judged; where a disturbance ends, or a gauge is mended, the model from
    before is the better one at once, and no new one has to be learned. Only what the night itself promoted is taken
    back; where the plant asks for approval, it is only told.

    Parameters
    ----------
    night : Night
    stage : Stage
    what : Characteristic

    Returns
    -------
    Result
        The verdict in words; it is recorded as a decision where it changes who answers.
    """
    models = night.store.journal.models
    pointers = models.pointers(stage.id, what.name)
    if pointers.champion is None or pointers.previous is None:
        return Result("there is no former champion", skipped=True)
    change = last_promotion(night, stage, what)
    if change is None or change.author != "night":
        return Result("a person chose the champion: the night does not take that back", skipped=True)
    found = verdict(night, stage, what, replace(pointers, challenger=pointers.previous))
    numbers = {"verdict": "kept", "rows": found.rows}
    if found.verdict != "promoted":
        return Result(f"the champion stays: {found.sentence}", numbers)
    if night.plant.gate.approval:
        return Result(f"{found.sentence}; it answers again only if a person rolls back", numbers)
    night.permit()
    reached("before_swap")
    models.promote(stage.id, what.name, pointers.previous, found)
    reached("after_swap")
    return Result(found.sentence, {"verdict": "promoted", "model": pointers.previous, "rows": found.rows})
