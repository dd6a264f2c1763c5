"""The gate's verdict on a challenger: a function of the store at the cut-off, the rules and the seed alone.

So it can be computed again from its record at any time: see `reproduce`.
"""

from __future__ import annotations

from typing import Any

from data_connectors.schema import Characteristic, Stage
from models import gate
from models.export.guards import export_guards
from models.guards import Guard, check_guards
from models.words import counted
from qc_app.jobs.model.edge import units
from qc_app.jobs.model.standing import YOUNG_FACTOR, recipe_guard
from qc_app.jobs.model.trial import Trial, stage_trial
from qc_app.jobs.night import Night
from qc_app.plant import Gate
from qc_app.records import Decision, Pointers, Verdict

PAIRED = "paired difference of losses, bootstrap by lot"
SHADOW = "paired difference of losses on the units of the shadow period, bootstrap by lot"
FIRST_MODEL = "first model of the stage, guards only"
YOUNG = "the champion is young and this model knows more labels, guards only"
RULES = (PAIRED, SHADOW, FIRST_MODEL, YOUNG)
Found = tuple[Verdict, str, dict[str, Any]]
_VERDICTS: dict[str, Verdict] = {"promote": "promoted", "keep": "kept", "undecided": "undecided"}
_TOLD = 3


def verdict(night: Night, stage: Stage, what: Characteristic, pointers: Pointers) -> Decision:
    """Judge the challenger; nothing is written.

    Parameters
    ----------
    night : Night
    stage : Stage
    what : Characteristic
    pointers : Pointers
        With a challenger.

    Returns
    -------
    Decision
        Whose numbers hold the digest of the evidence (`Trial.digest`), the rules, and what was left out.
    """
    models = night.store.journal.models
    challenger, rules = pointers.challenger or "", night.plant.gate
    shadowed = bool(rules.shadow_nights and pointers.champion)
    trial = stage_trial(night, stage, what, pointers, models.get(challenger).cutoff if shadowed else None)
    rule, seed = SHADOW if shadowed else _rule(night, pointers, trial), night.seed(stage, what)
    compared = rule in {PAIRED, SHADOW}
    found = _paired(night, trial, what, seed) if compared else _guarded(night, trial, rule, challenger)
    outcome, sentence, numbers = _exportable(night, stage, challenger, found)
    return Decision(
        stage=stage.id,
        characteristic=what.name,
        plant_day=night.day,
        at=night.cutoff,
        verdict=outcome,
        rule=rule,
        sentence=sentence + _left_out(trial),
        champion=pointers.champion,
        challenger=challenger,
        rows=len(trial),
        seed=seed,
        numbers=numbers | _evidence(trial),
    )


def _evidence(trial: Trial) -> dict[str, Any]:
    told: dict[str, Any] = {"evidence": trial.digest()}
    if trial.passed_over:
        told["passed_over"] = trial.passed_over
    return told | ({"set_aside": trial.set_aside} if trial.set_aside else {})


def _left_out(trial: Trial) -> str:
    """Say which labels cannot belong to the stage and were no evidence."""
    if not trial.set_aside:
        return ""
    some = ", ".join(f"{unit}: {value:.4g}" for unit, value in list(trial.set_aside.items())[:_TOLD])
    more = ", ..." if len(trial.set_aside) > _TOLD else ""
    return f"; {counted(len(trial.set_aside), 'label')} set aside as implausible ({some}{more})"


def _rule(night: Night, pointers: Pointers, trial: Trial) -> str:
    if pointers.champion is None:
        return FIRST_MODEL
    models = night.store.journal.models
    known = (models.get(pointers.champion).n_labels, models.get(pointers.challenger or "").n_labels)
    return rule_over(known, len(trial), night.plant.gate)


def rule_over(known: tuple[int, int], rows: int, rules: Gate) -> str:
    """Return how a challenger is judged against a champion.

    A young champion gives way to a model that knows more labels, unless there are rows for a comparison: to protect a
    model with a dozen labels by a comparison, as many labels again would have to be kept from the model that replaces
    it: at the steep end of the learning curve that costs more than it saves.

    Parameters
    ----------
    known : tuple of int
        Labels that champion and challenger stand on.
    rows : int
        Labels that neither saw.
    rules : Gate

    Examples
    --------
    >>> rule_over((12, 20), 5, Gate()) == YOUNG, rule_over((12, 20), 8, Gate()) == PAIRED
    (True, True)
    """
    young = known[0] < YOUNG_FACTOR * rules.min_rows and known[1] > known[0]
    return YOUNG if young and rows < rules.min_rows else PAIRED


def _paired(night: Night, trial: Trial, what: Characteristic, seed: int) -> Found:
    found = compared(trial, night.plant.gate, seed, "" if what.kind == "binary" else what.unit)
    return _VERDICTS[found.verdict], found.sentence, found.numbers()


def compared(trial: Trial, rules: Gate, seed: int, unit: str = "") -> gate.Judgement:
    """Judge a trial by the rules of a plant, guards included.

    Parameters
    ----------
    trial : Trial
    rules : Gate
    seed : int
        Of the bootstrap.
    unit : str, optional
        Of the losses, for the sentence.
    """
    champion_loss = trial.champion.mean() if trial.champion is not None and len(trial) else 0.0
    return gate.judge(
        trial.champion if trial.champion is not None else [],
        trial.challenger,
        trial.lots,
        later=trial.later,
        delta=rules.delta_share * float(champion_loss),
        seed=seed,
        min_rows=rules.min_rows,
        evidence=trial.evidence(rules.coverage_tolerance),
        unit=unit,
    )


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
    if not guards:
        return "promoted", f"{rule}: no labels were left to check it on", numbers
    hold = "holds" if len(guards) == 1 else "hold"
    return "promoted", f"{rule}: {counted(len(guards), 'guard')} {hold} on {counted(len(trial), 'label')}", numbers


def _exportable(night: Night, stage: Stage, challenger: str, found: Found) -> Found:
    """Keep what would be promoted but does not answer alike as ONNX, where the plant asks for that."""
    outcome, sentence, numbers = found
    if outcome != "promoted" or not night.plant.gate.export:
        return found
    _, task = night.answers.recipe(challenger)
    guards = export_guards(night.answers.model(challenger), *units(night.store, night.steps(), stage, task))
    numbers = numbers | {"guards": numbers["guards"] | {guard.name: guard.numbers() for guard in guards}}
    failed = "; ".join(guard.sentence for guard in guards if not guard.passed)
    return ("kept", f"{sentence}; but {failed}", numbers) if failed else (outcome, sentence, numbers)
