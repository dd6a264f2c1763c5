"""Judge the challenger on labels it never saw; promote exactly the model that was judged."""

from __future__ import annotations

from typing import Any

from data_connectors.schema import Characteristic, Stage
from models import gate
from models.export.guards import export_guards
from models.guards import Guard, check_guards
from qc_app.jobs.faultpoint import reached
from qc_app.jobs.model.edge import units
from qc_app.jobs.model.standing import YOUNG_FACTOR, recipe_guard
from qc_app.jobs.model.trial import Trial, stage_trial
from qc_app.jobs.night import Night
from qc_app.jobs.step import Result
from qc_app.records import Decision, Pointers, Verdict

PAIRED = "paired difference of losses, bootstrap by lot"
FIRST_MODEL = "first model of the stage, guards only"
YOUNG = "the champion is young and this model knows more labels, guards only"
Found = tuple[Verdict, str, dict[str, Any]]
_VERDICTS: dict[str, Verdict] = {"promote": "promoted", "keep": "kept", "undecided": "undecided"}


def judge(night: Night, stage: Stage, what: Characteristic) -> Result:
    """Judge what is on trial, and move the pointers as the verdict says.

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
    trial = stage_trial(night, stage, what, pointers)
    decision = _verdict(night, stage, what, pointers, trial)
    reached("after_judge")
    _carry_out(night, decision)
    return Result(decision.sentence, {"verdict": decision.verdict, "model": decision.challenger, "rows": len(trial)})


def _verdict(night: Night, stage: Stage, what: Characteristic, pointers: Pointers, trial: Trial) -> Decision:
    rule = _rule(night, pointers, trial)
    seed = night.seed(stage, what)
    if rule == PAIRED and trial.champion is not None:
        found = _paired(night, trial, what, seed)
    else:
        found = _guarded(night, trial, rule, pointers.challenger or "")
    verdict, sentence, numbers = _exportable(night, stage, pointers.challenger or "", found)
    return Decision(
        stage=stage.id,
        characteristic=what.name,
        plant_day=night.day,
        at=night.cutoff,
        verdict=verdict,
        rule=rule,
        sentence=sentence,
        champion=pointers.champion,
        challenger=pointers.challenger,
        rows=len(trial),
        seed=seed,
        numbers=numbers | ({"passed_over": trial.passed_over} if trial.passed_over else {}),
    )


def _rule(night: Night, pointers: Pointers, trial: Trial) -> str:
    """A young champion gives way to a model that knows more labels, unless there are rows for a comparison.

    To protect a model with a dozen labels by a comparison, as many labels again would have to be kept from the model
    that replaces it: at the steep end of the learning curve that costs more than it saves.
    """
    if pointers.champion is None:
        return FIRST_MODEL
    rows = night.plant.gate.min_rows
    labels = night.store.journal.models.get(pointers.champion).n_labels
    knows_more = night.store.journal.models.get(pointers.challenger or "").n_labels > labels
    return YOUNG if labels < YOUNG_FACTOR * rows and knows_more and len(trial) < rows else PAIRED


def _paired(night: Night, trial: Trial, what: Characteristic, seed: int) -> Found:
    rules = night.plant.gate
    champion_loss = trial.champion.mean() if trial.champion is not None and len(trial) else 0.0
    found = gate.judge(
        trial.champion if trial.champion is not None else [],
        trial.challenger,
        trial.lots,
        delta=rules.delta_share * float(champion_loss),
        seed=seed,
        min_rows=rules.min_rows,
        evidence=trial.evidence(rules.coverage_tolerance),
        unit="" if what.kind == "binary" else what.unit,
    )
    return _VERDICTS[found.verdict], found.sentence, found.numbers()


def _guarded(night: Night, trial: Trial, rule: str, challenger: str) -> Found:
    rules = night.plant.gate
    guards: list[Guard] = []
    if len(trial) >= rules.min_rows:
        delta = rules.delta_share * float(trial.baseline.mean())
        guards += check_guards(trial.evidence(rules.coverage_tolerance), rules.min_rows, delta)
    else:
        recipe = recipe_guard(*night.answers.recipe(challenger), rules.delta_share)
        guards += [recipe] if recipe else []
    failed = [guard for guard in guards if not guard.passed]
    numbers = {"guards": {guard.name: guard.numbers() for guard in guards}, "rows": len(trial)}
    if failed:
        return "kept", f"{rule}, but {'; '.join(guard.sentence for guard in failed)}", numbers
    return "promoted", f"{rule}: {len(guards)} guards hold on {len(trial)} labels", numbers


def _exportable(night: Night, stage: Stage, challenger: str, found: Found) -> Found:
    """Keep what would be promoted but does not answer alike as ONNX, where the plant asks for that."""
    verdict, sentence, numbers = found
    if verdict != "promoted" or not night.plant.gate.export:
        return found
    _, task = night.answers.recipe(challenger)
    guards = export_guards(night.answers.model(challenger), *units(night.store, night.steps(), stage, task))
    numbers = numbers | {"guards": numbers["guards"] | {guard.name: guard.numbers() for guard in guards}}
    failed = "; ".join(guard.sentence for guard in guards if not guard.passed)
    return ("kept", f"{sentence}; but {failed}", numbers) if failed else (verdict, sentence, numbers)


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
    last = night.store.journal.decisions.list(stage=decision.stage, characteristic=decision.characteristic, last=1)
    return bool(last) and (last[0].plant_day, last[0].challenger) == (decision.plant_day, decision.challenger)
