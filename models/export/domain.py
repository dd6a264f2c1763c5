"""Anomaly score and domain of validity: principal components, nearest neighbours, ranks among units kept aside.

All of it in double precision: what is decided here is the rank of a score among others very near to it.
"""

from __future__ import annotations

import numpy as np

from models.anomaly.crossed import Crossed
from models.anomaly.domain import FAR, STRETCHES, Domain
from models.anomaly.knn import Neighbours
from models.anomaly.pca import Plane
from models.anomaly.scale import BEND, Scale
from models.anomaly.units import Rows
from models.base import Array
from models.export.answers import Units
from models.export.graph import Tensor
from models.export.kinds.ranks import at_least, p_values
from models.export.kinds.standardized import bent, known

Scores = list[tuple[Tensor, Tensor]]
ROUNDING = 1e-12


def scaled(scale: Scale, x: Tensor) -> Tensor:
    """Return `x`, shape (n, d), standardized; missing becomes 0, far values are bent: `Scale.apply`."""
    return bent(known((x - scale.centre) / scale.spread), BEND)


def off_plane(plane: Plane, z: Tensor) -> Tensor:
    """Return T2 / r + SPE / mean SPE of standardized rows, shape (n,): `Plane.score_of`."""
    square = (z @ plane.axes).square()
    t2 = square @ (1.0 / plane.variances / max(len(plane.variances), 1))
    spe = (z.square().sum(axis=1) - square.sum(axis=1)).at_least(0.0)
    return t2 + spe / plane.rest


def from_neighbours(near: Neighbours, z: Tensor, rows: Array) -> Tensor:
    """Return the distance of each row to its k-th nearest unit, shape (n,): `Neighbours.score_of`.

    The units of every fold are some of the same `rows`, shape (m, d): these are stored once, as they were measured, and
    the graph standardizes them; onnxruntime does that when it loads the model.
    """
    known_units = scaled(near.scale, z.graph.const(rows).take(_places(near, rows), axis=0))
    apart = z.square().sum(axis=1).column() + near.squares - (z @ known_units.turned()) * 2.0
    return apart.at_least(0.0).smallest(near.k).take(near.k - 1, axis=1).sqrt()


def _places(near: Neighbours, rows: Array) -> Rows:
    """Return where in `rows` the units of a fold stand; they are in the same order."""
    found: list[int] = []
    for place, unit in enumerate(near.scale.apply(rows)):
        if len(found) < len(near.reference) and np.array_equal(unit, near.reference[len(found)]):
            found.append(place)
    return np.array(found, dtype=np.intp)


def judged(domain: Domain, units: Units) -> tuple[Tensor, Tensor]:
    """Return anomaly score (0..1) and domain flag of each unit, shape (n,): `Domain.judge`."""
    x = units.x
    if not domain.known:
        return x.full(0.0), x.full(0.0) > 0.0
    rows = domain.units.rows
    scores = _scores(domain.among, x, rows)
    anomaly = _anomaly(domain.among, scores, x)
    times = domain.units.times
    if times is not None and np.ptp(times) > 0:
        last = float(times[-1])
        ahead = (units.time(last) - last) / float(np.ptp(times))
        after = (_anomaly(crossed, _scores(crossed, x, rows), x) for crossed in (domain.soon, domain.later))
        for least, later in zip((0.0, 1.0 / STRETCHES), after, strict=True):
            anomaly = x.graph.where(ahead > least, later, anomaly)
    return anomaly, _inside(domain.among, scores, x)


def _scores(crossed: Crossed, x: Tensor, rows: Array) -> Scores:
    """Return both scores by the detectors of each fold: `Crossed.scores`."""
    found = []
    for pair in crossed.pairs:
        z = scaled(pair.plane.scale, x)
        found.append((off_plane(pair.plane, z), from_neighbours(pair.near, z, rows)))
    return found


def _anomaly(crossed: Crossed, scores: Scores, x: Tensor) -> Tensor:
    """Return one less the share of units at least as strange: `Crossed.p_values`."""
    above = x.full(1.0)
    for found, total, weight in zip(scores, crossed.totals, crossed.weights, strict=True):
        above = above + at_least(total, weight[:-1] - weight[1:], _combined(found, crossed.usual) - ROUNDING)
    return 1.0 - (above / (crossed.groups + 1.0)).clip(0.0, 1.0)


def _combined(found: tuple[Tensor, Tensor], usual: Array) -> Tensor:
    """Return the sum of logs of the p-values, and the raw scores beyond all that was seen: `crossed.combined`."""
    highest = usual[-1]
    beyond = [(score / (highest[j] + 1e-12) - 1.0).at_least(0.0) for j, score in enumerate(found)]
    logs = [p_values(usual[:, j], score).log() for j, score in enumerate(found)]
    total: Tensor = (1.0 + beyond[0] + beyond[1]).log() - logs[0] - logs[1]
    return total


def _inside(crossed: Crossed, scores: Scores, x: Tensor) -> Tensor:
    """Return where at least half of the folds have seen scores nearly as high."""
    limits = FAR * crossed.usual[-1] + 1e-9
    votes = x.full(0.0)
    for plane, near in scores:
        votes = votes + ((plane <= limits[0]) & (near <= limits[1])).to(np.float64)
    return votes >= 0.5 * len(scores)


def strangeness(domain: Domain, x: Tensor) -> Tensor:
    """Return both scores as parameters of their own, shape (n, 2): `Domain.strangeness`."""
    if not domain.known:
        return x.graph.columns(x.full(0.0), x.full(0.0))
    usual = np.log(domain.among.usual + 1e-6)
    scores = _scores(domain.among, x, domain.units.rows)
    total = (x.graph.columns(*scores[0]) + 1e-6).log()
    for found in scores[1:]:
        total = total + (x.graph.columns(*found) + 1e-6).log()
    strange: Tensor = (total / len(scores) - usual.mean(axis=0)) / np.maximum(usual.std(axis=0), 0.05)
    return strange
