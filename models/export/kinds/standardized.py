"""Parameters on a scale: as `models.learners.parts.scaling`, element by element in double precision, digit for digit.

Trees ask whether a parameter lies above a threshold: with the same digits they get the same answers.
"""

from __future__ import annotations

import numpy as np

from models.export.graph import Tensor
from models.learners.parts.scaling import CLIP, Scaling

LARGEST = float(np.finfo(np.float64).max)


def known(z: Tensor) -> Tensor:
    """Return `z` with 0 where missing and the largest number where infinite (numpy.nan_to_num)."""
    return z.graph.where(z.missing(), 0.0, z).clip(-LARGEST, LARGEST)


def bent(z: Tensor, limit: float = CLIP) -> Tensor:
    """Return `z` with what lies beyond `limit` bent onto ``limit + log(1 + excess)``."""
    size = z.abs()
    far = z.sign() * (limit + (1.0 + (size - limit).at_least(0.0)).log())
    return z.graph.where(size > limit, far, z)


def standardized(scale: Scaling, x: Tensor) -> Tensor:
    """Return `x`, shape (n, d), on `scale`; missing and constant parameters become 0, outliers are bent."""
    inverse = np.divide(1.0, scale.spread, out=np.zeros_like(scale.spread), where=scale.spread > 0)
    return bent(known((x - scale.centre) * inverse))
