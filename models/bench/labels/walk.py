"""One new stage measured batch by batch: a policy chooses, the labels come, the error is taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models import metrics
from models.base import Array, Learner, Task
from models.bench.drawing import QUERY_CAP, Rows, apart, held_out
from models.bench.packs import Pack, PackStage
from models.bench.protocols import UNLABELLED_CAP, generator, stage_sd, task_of
from models.labels import policy_named, queue

BATCH = 5
RANDOM = "random"


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """A new stage divided into units that may be measured and units that are judged.

    Parameters
    ----------
    pack : Pack
    part : PackStage
    characteristic : str
    pool : ndarray of int
        Rows that can be proposed.
    query : ndarray of int
        Rows that are judged; no replicate of any in the pool.
    others : ndarray of int
        Rows that cannot be proposed: seen without their labels, as all units are.
    """

    pack: Pack
    part: PackStage
    characteristic: str
    pool: Rows
    query: Rows
    others: Rows

    @classmethod
    def of(cls, pack: Pack, stage: str, characteristic: str, seed: int) -> Ground | None:
        """Divide a stage in two; None where the characteristic never changes there."""
        part = pack.stage(stage)
        y = part.y[characteristic]
        rows = np.flatnonzero(np.isfinite(y))
        if not stage_sd(y) > 0:
            return None
        rng = generator(seed, pack.name, stage, "labels")
        query = held_out(part, rows, rng)
        pool = np.setdiff1d(rows, query)
        query = np.sort(rng.permutation(apart(part, pool, query))[: QUERY_CAP["continuous"]])
        others = rng.permutation(np.setdiff1d(np.arange(len(part.x)), pool))
        kept = np.sort(rng.permutation(pool)[: UNLABELLED_CAP // 2])
        return cls(pack, part, characteristic, kept, query, np.sort(others[: UNLABELLED_CAP // 2]))

    def unlabelled(self, measured: Rows) -> Rows:
        """Return the rows of the units without a label, in their order."""
        return np.sort(np.concatenate([np.setdiff1d(self.pool, measured), self.others]))

    def task(self, measured: Rows) -> Task:
        """Return the stage with labels on `measured`."""
        rows = self.unlabelled(measured)
        return task_of(self.pack, self.part, self.characteristic, np.sort(measured), rows)

    def error(self, prior: Learner, measured: Rows) -> float:
        """Return the root mean squared error on the query, in standard deviations of the stage."""
        y = self.part.y[self.characteristic]
        return metrics.nrmse(y[self.query], self._said(prior, measured), stage_sd(y))

    def mistake(self, prior: Learner, measured: Rows) -> float:
        """Return the mean absolute error on the query, in the characteristic's unit."""
        y = self.part.y[self.characteristic][self.query]
        return float(np.abs(y - self._said(prior, measured)).mean())

    def _said(self, prior: Learner, measured: Rows) -> Array:
        t = None if self.part.t is None else self.part.t[self.query]
        return prior.adapt(self.task(measured)).predict(self.part.x[self.query], t).mean


@dataclass(frozen=True, slots=True)
class Way:
    """How a stage is walked.

    Parameters
    ----------
    policy : str
        ``random``: every label by lot; another: chosen by it.
    sizes : tuple of int
        Numbers of labels at which the error is taken, rising.
    share : float
        Of every chosen batch, by lot; these labels are counted like the rest.
    """

    policy: str
    sizes: tuple[int, ...]
    share: float


def walk(
    prior: Learner, ground: Ground, way: Way, rng: np.random.Generator, *, adviser: Learner | None = None
) -> list[float]:
    """Measure in batches of `BATCH` and return the error of `prior` at each of the sizes, as far as the pool reaches.

    `adviser` is the learner that the policy asks; default: `prior`.
    """
    asked = prior if adviser is None else adviser
    measured, errors = np.zeros(0, dtype=np.intp), []
    for size in (size for size in way.sizes if size <= len(ground.pool)):
        while len(measured) < size:
            batch = min(BATCH, size - len(measured))
            measured = np.concatenate([measured, _next(asked, ground, measured, batch, way, rng)])
        errors.append(ground.error(prior, measured))
    return errors


def _next(  # noqa: PLR0917 - one step of the walk knows all of it
    prior: Learner, ground: Ground, measured: Rows, batch: int, way: Way, rng: np.random.Generator
) -> Rows:
    still = np.setdiff1d(ground.pool, measured)
    if way.policy == RANDOM:
        return still[rng.permutation(len(still))[:batch]]
    rows = ground.unlabelled(measured)
    candidates = np.flatnonzero(np.isin(rows, still))
    policy = policy_named(way.policy)
    picks = queue(prior, ground.task(measured), candidates, batch, rng, policy=policy, share=way.share)
    chosen = rows[[pick.row for pick in picks]]
    twins = still[rng.permutation(len(still))]  # where all that is left are twins of what was chosen
    return np.concatenate([chosen, twins[~np.isin(twins, chosen)][: batch - len(chosen)]])
