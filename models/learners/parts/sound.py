"""Labels that cannot belong to their stage - a lost decimal point, another unit - are set aside before anything learns.

A label is set aside where all of this holds; binary labels never are:

* it lies more than `FAR` spreads from the centre. Eight labels and more are their own measure: median, and the larger
  of scaled MAD and scaled quantile range (up to a fifth of the labels may be wrong; Rousseeuw & Croux, JASA 1993);
  where sisters agree, never less than their spread. Three to seven are measured by the spread of the sisters and
  between them, or by a sixth of the tolerance. One or two are held against the level of five sisters that agree.
* it is less than a fifth or more than five times the centre: wrong by a factor, not by a bad day of the process.
* from eight labels on, where the characteristic is positive: more than `FAR_LOG` spreads from the centre in logarithms
  too, so that the long tail of an emission or a roughness stays; or so far from it that no sister, where they agree,
  comes near.

Of three and more labels a third at most is set aside: where more look wrong, it is the stage that is different. The
three newest in a row are a step of the process, not errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.base import Array, BoolArray, Task
from models.learners.parts.families import Levels, group, levels
from models.learners.parts.named.place import HERE, Place
from models.words import counted

FAR = 20.0
FAR_LOG = 6.0
UNHEARD_OF = 30.0
FACTOR = 5.0
OWN = 8
SHARE = 3
STEP = 3
AGREE = 3.0
ENOUGH = 5
MAD_TO_SD = 1.4826
RANGE_TO_SD = 1 / 1.683
TOLD = 5


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """A task without the labels that cannot belong to it.

    Parameters
    ----------
    task : Task
    words : tuple of str
        What was set aside, or why it was not; empty where nothing was to say.
    """

    task: Task
    words: tuple[str, ...] = ()


def sound(task: Task, known: Levels | None, place: Place = HERE) -> Sound:
    """Set implausible labels aside, and say which.

    Parameters
    ----------
    task : Task
    known : Levels or None
        Of the sisters.
    place : Place
        Where the task's values were moved to: they are told as they were.

    Examples
    --------
    >>> y = [41.2, 40.8, 41.0, 4120.0, 41.3, 40.9, 41.1, 41.0, 40.7]
    >>> sound(Task("s", "c", [], np.zeros((9, 0)), y), None).words
    ('1 label set aside as implausible: 4120 (the others: about 41)',)
    """
    odd = _odd(task, known)
    if not odd.any():
        return Sound(task)
    n = len(odd)
    if _too_many(odd):
        return Sound(task, (f"{odd.sum()} of {n} labels lie far from the others: too many to be errors, all are kept",))
    values = ", ".join(f"{v:.4g}" for v in place.back(task.support_y[odd][:TOLD]))
    more = f" and {odd.sum() - TOLD} more" if odd.sum() > TOLD else ""
    others = float(place.back(np.asarray(_centre(task.support_y, known))))
    whose = "the others" if n >= SHARE else "sister stages"
    said = f"{counted(int(odd.sum()), 'label')} set aside as implausible: {values}{more} ({whose}: about {others:.4g})"
    return Sound(task.keep(~odd), (said,))


def implausible(task: Task, known: Levels | None = None) -> BoolArray:
    """Return which labels `sound` would set aside, shape (n,): who judges models by labels does it on the same rule.

    Parameters
    ----------
    task : Task
        Its labels, limits, kind and times count.
    known : Levels or None
        Of the sisters.

    Examples
    --------
    >>> y = [41.2, 40.8, 41.0, 4120.0, 41.3, 40.9, 41.1, 41.0, 40.7]
    >>> np.flatnonzero(implausible(Task("s", "c", [], np.zeros((9, 0)), y))).tolist()
    [3]
    """
    odd = _odd(task, known)
    return np.zeros(len(odd), dtype=bool) if _too_many(odd) else odd


def sound_tasks(tasks: Sequence[Task]) -> list[Task]:
    """Return the training stages without implausible labels; those with few are held against those with more.

    Examples
    --------
    >>> many = Task("a", "c", [], np.zeros((9, 0)), [1.0, 1.1, 0.9, 1.2, 0.8, 1.0, 1.1, 0.9, 117.0])
    >>> [len(t.support_y) for t in sound_tasks([many])]
    [8]
    """
    clean = [sound(t, None).task if len(t.support_y) >= OWN else t for t in tasks]
    place = {id(t): i for i, t in enumerate(clean)}
    for _, sisters in group(clean, 0):
        rich = [t.support_y for t in sisters if len(t.support_y) >= OWN]
        if rich:
            known = levels(rich)
            for t in sisters:
                clean[place[id(t)]] = t if len(t.support_y) >= OWN else sound(t, known).task
    return clean


def _too_many(odd: BoolArray) -> bool:
    return bool(len(odd) >= SHARE and odd.sum() > len(odd) // SHARE)


def _odd(task: Task, known: Levels | None) -> BoolArray:
    """Return which labels are implausible, shape (n,), before asking whether they are too many."""
    y, n = task.support_y, len(task.support_y)
    centre, spread = _centre(y, known), _spread(task, known)
    if task.kind == "binary" or n == 0 or not np.isfinite(spread):
        return np.zeros(n, dtype=bool)
    odd = (np.abs(y - centre) > FAR * spread) & _by_a_factor(y, centre)
    if n >= OWN:
        odd &= _far_in_logarithms(y) | _unheard_of(y, centre, known)
    return _without_step(odd, task.support_t)


def _centre(y: Array, known: Levels | None) -> float:
    if len(y) >= SHARE or known is None:
        return float(np.median(y)) if len(y) else 0.0
    return known.mean


def _spread(task: Task, known: Levels | None) -> float:
    """Return the standard deviation to measure with; infinite where none is known well enough."""
    n = len(task.support_y)
    if n >= OWN:
        own = _robust(task.support_y) or abs(float(np.median(task.support_y))) or np.inf
        return max(own, known.within) if known is not None and _agree(known) else own
    lower, _, upper = task.limits or (None, None, None)
    tolerance = (upper - lower) / 6 if lower is not None and upper is not None and upper > lower else 0.0
    sisters = 0.0
    if known is not None and known.stages >= (SHARE if n >= SHARE else ENOUGH):
        sisters = float(np.hypot(known.within, known.between))
    borrowed = max(sisters, tolerance)
    if n < SHARE:
        return borrowed if sisters and known is not None and _agree(known) else np.inf
    return max(borrowed, _deviation(task.support_y)) if borrowed else np.inf


def _agree(known: Levels) -> bool:
    return 0 < known.between <= AGREE * known.within


def _unheard_of(y: Array, centre: float, known: Levels | None) -> BoolArray:
    """Return which labels are farther from the centre than anything that sisters, where they agree, ever had."""
    if known is None or known.stages < SHARE or not _agree(known):
        return np.zeros(len(y), dtype=bool)
    return np.asarray(np.abs(y - centre) > UNHEARD_OF * np.hypot(known.within, known.between))


def _deviation(y: Array) -> float:
    return MAD_TO_SD * float(np.median(np.abs(y - np.median(y))))


def _robust(y: Array) -> float:
    """Return a standard deviation that a fifth of wrong labels does not move far."""
    low, high = np.quantile(y, [0.2, 0.8])
    return max(_deviation(y), float(high - low) * RANGE_TO_SD)


def _by_a_factor(y: Array, centre: float) -> BoolArray:
    """Return which labels are not within a factor `FACTOR` of the centre, or have another sign."""
    along, size = y * np.copysign(1.0, centre), abs(centre)
    return np.asarray((along < size / FACTOR) | (along > FACTOR * size))


def _far_in_logarithms(y: Array) -> BoolArray:
    """Return which labels lie far from the others in logarithms too; all of them where the values are not positive."""
    positive = y > 0
    if positive.mean() < 1 - 1 / SHARE:
        return np.ones(len(y), dtype=bool)
    logs = np.log(y[positive])
    far = np.ones(len(y), dtype=bool)
    far[positive] = np.abs(logs - np.median(logs)) > FAR_LOG * _robust(logs)
    return far


def _without_step(odd: BoolArray, times: Array | None) -> BoolArray:
    """Return `odd` without the newest labels where at least `STEP` of them in a row are odd."""
    if times is None or not odd.any():
        return odd
    usual = times[~odd]
    newest = odd & (times > (usual.max() if len(usual) else -np.inf))
    return odd & ~newest if newest.sum() >= STEP else odd
