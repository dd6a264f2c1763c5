"""A stage's own error: each label predicted by a model that never saw it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.base import Array, BoolArray, Learner, Task
from models.learners.parts.serving import values

FOLDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class LeftOut:
    """Errors of predictions of labels that were left out.

    Parameters
    ----------
    errors : ndarray, shape (n,)
        Measured minus predicted, in the characteristic's unit; NaN where a label could not be left out.
    known : float
        How many labels those predictions stood on, in the mean.
    """

    errors: Array
    known: float


def left_out(prior: Learner, task: Task, folds: int = FOLDS, which: BoolArray | None = None) -> LeftOut:
    """Predict each label from the others, one fold of groups left out at a time.

    With up to `folds` groups this is leave-one-out.

    Parameters
    ----------
    prior : Learner
    task : Task
        n labels.
    folds : int
    which : ndarray of bool, shape (n,), optional
        The labels whose errors are wanted, such as those drawn by lot; folds without one are passed over.

    Returns
    -------
    LeftOut

    Examples
    --------
    >>> import models
    >>> task = Task("s", "y", [], np.zeros((3, 0)), [1.0, 2.0, 6.0])
    >>> left_out(models.make_learner("stage_mean"), task).errors.round(1).tolist()
    [-3.0, -1.5, 4.5]
    """
    n = len(task.support_y)
    wanted = np.ones(n, dtype=bool) if which is None else which
    groups = np.arange(n) if task.groups is None else np.unique(task.groups.astype(str), return_inverse=True)[1]
    errors, stood = np.full(n, np.nan), []
    for fold in range(min(folds, int(groups.max(initial=-1)) + 1)):
        out = groups % folds == fold
        if out.all() or not (out & wanted).any():
            continue
        x, t = task.support_x[out], None if task.support_t is None else task.support_t[out]
        errors[out] = task.support_y[out] - values(prior.adapt(task.keep(~out)), x, t)[0]
        stood.append(int((~out).sum()))
    errors[~wanted] = np.nan
    return LeftOut(errors, float(np.mean(stood)) if stood else 0.0)
