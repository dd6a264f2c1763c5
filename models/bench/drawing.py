"""Which units of a new stage are labelled and which are judged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.base import Array, Kind
from models.bench.packs import PackStage

Rows = NDArray[np.intp]

SHOTS = (5, 10, 20, 50)
DEFECT_SHOTS = (0, 1, 3, 5)
GOOD_PER_DEFECT = 3
GOOD_WITHOUT_DEFECT = 10
QUERY_CAP: dict[Kind, int] = {"continuous": 500, "binary": 2000}
QUERY_LEAST = 10


@dataclass(frozen=True, slots=True)
class Skipped:
    """Why a stage cannot be judged at this number of labels."""

    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """The measured units of one stage.

    Parameters
    ----------
    part : PackStage
    y : ndarray, shape (n,)
        The characteristic; NaN where not measured.
    kind : {"continuous", "binary"}
    halves : (ndarray of int, ndarray of int), optional
        Measured units of the first and of the second half of the stage, where labels come from the first only.
    """

    part: PackStage
    y: Array
    kind: Kind
    halves: tuple[Rows, Rows] | None = None

    @property
    def rows(self) -> Rows:
        """Row numbers of the measured units."""
        return np.flatnonzero(np.isfinite(self.y))

    def draw(self, k: int, rng: np.random.Generator) -> tuple[Rows, Rows] | Skipped:
        """Draw `k` labels (or defects) and the query; both as sorted row numbers."""
        return self._defects(k, rng) if self.kind == "binary" else self._values(k, rng)

    def _values(self, k: int, rng: np.random.Generator) -> tuple[Rows, Rows] | Skipped:
        if self.halves is None:
            query = held_out(self.part, self.rows, rng)
            pool = np.setdiff1d(self.rows, query)
        else:
            pool, query = self.halves
        support = rng.permutation(pool)[:k]
        query = _capped(apart(self.part, support, query), QUERY_CAP["continuous"], rng)
        if len(support) < k or len(query) < QUERY_LEAST:
            return Skipped(f"{len(self.rows)} measured units do not serve {k} labels and a query of {QUERY_LEAST}")
        return np.sort(support), query

    def _defects(self, k: int, rng: np.random.Generator) -> tuple[Rows, Rows] | Skipped:
        pool, query = self.halves or (self.rows, self.rows)
        shuffled = rng.permutation(pool)
        bad, good = shuffled[self.y[shuffled] == 1], shuffled[self.y[shuffled] == 0]
        goods = GOOD_PER_DEFECT * k if k else GOOD_WITHOUT_DEFECT
        support = np.concatenate([bad[:k], good[:goods]])
        query = apart(self.part, support, np.setdiff1d(query, support))
        query = _capped(query, QUERY_CAP["binary"], rng)
        left = int(np.sum(self.y[query] == 1))
        if len(support) < k + goods or left < 1 or len(query) - left < QUERY_LEAST:
            return Skipped(f"{len(bad)} nonconforming units do not serve {k} labelled ones and a query")
        return np.sort(support), query


def halves(part: PackStage, rows: Rows) -> tuple[Rows, Rows] | None:
    """Divide measured units at their middle moment; units of one moment stay together.

    Parameters
    ----------
    part : PackStage
    rows : ndarray of int

    Returns
    -------
    (ndarray, ndarray) or None
        None where the stage has no order, or one moment only.
    """
    if part.t is None or not rows.size:
        return None
    t = part.t[rows]
    early = t < np.sort(t)[len(t) // 2]
    return (rows[early], rows[~early]) if early.any() else None


def held_out(part: PackStage, rows: Rows, rng: np.random.Generator) -> Rows:
    """Return rows for the query, replicates together: half of the stage, less where the largest support needs more."""
    largest = max((k for k in SHOTS if k <= len(rows) - QUERY_LEAST), default=0)
    wanted = max(min(len(rows) // 2, len(rows) - largest), QUERY_LEAST)
    if part.groups is None:
        return np.asarray(rng.permutation(rows)[:wanted])
    ids = np.unique(np.array([str(g) for g in part.groups[rows]]), return_inverse=True)[1]
    order = rng.permutation(int(ids.max()) + 1)
    reached = np.cumsum(np.bincount(ids)[order])
    held = order[: int(np.searchsorted(reached, wanted)) + 1]
    return rows[np.isin(ids, held)]


def apart(part: PackStage, support: Rows, query: Rows) -> Rows:
    """Leave out of the query what is a replicate of a labelled unit."""
    if part.groups is None:
        return query
    taken = {str(g) for g in part.groups[support]}
    return query[[str(g) not in taken for g in part.groups[query]]]


def _capped(rows: Rows, cap: int, rng: np.random.Generator) -> Rows:
    return np.sort(rng.permutation(rows)[:cap])
