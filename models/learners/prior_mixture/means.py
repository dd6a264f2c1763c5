"""Pooled means: what the sisters agree on, learned so that no stage saw its own labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from models.base import Array
from models.learners.parts import Rows
from models.learners.parts.boosted import Boosted, Growth, grow
from models.learners.prior_mixture.lens import Seen

PENALTIES = (0.003, 0.03, 0.3, 3.0)
MOST_CELLS = 250_000
GROWTH = Growth(trees=64, depth=4, rate=0.15)
FOLDS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Means:
    """Fitted pooled means of a family.

    Parameters
    ----------
    raw, centred, standard : Boosted
        Trees for the value, the value minus the stage's level, and the value on the stage's own scale.
    raw_line, standard_line : ndarray, shape (2 d + 1,)
        Ridge coefficients with the intercept first.
    """

    raw: Boosted
    centred: Boosted
    standard: Boosted
    raw_line: Array
    standard_line: Array

    def at(self, seen: Seen, wanted: Iterable[int] = range(5)) -> Array:
        """Return raw trees, raw ridge, centred trees, standard trees, standard ridge at n units, shape (n, 5).

        Those that are not `wanted` are left 0.
        """
        z = np.asfortranarray(inputs(seen))
        asked: tuple[Callable[[Array], Array], ...] = (
            self.raw.predict,
            partial(_line, self.raw_line),
            self.centred.predict,
            self.standard.predict,
            partial(_line, self.standard_line),
        )
        said = np.zeros((len(seen), len(asked)))
        for i in wanted:
            said[:, i] = asked[i](z)
        return said


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A training stage: its units through their lens, and labels raw."""

    seen: Seen
    y: Array
    groups: Rows

    @property
    def level(self) -> float:
        """Mean of the labels."""
        return float(self.y.mean())

    @property
    def spread(self) -> float:
        """Standard deviation of the labels; 0 for a constant."""
        return float(self.y.std(ddof=1)) if len(self.y) > 1 else 0.0


def inputs(seen: Seen) -> Array:
    """Return plant- and stage-standardized parameters side by side, shape (n, 2 d)."""
    return seen.views["both"]


def fit_means(stages: Sequence[Labelled], seed: int, growth: Growth = GROWTH) -> Means:
    """Fit the pooled means on `stages`; each stage has the same weight."""
    rng = np.random.default_rng(seed)
    d = max(inputs(stages[0].seen).shape[1], 1)
    per_stage = max(30, MOST_CELLS // (d * len(stages)))
    rows = [np.sort(rng.permutation(len(s.y))[:per_stage]) for s in stages]
    z = np.vstack([inputs(s.seen)[r] for s, r in zip(stages, rows, strict=True)])
    size = len(z) / len(stages)
    weight = np.concatenate([np.full(len(r), np.sqrt(size / len(r))) for r in rows])
    pairs = list(zip(stages, rows, strict=True))
    raw = np.concatenate([s.y[r] for s, r in pairs])
    centred = np.concatenate([s.y[r] - s.level for s, r in pairs])
    standard = np.concatenate([(s.y[r] - s.level) / (s.spread or 1.0) for s, r in pairs])
    raw_trees, centred_trees, own_trees = (grow(z, target, weight, rng, growth) for target in (raw, centred, standard))
    return Means(raw_trees, centred_trees, own_trees, _ridge(z, raw, weight), _ridge(z, standard, weight))


def _ridge(z: Array, y: Array, weight: Array) -> Array:
    """Return ridge coefficients, intercept first; the penalty by generalized cross-validation (Golub et al. 1979)."""
    root = np.sqrt(weight)
    base = float(np.average(y, weights=weight))
    a, b = z * root[:, None], (y - base) * root
    values, vectors = np.linalg.eigh(a.T @ a)
    values = np.maximum(values, 0.0)
    along = vectors.T @ (a.T @ b)
    best, found = np.inf, np.zeros(z.shape[1])
    for penalty in PENALTIES:
        shrink = values + penalty * len(y)
        coefficients = vectors @ (along / shrink)
        score = float(((b - a @ coefficients) ** 2).sum()) / (len(y) - float((values / shrink).sum())) ** 2
        if score < best:
            best, found = score, coefficients
    return np.concatenate([[base], found])


def _line(coefficients: Array, z: Array) -> Array:
    line: Array = coefficients[0] + z @ coefficients[1:]
    return line


@dataclass(frozen=True, slots=True, eq=False)
class Honest:
    """Pooled means for stages of the training itself: each from fits that never saw the stage.

    A stage that helped to train the means would find its own labels in them, and trust them too much.

    Parameters
    ----------
    fits : tuple of Means
    place : ndarray of int, shape (stages,)
        Which of `fits` never saw the stage.
    """

    fits: tuple[Means, ...]
    place: Rows

    def at(self, stages: Sequence[Labelled]) -> list[Array]:
        """Return for each training stage the five pooled means at its units."""
        return [self.fits[int(p)].at(s.seen) for s, p in zip(stages, self.place, strict=True)]


def cross_fitted(stages: Sequence[Labelled], seed: int, folds: int = FOLDS, growth: Growth = GROWTH) -> Honest:
    """Fit the pooled means several times, each time without some stages; a lone stage gets its level alone."""
    count = min(folds, len(stages))
    if count < 2:
        return Honest(tuple(_flat(s) for s in stages), np.arange(len(stages)))
    place = np.random.default_rng(seed).permutation(len(stages)) % count
    fits = [
        fit_means([s for s, p in zip(stages, place, strict=True) if p != fold], seed + 1 + fold, growth)
        for fold in range(count)
    ]
    return Honest(tuple(fits), place)


def _flat(stage: Labelled) -> Means:
    none = Boosted(0.0, np.zeros((0, 1), dtype=np.int32), np.zeros((0, 1)), np.zeros((0, 2)))
    line = np.zeros(inputs(stage.seen).shape[1] + 1)
    level = np.concatenate([[stage.level], line[1:]])
    return Means(Boosted(stage.level, none.feature, none.threshold, none.value), none, none, level, line)


def relevance(means: Means, d: int) -> Array:
    """Return the weight of each of d parameters, mean 1: how much of the pooled trees' leaves hangs on it.

    The share of the spread of leaf values that each question explains, from centred and standardized trees, blended
    four to one with equal weights so that no parameter vanishes.
    """
    total = np.zeros(2 * d)
    for trees in (means.centred, means.standard):
        total += _gain(trees, 2 * d)
    folded = total[:d] + total[d:]
    if folded.sum() <= 0:
        return np.ones(d)
    blended: Array = 0.2 + 0.8 * folded / folded.sum() * d
    return blended


def _gain(trees: Boosted, width: int) -> Array:
    depth = trees.feature.shape[1]
    out = np.zeros(width)
    leaves = np.arange(2**depth)
    for level in range(depth):
        yes = trees.value[:, (leaves >> level) & 1 == 1]
        no = trees.value[:, (leaves >> level) & 1 == 0]
        np.add.at(out, trees.feature[:, level], ((yes - no) ** 2).mean(axis=1))
    shares: Array = out / max(float(out.sum()), 1e-300)
    return shares
