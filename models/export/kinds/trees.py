"""Boosted symmetric trees: one comparison a level of all trees, then their values by the place of the leaf."""

from __future__ import annotations

import numpy as np

from models.export.graph import WHOLE, Tensor, looked_up
from models.learners.parts.boosted import Boosted


def boosted(trees: Boosted, x: Tensor) -> Tensor:
    """Return the sum of the trees at the rows of `x`, shape (n, d), double; a missing value answers no."""
    count, depth = trees.feature.shape
    if not count:
        return x.full(trees.base)
    yes = x.take(trees.feature.ravel(), axis=1) > trees.threshold.ravel()
    bits = yes.to(WHOLE).shaped(0, count, depth) * (1 << np.arange(depth))
    leaf = bits.sum(axis=2) + np.arange(count) * trees.value.shape[1]
    return trees.base + looked_up(trees.value.ravel(), leaf).sum(axis=1)
