"""What makes a unit strange: which parameters, by how much, in which direction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.anomaly.conformal import p_values
from models.anomaly.crossed import Pair
from models.anomaly.domain import Domain
from models.anomaly.knn import squared_distances
from models.anomaly.pca import Plane
from models.base import Array

NOTABLE = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Oddity:
    """How strange each parameter of one unit is.

    Parameters
    ----------
    share : ndarray, shape (d,)
        Share of the score that would go if this parameter alone were as the others suggest, 0..1; shares overlap and
        need not sum to 1. By distance: share of the squared distance to the nearest units; they sum to 1.
    usual : ndarray, shape (d,)
        Distance from the middle of the stage's units, in their spreads; NaN where missing.
    beyond : ndarray, shape (d,)
        Distance from what the other parameters (by distance: the nearest units) suggest, in the same spreads.
    by : {"plane", "neighbours", "nothing"}
        Which score is the stranger one: T2 and SPE, or the distance to the nearest units.
    """

    share: Array
    usual: Array
    beyond: Array
    by: str


def oddity(domain: Domain, unit: Array) -> Oddity:
    """Say which parameters make `unit`, shape (d,), strange among the units that `domain` learned.

    T2 + SPE is a quadratic form ``z' M z``. Its share of parameter j is the reconstruction-based contribution ``(M
    z)_j^2 / M_jj / z' M z`` of Alcala & Qin (2009, Automatica 45, eq. 14), which names the right one of single faults
    large enough, where plain contributions smear over its neighbours.

    Parameters
    ----------
    domain : Domain
    unit : ndarray, shape (d,)
        NaN is missing; a missing parameter has no share.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> alike = rng.normal(size=(200, 1)) + 0.1 * rng.normal(size=(200, 3))
    >>> found = oddity(Domain.learn(alike), np.array([0.0, 2.0, 0.0]))
    >>> int(found.share.argmax()), bool(found.beyond[1] > 1)
    (1, True)
    """
    d = len(unit)
    if not domain.known:
        return Oddity(np.zeros(d), np.full(d, np.nan), np.zeros(d), "nothing")
    pair = Pair.learn(domain.units.rows)
    plane, near = pair.plane, pair.near
    usual = (unit - plane.scale.centre) / plane.scale.spread
    if _stranger_by_distance(domain, domain.among.scores(unit[None]).mean(axis=0)[0]):
        share, beyond = _from_neighbours(plane.scale.apply(unit[None])[0], near.reference, near.k)
        by = "neighbours"
    else:
        share, beyond = reconstruction(plane, np.nan_to_num(usual, nan=0.0))
        by = "plane"
    known = np.isfinite(unit)
    return Oddity(np.where(known, share, 0.0), usual, np.where(known, beyond, 0.0), by)


def reconstruction(plane: Plane, z: Array) -> tuple[Array, Array]:
    """Return reconstruction-based shares and distances of the standardized unit `z`, shape (d,).

    Reconstructed is the value at which the score is least, the other parameters kept: ``z_j - (M z)_j / M_jj``.
    """
    form = plane.axes / plane.variances / max(len(plane.variances), 1) @ plane.axes.T
    form = form + (np.eye(len(z)) - plane.axes @ plane.axes.T) / plane.rest
    slope, own = form @ z, np.maximum(np.diagonal(form), 1e-12)
    score = float(z @ slope)
    if score <= 0:
        return np.zeros(len(z)), np.zeros(len(z))
    return slope**2 / own / score, slope / own


def _stranger_by_distance(domain: Domain, scores: Array) -> bool:
    """Whether the distance is the stranger of the two scores: by p-value, then by how far beyond all seen."""
    seen = domain.among.usual
    p = [float(p_values(seen[:, j], scores[j : j + 1])[0]) for j in (0, 1)]
    beyond = scores / (seen[-1] + 1e-12)
    return p[1] < p[0] or (p[1] == p[0] and beyond[1] > beyond[0])


def _from_neighbours(z: Array, reference: Array, k: int) -> tuple[Array, Array]:
    order = np.argsort(squared_distances(z[None], reference)[0], kind="stable")[:k]
    gap = z - reference[order].mean(axis=0)
    total = float((gap**2).sum())
    return (gap**2 / total if total > 0 else np.zeros(len(z))), gap
