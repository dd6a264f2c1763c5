"""When the learner degrades, or on request: search other settings, try them on held-out stages, let the gate decide."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from models import learner_names
from models.base import Task
from models.continual import taught
from models.continual.memory import gone, thinned
from models.gate import Judgement
from models.gate import judge as gate_judge
from models.shares import member_names, member_shares
from models.state import from_bytes
from models.tuning import HeldOut, Losses, Proposal, Ranking, made, proposals, successive_halving
from models.tuning.spaces import spaces
from models.words import counted
from qc_app.jobs.learner.train import label_counts, train, training_tasks
from qc_app.jobs.model.answers import STATE
from qc_app.jobs.model.inheritance import Recipe, inheritance
from qc_app.jobs.night import Night
from qc_app.jobs.step import Result
from qc_app.records import Decision, Run, Verdict

JOB = "retune"
RULE = "search for settings: paired losses on held-out stages, bootstrap by stage, then the guard against forgetting"
FOLDS = 3
LIMIT = 24
MOST_PROPOSALS = 10
MOST_STAGES = 18
FEWEST_STAGES = 6
REST = timedelta(days=7)
LONGEST_REST = timedelta(days=56)
MOVED = 1.5
"""So many times the labels of the last search are news, whatever it found."""
DELTA_SHARE = 0.01
#: Learners that know nothing of sisters and single labels better than those that are searched.
LEFT_OUT = frozenset({"last_value", "stage_mean", "portfolio"})
_VERDICTS: dict[str, Verdict] = {"promote": "promoted", "keep": "kept", "undecided": "undecided"}


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What was found.

    Parameters
    ----------
    winner : Proposal
    ranking : Ranking
    tried : tuple of Proposal
    judgement : Judgement or None
        None where nothing did better.
    """

    winner: Proposal
    ranking: Ranking
    tried: tuple[Proposal, ...]
    judgement: Judgement | None

    def trials(self) -> list[dict[str, Any]]:
        """Every evaluation as plain values, for the next search and for whoever wants to know."""
        return [
            {"key": self.tried[t.candidate].key, "folds": t.budget, "loss": t.loss if np.isfinite(t.loss) else None}
            for t in self.ranking.trials
        ]


def due(night: Night) -> str:
    """Say why settings should be searched now: the learner degraded, and the last search has had its `rest`."""
    watched = night.store.journal.runs.list(job="watch", plant_day=night.day)
    done = [r for r in watched if r.status == "done"]
    if not done or not done[-1].numbers.get("degraded"):
        return ""
    last = [r for r in night.store.journal.runs.list(job=JOB, last=20) if r.status in {"done", "skipped"}]
    waits = last and night.cutoff - last[-1].started < rest(last, sum(label_counts(night).values()))
    return "" if waits else done[-1].sentence


def rest(searches: Sequence[Run], labels: int) -> timedelta:
    """Return how long after the last search the next one may begin.

    A week; doubled with every search in a row that left the same settings in force, up to eight weeks: what was
    searched in vain will be again while the evidence has not moved. Half as many labels again are news: a week.

    Parameters
    ----------
    searches : sequence of Run
        Oldest first, one at least.
    labels : int
        Known now in the whole plant.
    """
    settled = searches[-1].numbers
    if labels >= MOVED * settled.get("labels", labels):
        return REST
    vain = 0
    for run in reversed(searches):
        if run.numbers.get("prior", "promoted") == "promoted" or run.numbers.get("in_force") != settled.get("in_force"):
            break
        vain += 1
    return min(REST * (1 << max(vain - 1, 0)), LONGEST_REST)


def retune(night: Night, reason: str, limit: int = LIMIT) -> Result:
    """Search other settings or another structure, and train with them if they are better on stages never seen.

    Parameters
    ----------
    night : Night
    reason : str
        Why now.
    limit : int
        Trainings on a share of the stages that may be spent.

    Returns
    -------
    Result
        Promoted, kept or undecided, with the numbers; every trial is in them.
    """
    before = inheritance(night)
    if not before.prior_id or before.recipe is None:
        return Result("no prior has been trained yet; nothing to compare with", skipped=True)
    today = training_tasks(night)
    tasks = [thinned(taught(task)) for task in (*today, *gone(before.memory, today))]
    exam = Exam.of(_some(tasks, night), seed=night.day.toordinal())
    if exam.stages < FEWEST_STAGES:
        words = f"{counted(exam.stages, 'stage')} can be held out, {FEWEST_STAGES} are needed to compare settings"
        return Result(words, skipped=True)
    found = search(exam, _candidates(night, before.recipe, before.prior_id), limit)
    return _decided(night, reason, found)


@dataclass(frozen=True, slots=True, eq=False)
class Exam:
    """Two independent divisions of the stages: one to choose by, one to judge what was chosen.

    On the first the winner is flattered by having won; the second knows nothing of that.
    """

    choose: HeldOut
    judge: HeldOut

    @classmethod
    def of(cls, tasks: Sequence[Task], seed: int) -> Exam:
        """Divide the stages."""
        return cls(HeldOut.of(tasks, FOLDS, seed), HeldOut.of(tasks, FOLDS, seed + 1))

    @property
    def stages(self) -> int:
        """How many stages can be held out."""
        held = zip(self.choose.tasks, self.choose.fold, strict=True)
        return len({task.stage for task, fold in held if fold >= 0})


def search(exam: Exam, candidates: Sequence[Proposal], limit: int) -> Search:
    """Rank candidates (the first is what is in force), and compare the winner with the latter pair by pair.

    Parameters
    ----------
    exam : Exam
    candidates : sequence of Proposal
    limit : int
        Trainings that may be spent, those of the comparison included.
    """

    def evaluate(candidate: int, budget: int, _rng: np.random.Generator) -> float:
        return _losses(exam.choose, candidates[candidate], budget).mean

    rng = np.random.default_rng(exam.choose.seed)
    budgets, spare = tuple(range(1, exam.choose.folds + 1)), limit - 2 * exam.judge.folds
    ranking = successive_halving(len(candidates), evaluate, budgets=budgets, limit=spare, rng=rng)
    winner = candidates[ranking.best]
    if winner.key == candidates[0].key:
        return Search(winner, ranking, tuple(candidates), None)
    before, after = (_losses(exam.judge, proposal, exam.judge.folds) for proposal in (candidates[0], winner))
    delta = DELTA_SHARE * before.mean
    judgement = gate_judge(before.values, after.values, before.stages, delta=delta, seed=exam.judge.seed)
    return Search(winner, ranking, tuple(candidates), judgement)


def _losses(held: HeldOut, proposal: Proposal, folds: int) -> Losses:
    return held.together(proposal.key, lambda trained: made(proposal, trained), folds)


def tried_before(night: Night) -> dict[str, float]:
    """Return how every proposal of earlier searches did, against what was in force then; the newest word counts."""
    found: dict[str, float] = {}
    for run in night.store.journal.runs.list(job=JOB, last=50):
        losses: dict[str, dict[int, float]] = {}
        for trial in run.numbers.get("trials", []):
            if trial["loss"] is not None:
                losses.setdefault(trial["key"], {})[int(trial["folds"])] = float(trial["loss"])
        base = losses.get(str(run.numbers.get("in_force")), {})
        for key, by_folds in losses.items():
            folds = max(set(by_folds) & set(base), default=0)
            if folds and base[folds] > 0:
                found[key] = by_folds[folds] / base[folds]
    return found


def _candidates(night: Night, recipe: Recipe, prior_id: str) -> list[Proposal]:
    data, _ = night.store.registry.get(prior_id)
    state = from_bytes(data[STATE])
    given = recipe.settings.get("members") or member_names(state)
    shares = member_shares(state)
    members = sorted(given, key=lambda m: (shares.get(m if isinstance(m, str) else str(m["learner"]), 0.0), str(m)))
    others = [name for name in learner_names() if name not in LEFT_OUT]
    current = Proposal(recipe.name, recipe.settings)
    return proposals(current, members, others, spaces(), tried_before(night))[:MOST_PROPOSALS]


def _some(tasks: Sequence[Task], night: Night) -> list[Task]:
    """Return at most `MOST_STAGES` tasks, an even share of every family."""
    families: dict[str, list[Task]] = {}
    for task in tasks:
        families.setdefault(str(task.family), []).append(task)
    rng = np.random.default_rng(night.day.toordinal())
    mixed = [[members[i] for i in rng.permutation(len(members))] for _, members in sorted(families.items())]
    deepest = max((len(members) for members in mixed), default=0)
    return [members[i] for i in range(deepest) for members in mixed if i < len(members)][:MOST_STAGES]


def _decided(night: Night, reason: str, found: Search) -> Result:
    numbers: dict[str, Any] = {"trials": found.trials(), "in_force": found.tried[0].key, "spent": found.ranking.spent,
                               "labels": sum(label_counts(night).values())}  # fmt: skip
    if found.judgement is None:
        sentence = f"{reason}; {len(found.tried)} settings compared on held-out stages, none better than those in force"
        _note(night, "kept", sentence, None, numbers)
        return Result(sentence, numbers | {"prior": "kept"})
    verdict, trained = _VERDICTS[found.judgement.verdict], None
    sentence = f"{reason}; {found.winner.step} ({found.winner.learner}) on held-out stages: {found.judgement.sentence}"
    if verdict == "promoted":
        trained = train(night, f"new settings: {sentence}", Recipe(found.winner.learner, found.winner.settings))
        verdict = trained.numbers.get("prior", "kept")
        sentence = trained.sentence
    numbers |= {"winner": json.loads(found.winner.key), "judgement": found.judgement.numbers()}
    model = None if trained is None else str(trained.numbers.get("model", ""))
    _note(night, verdict, sentence, model, numbers)
    return Result(sentence, numbers | {"prior": verdict})


def _note(night: Night, verdict: Verdict, sentence: str, challenger: str | None, numbers: dict[str, Any]) -> None:
    judgement = numbers.get("judgement") or {}
    night.permit()
    night.store.journal.decisions.add(
        Decision(
            stage="",
            characteristic="",
            plant_day=night.day,
            at=night.cutoff,
            verdict=verdict,
            rule=RULE,
            sentence=sentence,
            champion=night.store.journal.models.pointers("", "").champion,
            challenger=challenger,
            rows=int(judgement.get("rows", 0)),
            seed=night.day.toordinal(),
            numbers=numbers,
        )
    )
