"""Evidence of every expert on a stage's labels, and the mixture they predict with.

An expert says ``y = m(x) + offset + f(x) + noise`` with covariance ``s^2 (K + w I + v 1 1')``; s^2 has an inverse
gamma prior and is integrated out, so the evidence is that of a multivariate Student t and predictions are Student t
(Rasmussen & Williams 2006, ch. 2 and 5; Gelman et al. 2013, sec. 3.2). One eigendecomposition a kernel serves all
means, noises and offsets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from models.base import Array
from models.learners.parts import Rows
from models.learners.parts.serving import Answer
from models.learners.prior_mixture.experts import OFFSETS, SHAPES, noise_table, total_table
from models.learners.prior_mixture.lens import Grams, Seen, self_variance

MOST_EXPERTS = 250
KEPT = 0.995
CAUTION = 0.85
#: A t distribution of two degrees and less has no variance to average: stages of very unlike spread, before any label.
LEAST_DEGREES = 2.5


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Inverse gamma prior of the residual variance for each mean: `a` and `b`, shape (means,)."""

    a: Array
    b: Array


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Everything the labels say about the experts.

    Attributes
    ----------
    seen : Seen
        The n labelled units.
    spread : Spread
    kernels : list of int
        Places of the kernels used.
    log : ndarray, shape (kernels, means, noises, offsets)
        Log marginal likelihood.
    values, vectors : ndarray, shape (k, n), (k, n, n)
        Spectra of the kernels used.
    rotated : ndarray, shape (k, n, means)
        Labels minus each mean, in the basis of each kernel.
    ones : ndarray, shape (k, n)
    quadratic, cross : ndarray, shape (k, means, noises)
    down : ndarray, shape (k, noises)
    """

    seen: Seen
    spread: Spread
    kernels: list[int]
    log: Array
    values: Array
    vectors: Array
    rotated: Array
    ones: Array
    quadratic: Array
    cross: Array
    down: Array


def weigh(seen: Seen, residual: Array, spread: Spread, kernels: list[int]) -> Evidence:
    """Compute the evidence of all experts.

    Parameters
    ----------
    seen : Seen
        The n labelled units.
    residual : ndarray, shape (n, means)
        Labels minus each mean.
    spread : Spread
    kernels : list of int
        Places in `SHAPES`.

    Returns
    -------
    Evidence
    """
    n = len(seen)
    grams = Grams.between(seen, seen)
    stack = np.stack([grams.gram(SHAPES[k]) for k in kernels])
    values, vectors = np.linalg.eigh(stack) if n else (np.zeros((len(kernels), 0)), stack)
    values = np.maximum(values, 0.0)
    basis = np.swapaxes(vectors, 1, 2)
    rotated, ones = basis @ residual, basis.sum(axis=2)
    spectrum = values[:, :, None] + noise_table()[kernels][:, None, :]
    inverse = 1.0 / spectrum
    quadratic = np.swapaxes(rotated**2, 1, 2) @ inverse
    cross = np.swapaxes(rotated * ones[:, :, None], 1, 2) @ inverse
    down = ((ones**2)[:, None, :] @ inverse)[:, 0, :]
    determinant = np.log(spectrum).sum(axis=1)
    log = _log_evidence(n, determinant, (quadratic, cross, down), spread, total_table()[kernels])
    return Evidence(seen, spread, kernels, log, values, vectors, rotated, ones, quadratic, cross, down)


def _log_evidence(n: int, determinant: Array, sums: tuple[Array, Array, Array], spread: Spread, total: Array) -> Array:
    """Return the log density of the labels, shape (k, means, noises, offsets), without ``-n/2 log 2 pi``."""
    quadratic, cross, down = sums
    offset = OFFSETS * total[:, :, None]
    shrunk = 1.0 / offset + down[:, :, None]
    q = quadratic[..., None] - cross[..., None] ** 2 / shrunk[:, None]
    logdet = determinant[:, :, None] + np.log1p(offset * down[:, :, None])
    a = spread.a[:, None, None]
    b = spread.b[:, None] / total[:, None, :]
    gain = special.gammaln(a + n / 2) - special.gammaln(a)
    out: Array = (
        gain
        + a * np.log(b)[..., None]
        - (a + n / 2) * np.log(b[..., None] + np.maximum(q, 0.0) / 2)
        - 0.5 * logdet[:, None]
    )
    return out


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """The experts that carry the weight: their places in each direction of the grid, and their weights."""

    kernel: Rows
    mean: Rows
    noise: Rows
    offset: Rows
    weight: Array


def choose(evidence: Evidence, prior: Array) -> Chosen:
    """Return the heaviest experts, at most `MOST_EXPERTS`, that hold `KEPT` of the posterior weight.

    The evidence counts by the power `CAUTION`: no expert is exactly right, and a tempered posterior hedges
    (Grünwald & van Ommen 2017). `prior` has the shape of the grid.
    """
    log = CAUTION * evidence.log + prior[evidence.kernels]
    flat = log.ravel()
    some = min(MOST_EXPERTS, flat.size)
    top = np.argpartition(flat, flat.size - some)[-some:]
    top = top[np.lexsort((top, -flat[top]))]
    weight = np.exp(flat[top] - flat[top[0]])
    weight /= weight.sum()
    count = int(np.searchsorted(np.cumsum(weight), KEPT)) + 1
    k, m, w, v = (np.asarray(i, dtype=np.intp) for i in np.unravel_index(top[:count], log.shape))
    return Chosen(k, m, w, v, weight[:count] / weight[:count].sum())


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The e chosen experts of one kernel: all of their answer that no new unit changes.

    Variances are linear in the experts, so those of one kernel are added up here, noise level by noise level.

    Attributes
    ----------
    place : int
        The kernel, in `SHAPES`.
    experts : slice
        Where they stand among all that were chosen.
    basis : ndarray, shape (n, n)
        Takes a unit's covariances to the basis of the kernel.
    slope : ndarray, shape (e, n)
        What each mean takes from them there.
    size : float
        Weight times expected squared scale, of all experts together.
    explained : ndarray, shape (n,)
        What the labels explain of the variance.
    ones, doubt : ndarray, shape (noises, n) and (noises,)
        What the labels say of the offset, and how much it counts that it is not known.
    """

    place: int
    experts: slice
    basis: Array
    slope: Array
    size: float
    explained: Array
    ones: Array
    doubt: Array


@dataclass(frozen=True, slots=True, eq=False)
class Experts:
    """The experts that carry the weight, ready to be asked.

    Attributes
    ----------
    seen : Seen
        The n labelled units.
    groups : tuple of Group
        By kernel.
    beta, weight : ndarray, shape (e,)
        Offset and weight of each expert.
    mean : ndarray of int, shape (e,)
        Which mean it has.
    noise : float
        Variance of the noise, in the mean over experts.
    freedom : float
        Degrees of freedom, likewise.
    """

    seen: Seen
    groups: tuple[Group, ...]
    beta: Array
    weight: Array
    mean: Rows
    noise: float
    freedom: float


def ready(evidence: Evidence, chosen: Chosen) -> Experts:
    """Compute once what every question to the chosen experts needs."""
    order = np.argsort(chosen.kernel, kind="stable")
    k, m, w, v = (places[order] for places in (chosen.kernel, chosen.mean, chosen.noise, chosen.offset))
    weight, spread, n = chosen.weight[order], evidence.spread, len(evidence.seen)
    place = np.asarray(evidence.kernels)[k]
    noise, total = noise_table()[place, w], total_table()[place, w]
    shrunk = 1.0 / (OFFSETS[v] * total) + evidence.down[k, w]
    beta = evidence.cross[k, m, w] / shrunk
    q = np.maximum(evidence.quadratic[k, m, w] - evidence.cross[k, m, w] * beta, 0.0)
    scale = (spread.b[m] / total + q / 2) / (spread.a[m] + n / 2)
    degrees = np.maximum(2 * spread.a[m] + n, LEAST_DEGREES)
    size = weight * scale * (degrees / (degrees - 2.0))
    ends = np.flatnonzero(np.diff(k, append=-1)) + 1
    groups, begin = [], 0
    for end in ends.tolist():
        mine = slice(begin, end)
        groups.append(_group(evidence, int(k[begin]), mine, (m[mine], w[mine], beta[mine], size[mine], shrunk[mine])))
        begin = end
    return Experts(evidence.seen, tuple(groups), beta, weight, m, float(size @ noise), float(degrees @ weight))


def _group(evidence: Evidence, k: int, experts: slice, own: tuple[Rows, Rows, Array, Array, Array]) -> Group:
    m, w, beta, size, shrunk = own
    place, ones = evidence.kernels[k], evidence.ones[k]
    inverse = 1.0 / (evidence.values[k] + noise_table()[place][:, None])
    slope = inverse[w] * (evidence.rotated[k].T[m] - beta[:, None] * ones)
    sizes, doubt = (np.bincount(w, of, len(inverse)).astype(np.float64) for of in (size, size / shrunk))
    basis, explained = evidence.vectors[k].T, sizes @ inverse
    return Group(place, experts, basis, slope, float(sizes.sum()), explained, inverse * ones, doubt)


def predict(experts: Experts, new: Seen, means: Array) -> Answer:
    """Average the predictions of the chosen experts at the q units `new`; `means` has shape (q, means)."""
    grams = Grams.between(experts.seen, new)
    local = means.T[experts.mean] + experts.beta[:, None]
    inner = np.full(len(new), experts.noise)
    for group in experts.groups:
        shape = SHAPES[group.place]
        along = group.basis @ grams.gram(shape)
        local[group.experts] += group.slope @ along
        inner += group.size * self_variance(new, shape)
        inner += group.doubt @ (1.0 - group.ones @ along) ** 2
        inner -= group.explained @ along**2
    mean = experts.weight @ local
    spread = np.maximum(experts.weight @ local**2 - mean**2, 0.0) + inner
    total = np.maximum(spread, 1e-300)
    return Answer(mean, np.sqrt(total * (experts.freedom - 2.0) / experts.freedom), experts.freedom)
