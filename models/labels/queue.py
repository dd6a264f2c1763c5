"""The queue of a stage: what to measure next, most of it chosen, a stated share drawn by lot."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from models.base import Learner, Task
from models.errors import TaskError
from models.labels.candidates import in_order
from models.labels.policies import Pick, Policy, at_random, by_information

SHARE = 0.2
LOT = "drawn at random, so that models are judged on units nobody chose"


def queue(
    prior: Learner,
    task: Task,
    candidates: ArrayLike,
    batch: int,
    rng: np.random.Generator,
    *,
    policy: Policy = by_information,
    share: float = SHARE,
    costs: ArrayLike | None = None,
    kept: Sequence[int] = (),
) -> tuple[Pick, ...]:
    """Order the next units to measure.

    Labels that a policy chose are taken where the model knows little: errors on them are no sample of its errors.
    So a share of the queue is drawn by lot from all candidates before anything is chosen, and marked; the policy then
    takes the lots as measured. The lots are spread over the queue: whoever stops early has measured about the share.

    Parameters
    ----------
    prior : Learner
        Meta-trained; it is adapted to the labels of `task`.
    task : Task
        Labelled units as support, all others unlabelled.
    candidates : array_like of int
        Rows of ``task.unlabelled_x`` that can still be measured.
    batch : int
        Entries of the queue, 0 or more.
    rng : Generator
    policy : Policy
        How the others are chosen.
    share : float
        By lot, 0 to 1. A fraction of an entry is an entry with that probability.
    costs : array_like, optional
        Of measuring each candidate, above 0.
    kept : sequence of int
        Rows drawn by lot earlier and not yet measured: they stay. Drawing again until an easy unit comes would
        make the sample one of easy units.

    Returns
    -------
    tuple of Pick
        The first to measure first; fewer than `batch` where candidates are fewer. No unit twice. Shuffled
        candidates give the same queue.

    Raises
    ------
    TaskError
        If `batch`, `share` or a cost cannot be, or a candidate is no unlabelled unit.

    Examples
    --------
    >>> import models
    >>> x = np.linspace(-1, 1, 9)[:, None]
    >>> task = Task("s", "y", ["force"], x[[4]], [0.0], unlabelled_x=np.delete(x, 4, axis=0))
    >>> prior = models.make_learner("prior_mixture")
    >>> found = queue(prior, task, range(8), 5, np.random.default_rng(0))
    >>> len({pick.row for pick in found}), [pick.by_lot for pick in found].count(True)
    (5, 1)
    """
    rows = _checked(task, candidates, batch, share, costs)
    old = list(dict.fromkeys(int(row) for row in kept if row in set(rows)))
    by_chance, by_policy = rng.spawn(2)  # so that lots kept from before leave the policy's own draws alone
    wanted = _rounded(share * min(batch, len(rows)), by_chance) - len(old)
    drawn = at_random(prior, task, rows, max(wanted, 0), by_chance, given=old)
    lots = in_order(task, [*old, *(pick.row for pick in drawn)][:batch]).tolist()
    rest = [i for i, row in enumerate(rows) if row not in set(lots)]
    price = None if costs is None else np.asarray(costs, dtype=np.float64)[rest]
    free = np.array([rows[i] for i in rest], dtype=np.intp)
    chosen = policy(prior, task, free, batch - len(lots), by_policy, given=lots, costs=price)
    return _spread([Pick(row, LOT, by_lot=True) for row in lots], list(chosen))


def _checked(task: Task, candidates: ArrayLike, batch: int, share: float, costs: ArrayLike | None) -> list[int]:
    where = f"queue of {task.stage!r} x {task.characteristic!r}"
    rows = np.asarray(candidates, dtype=np.intp).ravel().tolist()
    if batch < 0 or not 0 <= share <= 1:
        raise TaskError(f"{where}: batch {batch}, share {share} - give a number from 0 and a share from 0 to 1")
    if len(set(rows)) < len(rows):
        raise TaskError(f"{where}: a candidate is named twice - name each unlabelled unit once")
    if costs is not None:
        price = np.asarray(costs, dtype=np.float64)
        if price.shape != (len(rows),) or not (np.isfinite(price).all() and (price > 0).all()):
            raise TaskError(f"{where}: costs {price[:5]} - give one above 0 for each of {len(rows)} candidates")
    return [int(row) for row in rows]


def _rounded(number: float, rng: np.random.Generator) -> int:
    """Return `number` as a whole one, up with the probability of its fraction: right in the mean."""
    floor = math.floor(number + 1e-9)
    return floor + int(rng.random() < number - floor)


def _spread(lots: list[Pick], chosen: list[Pick]) -> tuple[Pick, ...]:
    """Mix the lots evenly between the chosen, each in the middle of its stretch."""
    n = len(lots) + len(chosen)
    places = [((i + 0.5) * n / len(lots), 0, pick) for i, pick in enumerate(lots)]
    step = n / max(len(chosen), 1)
    places += [((i + 0.5) * step, 1, pick) for i, pick in enumerate(chosen)]
    return tuple(pick for _, _, pick in sorted(places, key=lambda place: place[:2]))
