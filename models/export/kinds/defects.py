"""The logistic head for defects: detectors, trees and line of the sisters, likeness to known defects; in doubles."""

from __future__ import annotations

import numpy as np

from models.anomaly.detectors import NEAREST, Detectors
from models.anomaly.knn import squared_distances as constant_distances
from models.export.answers import Said, Units, answer
from models.export.domain import off_plane, scaled
from models.export.graph import Tensor
from models.export.kinds.kernels import squared_distances
from models.export.kinds.ranks import counted
from models.export.kinds.standardized import bent, known
from models.export.kinds.trees import boosted
from models.learners.defect_head import BEND, FREEDOM, REACH, Logistic, Sight

WIDEST = 30.0


@answer.register
def _logistic(respond: Logistic, units: Units) -> Said:
    x = units.aligned(respond.columns, respond.wanted)
    p = (_features(respond.sight, x) @ respond.slopes + respond.shift).sigmoid()
    return Said(p, p * (1.0 - p) * respond.doubt + 1e-6, FREEDOM)


def _features(sight: Sight, x: Tensor) -> Tensor:
    """Return the six features, shape (n, 6): `Sight.features`."""
    seen = sight.detectors
    z = known((x - seen.centre) / seen.spread).clip(-WIDEST, WIDEST)
    found = x.graph.columns(_distance(seen, z), off_plane(seen.plane, scaled(seen.plane.scale, x)), _tails(seen, z))
    scores = ((found + 1e-6).log() - seen.usual) / seen.width
    along = z.clip(-REACH, REACH) @ sight.line if len(sight.line) else z.full(0.0)
    pooled = (x.graph.columns(boosted(sight.trees, z), along) - sight.usual[0]) / sight.usual[1]
    return bent(x.graph.join(scores, pooled, _likeness(sight, z).column()), BEND)


def _distance(seen: Detectors, z: Tensor) -> Tensor:
    """Return the mean distance to the nearest units but the very nearest."""
    count = min(NEAREST + 1, len(seen.units))
    near = squared_distances(z, seen.units).smallest(count).sqrt()
    return (near.sum(axis=1) - near.min(axis=1)) / float(max(count - 1, 1))


def _tails(seen: Detectors, z: Tensor) -> Tensor:
    """Return the sum over parameters of the negative logarithm of the smaller tail."""
    m = len(seen.columns)
    below = counted(seen.columns, z, equal=True).to(np.float64) / float(m)
    above = 1.0 - counted(seen.columns, z, equal=False).to(np.float64) / float(m)
    smaller = z.graph.where(below < above, below, above)
    return -smaller.at_least(0.5 / m).log().sum(axis=1)


def _likeness(sight: Sight, z: Tensor) -> Tensor:
    """Return how much nearer the nearest known defect is than usual: `Sight._likeness` for new units."""
    if not len(sight.known):
        return z.full(0.0)
    logs = np.log(constant_distances(sight.detectors.units, sight.known).min(axis=1) + 1e-3)
    trust = len(sight.known) / (len(sight.known) + 2.0)
    nearest = (squared_distances(z, sight.known).min(axis=1) + 1e-3).log()
    return (nearest - float(logs.mean())) * (-trust / max(float(logs.std()), 0.05))
