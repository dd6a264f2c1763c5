"""Evidence of every expert on a stage's labels, and the mixture they predict with.

An expert says ``y = m(x) + offset + f(x) + noise`` with covariance ``s^2 (K + w I + v 1 1')``; s^2 has an inverse
gamma prior and is integrated out, so the evidence is that of a multivariate Student t and predictions are Student t
(Rasmussen & Williams 2006, ch. 2 and 5; Gelman et al. 2013, sec. 3.2). One eigendecomposition a kernel serves all
means, noises and offsets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import special

from models.base import Array
from models.learners.parts import Rows
from models.learners.parts.serving import Answer
from models.learners.prior_mixture.experts import OFFSETS, SHAPES, Shape, noise_table, total_table
from models.learners.prior_mixture.lens import Grams, Seen, slope, variance_parts

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
class Experts:
    """The e experts that carry the weight, on g kernels: all of their answer that no new unit changes.

    Variances are linear in the experts, so those of one kernel are added up here, noise level by noise level.

    Attributes
    ----------
    seen : Seen
        The n labelled units.
    shapes : tuple of Shape
        The kernels.
    places : tuple of slice
        Where the experts of each kernel stand among all, which are in the order of kernels.
    basis : ndarray, shape (g, n, n)
        Takes a unit's covariances to the basis of each kernel.
    explained : ndarray, shape (g, n)
        What the labels explain of the variance there.
    ones, doubt : ndarray, shape (g, noises, n) and (g, noises)
        What the labels say of the offset there, and how much it counts that it is not known.
    flat : float
        Prior variance that every unit has, noise included.
    sloped : dict of str to float
        How much the variance of a linear kernel adds, by view.
    slope : ndarray, shape (e, n)
        What each expert's mean takes from a unit's covariances in the basis of its kernel.
    beta, weight : ndarray, shape (e,)
        Offset and weight.
    mean : ndarray of int, shape (e,)
        Which mean each has.
    freedom : float
        Mean degrees of freedom.
    """

    seen: Seen
    shapes: tuple[Shape, ...]
    places: tuple[slice, ...]
    basis: Array
    explained: Array
    ones: Array
    doubt: Array
    flat: float
    sloped: dict[str, float]
    slope: Array
    beta: Array
    weight: Array
    mean: Rows
    freedom: float


def ready(evidence: Evidence, chosen: Chosen) -> Experts:
    """Compute once what every question to the chosen experts needs."""
    order = np.argsort(chosen.kernel, kind="stable")
    k, m, w, v = (places[order] for places in (chosen.kernel, chosen.mean, chosen.noise, chosen.offset))
    weight, spread, n = chosen.weight[order], evidence.spread, len(evidence.seen)
    kernels, first, mine = np.unique(k, return_index=True, return_inverse=True)
    table = np.asarray(evidence.kernels)[kernels]
    noise, total = noise_table()[table], total_table()[table[mine], w]
    shrunk = 1.0 / (OFFSETS[v] * total) + evidence.down[k, w]
    beta = evidence.cross[k, m, w] / shrunk
    q = np.maximum(evidence.quadratic[k, m, w] - evidence.cross[k, m, w] * beta, 0.0)
    scale = (spread.b[m] / total + q / 2) / (spread.a[m] + n / 2)
    degrees = np.maximum(2 * spread.a[m] + n, LEAST_DEGREES)
    size = weight * scale * (degrees / (degrees - 2.0))
    sizes, doubt = (_added(mine, w, values, noise.shape) for values in (size, size / shrunk))
    inverse = 1.0 / (evidence.values[kernels][:, None, :] + noise[:, :, None])
    shapes = tuple(SHAPES[place] for place in table)
    flat, sloped = _prior_variance(shapes, sizes.sum(axis=1))
    return Experts(
        evidence.seen,
        shapes,
        tuple(slice(a, b) for a, b in pairwise([*first.tolist(), len(k)])),
        np.swapaxes(evidence.vectors[kernels], 1, 2),
        (sizes[:, None, :] @ inverse)[:, 0, :],
        inverse * evidence.ones[kernels][:, None, :],
        doubt,
        flat + float((sizes * noise).sum()),
        sloped,
        inverse[mine, w] * (evidence.rotated[k, :, m] - beta[:, None] * evidence.ones[k]),
        beta,
        weight,
        m,
        float(degrees @ weight),
    )


def _prior_variance(shapes: Sequence[Shape], sizes: Array) -> tuple[float, dict[str, float]]:
    """Return what kernels of such `sizes` give to every unit, and to each by its slope in a view."""
    flat, by_view = 0.0, dict.fromkeys((shape.view for shape in shapes), 0.0)
    for shape, size in zip(shapes, sizes.tolist(), strict=True):
        same, sloped = variance_parts(shape)
        flat += size * same
        by_view[shape.view] += size * sloped
    return flat, {view: size for view, size in by_view.items() if size > 0}


def _added(kernel: Rows, noise: Rows, values: Array, shape: tuple[int, ...]) -> Array:
    """Return the sums of `values` over the experts of each kernel and noise level."""
    flat = np.bincount(np.ravel_multi_index((kernel, noise), shape), values, np.prod(shape))
    return flat.astype(np.float64).reshape(shape)


def predict(experts: Experts, new: Seen, means: Array) -> Answer:
    """Average the predictions of the chosen experts at the q units `new`; `means` has shape (q, means)."""
    grams = Grams.between(experts.seen, new)
    local = means.T[experts.mean] + experts.beta[:, None]
    variance = np.full(len(new), experts.flat)
    for view, size in experts.sloped.items():
        variance += size * slope(new, view)
    for i, (shape, mine) in enumerate(zip(experts.shapes, experts.places, strict=True)):
        along = experts.basis[i] @ grams.gram(shape)
        local[mine] += experts.slope[mine] @ along
        variance += experts.doubt[i] @ (1.0 - experts.ones[i] @ along) ** 2
        variance -= experts.explained[i] @ along**2
    mean = experts.weight @ local
    total = np.maximum(variance + np.maximum(experts.weight @ local**2 - mean**2, 0.0), 1e-300)
    return Answer(mean, np.sqrt(total * (experts.freedom - 2.0) / experts.freedom), experts.freedom)
