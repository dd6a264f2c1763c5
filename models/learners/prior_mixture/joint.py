"""What an adapted mixture believes of units together: which of them would be known if another were measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.base import Array
from models.learners.parts import Rows
from models.learners.parts.together import Joint
from models.learners.prior_mixture.experts import OFFSETS, SHAPES, noise_table, total_table
from models.learners.prior_mixture.lens import Grams, Seen, self_variance
from models.learners.prior_mixture.posterior import Chosen, Evidence

_LEAST_FREEDOM = 0.5
_EVEN = 12.0**0.5  # gives times spread evenly over the stage's span unit variance


def joint(  # noqa: PLR0917 - a posterior, and units seen through its lens
    evidence: Evidence, chosen: Chosen, units: Seen, means: Array, relevance: Array, last: int
) -> Joint:
    """Return the covariance of the `units` (n) with the `last` m of them, given the labels of `evidence`.

    Parameters
    ----------
    evidence : Evidence
    chosen : Chosen
    units : Seen
    means : ndarray, shape (n, means)
        Every mean of the grid at the units.
    relevance : ndarray, shape (d,)
        Of the parameters, for the places.
    last : int
        m.

    Returns
    -------
    Joint
        Of one expert: ``s^2 (K - K_s' A K_s + u u' / shrunk)`` with ``A`` the inverse of kernel plus noise on the
        labels and ``u`` what the offset leaves (Rasmussen & Williams 2006, eq. 2.24 and 2.42).
    """
    n = len(units)
    tail = units.take(np.arange(n - last, n))
    known, among = Grams.between(units, evidence.seen), Grams.between(units, tail)
    covariance, variance, noise = np.zeros((n, last)), np.zeros(n), 0.0
    said = np.zeros((n, len(chosen.weight)))
    for k in np.unique(chosen.kernel):
        mine = np.flatnonzero(chosen.kernel == k)
        shape = SHAPES[evidence.kernels[k]]
        a_star = known.gram(shape) @ evidence.vectors[k]
        part = _Part.of(evidence, chosen, mine, a_star)
        said[:, mine] = means[:, chosen.mean[mine]] + part.local
        covariance += part.size.sum() * among.gram(shape)
        covariance -= (a_star * (part.inverse @ part.size)) @ a_star[n - last :].T
        covariance += (part.left * (part.size / part.shrunk)) @ part.left[n - last :].T
        variance += part.size.sum() * self_variance(units, shape)
        variance += (part.left**2) @ (part.size / part.shrunk) - (a_star**2) @ (part.inverse @ part.size)
        noise += float(part.size @ part.noise)
    apart = (said - (said @ chosen.weight)[:, None]) * np.sqrt(chosen.weight)
    covariance += apart @ apart[n - last :].T
    dissent = (apart**2).sum(axis=1)
    spread = np.maximum(variance, 0.0) + dissent
    places, labelled = _places(units, relevance), _places(evidence.seen, relevance)
    return Joint(covariance, spread, dissent[n - last :], noise, places, labelled)


def _places(units: Seen, relevance: Array) -> Array:
    """Return parameters on the stage's scale by relevance, and the time: together they weigh as it does."""
    z = units.views["stage"] * np.sqrt(relevance / max(len(relevance), 1))
    return z if units.clock is None else np.hstack([z, _EVEN * units.clock])


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The experts of one kernel: `size` is weight times expected s^2; the rest as in `posterior`."""

    local: Array
    left: Array
    inverse: Array
    shrunk: Array
    noise: Array
    size: Array

    @classmethod
    def of(cls, evidence: Evidence, chosen: Chosen, mine: Rows, a_star: Array) -> _Part:
        k, spread, n = int(chosen.kernel[mine[0]]), evidence.spread, len(evidence.seen)
        place, m = evidence.kernels[k], chosen.mean[mine]
        w, v = chosen.noise[mine], chosen.offset[mine]
        noise, total = noise_table()[place, w], total_table()[place, w]
        inverse = 1.0 / (evidence.values[k][:, None] + noise)
        shrunk = 1.0 / (OFFSETS[v] * total) + evidence.down[k, w]
        beta = evidence.cross[k, m, w] / shrunk
        ones = evidence.ones[k][:, None]
        local = beta + a_star @ (inverse * (evidence.rotated[k][:, m] - beta * ones))
        left = 1.0 - a_star @ (inverse * ones)
        quadratic = np.maximum(evidence.quadratic[k, m, w] - evidence.cross[k, m, w] * beta, 0.0)
        degrees = 2 * spread.a[m] + n
        scale = (spread.b[m] / total + quadratic / 2) / (degrees / 2)
        variance = scale * degrees / np.maximum(degrees - 2.0, _LEAST_FREEDOM)
        return cls(local, left, inverse, shrunk, noise, chosen.weight[mine] * variance)
