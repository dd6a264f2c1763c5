"""Does a young model deserve to answer? Its recipe on labels left out, its word on labels that came later."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from data_connectors.schema import Characteristic, Stage
from models import Learner
from models.base import Array, Task
from models.guards import Guard, not_worse_than_baseline
from models.learners.parts.sound import implausible
from qc_app import framing
from qc_app.jobs.model.answers import Answer, baseline
from qc_app.jobs.model.soundness import set_aside
from qc_app.jobs.night import Night
from qc_app.records import Pointers
from qc_app.store import CHOSEN

#: A champion with fewer than so many times `min_rows` labels is young: see `judge`.
YOUNG_FACTOR = 2
FOLDS = 5
FEWEST = 3
#: The least that shows a level that is plainly wrong, as of a model of the sisters alone.
FEWEST_UNSEEN = 2


def answer_now(night: Night, stage: Stage, what: Characteristic) -> Answer:
    """Return who answers for the stage now.

    Champion, previous, baseline: the first that can be loaded. A young champion that did worse than the stage's mean
    on labels it never saw leaves the word to the mean, until a better one is promoted.

    Parameters
    ----------
    night : Night
    stage : Stage
    what : Characteristic

    Returns
    -------
    Answer
    """
    labels = night.labels(stage, what)
    task = night.task(stage, what)
    pointers = night.store.journal.models.pointers(stage.id, what.name)
    found = night.answers.answer(pointers, task)
    if found.tier == "champion" and found.model is not None and _young(night, pointers, what):
        fair = labels.filter(pl.col("picked") != CHOSEN, ~pl.col("unit_id").is_in(list(set_aside(what, labels))))
        unseen = fair.filter(~pl.col("unit_id").is_in(list(night.answers.seen(found.model_id))))
        rows = night.rows(stage).join(unseen.select("unit_id", "value"), on="unit_id", how="inner")
        if rows.height >= FEWEST_UNSEEN:
            y = rows["value"].to_numpy()
            said = found.model.predict(*framing.inputs(stage, rows)).mean
            if float(np.abs(y - said).mean()) > float(np.abs(y - _mean_of_others(y)).mean()):
                return night.answers.answer(Pointers(), task)
    return found


def recipe_guard(prior: Learner, task: Task, delta_share: float) -> Guard | None:
    """Hold the recipe against the stage's mean, each on labels that were left out of both.

    Parameters
    ----------
    prior : Learner
    task : Task
        With all labels of the model that is to be promoted.
    delta_share : float
        Share of the mean's loss that is as good as none.

    Returns
    -------
    Guard or None
        None for a defect, and with fewer than three labels: nothing can be said.
    """
    if task.kind == "binary" or len(task.support_y) < FEWEST:
        return None
    model, mean = left_out(prior, task)
    found = not_worse_than_baseline(model, mean, delta_share * float(mean.mean()))
    return replace(found, name="baseline, labels left out", sentence=f"{found.sentence} on labels left out in turn")


def left_out(prior: Learner, task: Task, folds: int = FOLDS) -> tuple[Array, Array]:
    """Return absolute errors of the adapted prior and of the mean, a fold of lots left out in turn.

    Parameters
    ----------
    prior : Learner
    task : Task
        n labels, of at least two lots; those that cannot belong to the stage judge nobody.
    folds : int

    Returns
    -------
    model, mean : ndarray, shape (n,)
    """
    task = task.keep(~implausible(task))
    n = len(task.support_y)
    lots = np.arange(n) if task.groups is None else np.unique(task.groups.astype(str), return_inverse=True)[1]
    model, mean = np.full(n, np.nan), np.full(n, np.nan)
    for fold in range(min(folds, int(lots.max()) + 1)):
        out = lots % folds == fold
        if out.all() or not out.any():
            continue
        part = task.keep(~out)
        x, t = task.support_x[out], None if task.support_t is None else task.support_t[out]
        model[out] = np.abs(task.support_y[out] - prior.adapt(part).predict(x, t).mean)
        mean[out] = np.abs(task.support_y[out] - baseline(part).predict(x, t).mean)
    there = np.isfinite(mean)
    return np.nan_to_num(model[there], nan=np.inf), mean[there]


def _young(night: Night, pointers: Pointers, what: Characteristic) -> bool:
    labels = night.store.journal.models.get(pointers.champion or "").n_labels
    return what.kind == "continuous" and labels < YOUNG_FACTOR * night.plant.gate.min_rows


def _mean_of_others(y: Array) -> Array:
    return np.asarray((y.sum() - y) / (len(y) - 1))
