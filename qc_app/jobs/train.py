"""Meta-training: the prior that all stages share, learned from the labels of all of them."""

from __future__ import annotations

from datetime import timedelta
from importlib.metadata import version
from typing import Any

from data_connectors.schema import Characteristic, Stage
from models import make_learner
from models.base import Task
from models.state import to_bytes
from qc_app import framing
from qc_app.jobs.answers import STATE
from qc_app.jobs.faultpoint import reached
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
_LIBRARIES = ("torch", "numpy", "scikit-learn", "qc-app")

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
    prior_id = models.pointers("", "").champion
    labels = label_counts(night)
    if prior_id is None:
        return "no prior has been trained yet" if labels else ""
    prior = models.get(prior_id)
    age = night.cutoff - prior.cutoff
    return why(labels, prior.numbers.get("labels", {}), age, timedelta(days=night.plant.train_every_days))


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


def train(night: Night, reason: str) -> Result:
    """Train the prior on every stage and characteristic that has labels, and let it serve from now on.

    Parameters
    ----------
    night : Night
    reason : str
        Why now.

    Returns
    -------
    Result
        On failure the old prior stays: nothing moves before the new one is stored.
    """
    tasks = training_tasks(night)
    if not tasks:
        return Result(f"no stage has {FEWEST_LABELS} labels yet; nothing to learn from", skipped=True)
    learner = make_learner(LEARNER).fit(tasks)
    reached("after_train")
    counts = label_counts(night)
    parent = night.store.journal.models.pointers("", "").champion or ""
    manifest = {
        "what": "prior",
        "learner": LEARNER,
        "seed": 0,
        "settings": {},
        "parent": parent,
        "cutoff": night.cutoff.isoformat(),
        "tasks": [[t.stage, t.characteristic, len(t.support_y)] for t in tasks],
        "libraries": {name: version(name) for name in _LIBRARIES},
    }
    prior_id = night.store.registry.put({STATE: to_bytes(learner.state())}, manifest)
    sentence = f"{reason}; learned from {sum(counts.values())} labels of {len(tasks)} stages and characteristics"
    families: dict[str, dict[str, int]] = {}
    for task in tasks:
        families.setdefault(str(task.family), {})[task.stage] = len(task.support_y)
    _register(night, prior_id, parent, sentence, {"labels": counts, "families": families})
    return Result(f"prior {prior_id}: {sentence}", {"model": prior_id, "tasks": len(tasks)})


def training_tasks(night: Night) -> list[Task]:
    """Return a task for every stage and characteristic with enough labels, all labels as support."""
    tasks = []
    for stage in night.plant.stages:
        for what in stage.characteristics:
            if night.store.journal.labels.count(stage.id, what.name) >= FEWEST_LABELS:
                found = _task(night, stage, what)
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
        night.rows(stage),
        night.labels(stage, what),
        unlabelled_cap=UNLABELLED_CAP,
        support_cap=LABELS_CAP,
    )


def _register(night: Night, prior_id: str, parent: str, sentence: str, numbers: dict[str, Any]) -> None:
    n_labels = sum(numbers["labels"].values())
    models = night.store.journal.models
    models.add(
        ModelVersion(
            id=prior_id,
            stage="",
            characteristic="",
            learner=LEARNER,
            created=night.cutoff,
            parent=parent,
            cutoff=night.cutoff,
            lake_version=-1,
            n_labels=n_labels,
            seed=0,
            status="challenger",
            numbers=numbers,
            sentence=sentence,
        )
    )
    if models.pointers("", "").champion == prior_id:
        return
    night.permit()
    decision = Decision(
        stage="",
        characteristic="",
        plant_day=night.day,
        at=night.cutoff,
        verdict="promoted",
        rule="the newest prior serves; stage models keep the one they were adapted from",
        sentence=sentence,
        champion=parent or None,
        challenger=prior_id,
        rows=n_labels,
    )
    models.promote("", "", prior_id, decision)
