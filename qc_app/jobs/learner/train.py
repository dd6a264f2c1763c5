"""Meta-training: the prior that all stages share, learned from the labels of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from data_connectors.schema import Characteristic, Stage
from models import Learner
from models.base import Task
from models.continual import Forgetting, forgotten, remember, taught
from models.continual.memory import gone
from models.errors import ModelsError
from models.state import to_bytes
from models.words import counted
from qc_app import framing
from qc_app.errors import StoreError
from qc_app.jobs.faultpoint import reached
from qc_app.jobs.learner.curves import family_curves
from qc_app.jobs.meter import Meter
from qc_app.jobs.model.answers import MEMORY, STATE
from qc_app.jobs.model.inheritance import Inheritance, Recipe, inheritance
from qc_app.jobs.model.libraries import libraries
from qc_app.jobs.night import Night
from qc_app.jobs.step import Result
from qc_app.records import Decision, ModelVersion

LEARNER = "portfolio"
LABELS_CAP = 400
UNLABELLED_CAP = 300
FEWEST_LABELS = 5
#: From so many labels on, a stage has something to teach its sisters.
NEW_STAGE_LABELS = 10
#: Fewer new stages than this share of the known ones wait for the next regular training.
NEW_SHARE = 0.2
GROWTH = 2.0

SERVES = "the newest prior that forgets nothing serves; stage models keep the one they were adapted from"
GUARD = "guard against forgetting: old families on labels kept aside, paired"

Counts = dict[str, int]


def due(night: Night) -> str:
    """Say why the prior should be trained now; empty if it should not.

    Parameters
    ----------
    night : Night

    Returns
    -------
    str
        The reason in words.
    """
    models = night.store.journal.models
    labels = label_counts(night)
    if models.pointers("", "").champion is None:
        return "no prior has been trained yet" if labels else ""
    last = max(models.list(stage="", characteristic=""), key=lambda prior: prior.cutoff)  # also one that was refused
    age = night.cutoff - last.cutoff
    return why(labels, last.numbers.get("labels", {}), age, timedelta(days=night.plant.train_every_days))


def why(now: Counts, then: Counts, age: timedelta, every: timedelta) -> str:
    """Compare the labels of today with those the prior was trained on.

    Parameters
    ----------
    now, then : dict of str to int
        ``stage/characteristic`` to number of labels.
    age, every : timedelta
        Of the prior, and how often it is renewed.

    Examples
    --------
    >>> why({"a/y": 12, "b/y": 10}, {"a/y": 12}, timedelta(days=1), timedelta(days=7))
    'stages with labels that the prior does not know: b/y'
    >>> why({"a/y": 13}, {"a/y": 12}, timedelta(days=1), timedelta(days=7))
    ''
    """
    strangers = sorted(name for name, n in now.items() if n >= NEW_STAGE_LABELS and name not in then)
    if len(strangers) > NEW_SHARE * len(then):
        return f"stages with labels that the prior does not know: {', '.join(strangers[:5])}"
    total, before = sum(now.values()), sum(then.values())
    if total >= GROWTH * max(before, 1):
        return f"the labels grew from {before} to {total}"
    if age >= every and total > before:
        return f"the prior is {age.days} days old and {total - before} labels came since"
    return ""


def train(night: Night, reason: str, recipe: Recipe | None = None) -> Result:
    """Train a prior on every stage and characteristic that has labels, and on those that left the plant.

    It serves from now on, unless it forgot: the guard compares it with the prior in force on stages that this one knew,
    on labels that neither was taught.

    Parameters
    ----------
    night : Night
    reason : str
        Why now.
    recipe : Recipe, optional
        Default: what the prior in force was made with.

    Returns
    -------
    Result
        On failure the old prior stays: nothing moves before the new one is stored.
    """
    today = training_tasks(night)
    if not today:
        return Result(f"no stage has {FEWEST_LABELS} labels yet; nothing to learn from", skipped=True)
    before = inheritance(night)
    work = _Training(night, reason, recipe or before.recipe or Recipe(LEARNER), before, tuple(today))
    meter = Meter()
    learner = work.recipe.learner().fit([taught(task) for task in work.tasks])
    cost = meter.read()
    reached("after_train")
    guard = work.guard(learner)
    prior_id = night.store.registry.put(work.files(learner), work.manifest())
    curves = family_curves(learner, [taught(task) for task in work.tasks])
    version_ = work.version(prior_id, cost, guard, curves)
    passed = guard is None or guard.passed
    _register(night, version_, passed=passed)
    words = f"prior {prior_id}: {version_.sentence}" if passed else f"the old prior stays: {version_.sentence}"
    numbers = {"model": prior_id, "tasks": len(work.tasks), "prior": "promoted" if passed else "kept"}
    return Result(words, numbers | {"cost": cost, "recipe": work.recipe.plain()})


@dataclass(frozen=True, slots=True)
class _Training:
    """What one training stands on."""

    night: Night
    reason: str
    recipe: Recipe
    before: Inheritance
    today: tuple[Task, ...]

    @property
    def left(self) -> tuple[Task, ...]:
        """Stages in memory that are in the plant no more."""
        return tuple(gone(self.before.memory, self.today))

    @property
    def tasks(self) -> tuple[Task, ...]:
        return (*self.today, *self.left)

    def guard(self, learner: Learner) -> Forgetting | None:
        """Compare with the prior in force on what it knew; None without one.

        A prior that this program cannot load any more (damaged, or of another version) answers nobody: it has no say.
        """
        if not self.before.known:
            return None
        known = [task for task in self.tasks if (task.stage, task.characteristic) in self.before.known]
        try:
            old = self.night.answers.prior(self.before.prior_id)
        except (StoreError, ModelsError) as error:
            return Forgetting(True, {}, f"the prior in force cannot be loaded, so nothing was compared: {error}")
        return forgotten(old, learner, known)

    def files(self, learner: Learner) -> dict[str, bytes]:
        memory = framing.freeze_all(remember(self.today, self.before.memory))
        return {STATE: to_bytes(learner.state()), MEMORY: to_bytes(memory)}

    def manifest(self) -> dict[str, Any]:
        return self.recipe.plain() | {
            "what": "prior",
            "seed": 0,
            "parent": self.before.prior_id,
            "reason": self.reason,
            "cutoff": self.night.cutoff.isoformat(),
            "tasks": [[t.stage, t.characteristic, len(t.support_y)] for t in self.tasks],
            "libraries": libraries(),
        }

    def version(
        self, prior_id: str, cost: Mapping[str, float], guard: Forgetting | None, curves: Mapping[str, Any]
    ) -> ModelVersion:
        counts = label_counts(self.night)
        families: dict[str, dict[str, int]] = {}
        for task in self.tasks:
            families.setdefault(str(task.family), {})[task.stage] = len(task.support_y)
        compared = None if guard is None else guard.families
        return ModelVersion(
            id=prior_id,
            stage="",
            characteristic="",
            learner=self.recipe.name,
            created=self.night.cutoff,
            parent=self.before.prior_id,
            cutoff=self.night.cutoff,
            lake_version=-1,
            n_labels=sum(counts.values()),
            seed=0,
            status="challenger",
            numbers={"labels": counts, "families": families, "guard": compared, "cost": cost}
            | {"recipe": self.recipe.plain(), "curves": dict(curves)},
            sentence=self._sentence(sum(counts.values()), guard),
        )

    def _sentence(self, labels: int, guard: Forgetting | None) -> str:
        words = f"{self.reason}; learned from {labels} labels of {counted(len(self.today), 'characteristic')}"
        words += f" and {len(self.left)} that left the plant" if self.left else ""
        return words if guard is None else f"{words}; {guard.sentence}"


def training_tasks(night: Night) -> list[Task]:
    """Return a task for every stage and characteristic with enough labels, all labels as support."""
    tasks = []
    for stage in night.plant.stages:
        for what in stage.characteristics:
            if night.store.journal.labels.count(stage.id, what.name) >= FEWEST_LABELS:
                found = _task(night, night.plant.as_read(stage.id), what)
                tasks += [found] if len(found.support_y) >= FEWEST_LABELS else []
    return tasks


def label_counts(night: Night) -> Counts:
    """Return the number of labels of each stage and characteristic that has enough to learn from."""
    found = {
        f"{stage.id}/{what.name}": night.store.journal.labels.count(stage.id, what.name)
        for stage in night.plant.stages
        for what in stage.characteristics
    }
    return {name: n for name, n in found.items() if n >= FEWEST_LABELS}


def _task(night: Night, stage: Stage, what: Characteristic) -> Task:
    return framing.task(
        stage,
        what.name,
        night.sound(stage),
        night.labels(stage, what),
        unlabelled_cap=UNLABELLED_CAP,
        support_cap=LABELS_CAP,
        gauge_sd=night.gauge_sd(stage, what),
    )


def _register(night: Night, prior: ModelVersion, *, passed: bool) -> None:
    """Note the version, and let it serve or turn it away, with the reason."""
    models = night.store.journal.models
    models.add(prior)
    if models.pointers("", "").champion == prior.id:
        return
    night.permit()
    decision = Decision(
        stage="",
        characteristic="",
        plant_day=night.day,
        at=night.cutoff,
        verdict="promoted" if passed else "kept",
        rule=SERVES if passed else GUARD,
        sentence=prior.sentence,
        champion=prior.parent or None,
        challenger=prior.id,
        rows=prior.n_labels,
        numbers={"guard": prior.numbers["guard"]},
    )
    if passed:
        models.promote("", "", prior.id, decision)
    else:
        models.reject("", "", prior.id, decision)
