"""The prior mixture: chosen Gaussian processes in the bases of their kernels, averaged as one Student t.

What varies little beside a large level is lost in single precision: the level is taken off and the residual's own
scale is the unit before the products, and both come back in double precision at the end.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from models.base import Array
from models.export.answers import Said, Units, answer
from models.export.graph import Tensor
from models.export.kinds.lens import Kernels, views
from models.export.kinds.trees import boosted
from models.learners.parts import Rows
from models.learners.prior_mixture.experts import NETS, OFFSETS, SHAPES, noise_table, total_table
from models.learners.prior_mixture.mixture import Mixture


@answer.register
def _mixture(respond: Mixture, units: Units) -> Said:
    """Average the experts: `posterior.predict`."""
    shown = views(respond.base.lens, units)
    kernels = Kernels(units, respond.base.lens, shown, respond.evidence.seen)
    unit = _unit(respond)
    means = _means(respond, shown, unit)
    chosen, real = respond.chosen, units.graph.real
    mean, square, inner = (units.x.full(0.0).to(real) for _ in range(3))
    for k in np.unique(chosen.kernel):
        mine = np.flatnonzero(chosen.kernel == k)
        local, variance = _experts(respond, mine, kernels, unit)
        local = local + means.take(chosen.mean[mine], axis=1)
        weight = chosen.weight[mine]
        mean = mean + local @ weight
        square = square + local.square() @ weight
        inner = inner + variance @ weight
    spread = (square - mean.square()).at_least(0.0) + inner
    freedom = float(_freedom(respond) @ chosen.weight)
    share = float(np.sqrt((freedom - 2.0) / freedom)) * respond.base.factor * unit
    return Said(respond.base.level + mean.to(np.float64) * unit, spread.to(np.float64).sqrt() * share, freedom)


def _freedom(respond: Mixture) -> Array:
    """Return the degrees of freedom of the chosen experts."""
    freedom: Array = 2 * respond.evidence.spread.a[respond.chosen.mean] + len(respond.evidence.seen)
    return freedom


def _scales(respond: Mixture) -> Array:
    """Return the squared output scale of each chosen expert."""
    e, c = respond.evidence, respond.chosen
    total = total_table()[np.asarray(e.kernels)[c.kernel], c.noise]
    shrunk = 1.0 / (OFFSETS[c.offset] * total) + e.down[c.kernel, c.noise]
    cross = e.cross[c.kernel, c.mean, c.noise]
    q = np.maximum(e.quadratic[c.kernel, c.mean, c.noise] - cross**2 / shrunk, 0.0)
    scales: Array = (e.spread.b[c.mean] / total + q / 2) / (e.spread.a[c.mean] + len(e.seen) / 2)
    return scales


def _unit(respond: Mixture) -> float:
    """Return the standard deviation in which the products are computed."""
    unit = float(np.sqrt(_scales(respond).max()))
    return unit if np.isfinite(unit) and unit > 0 else 1.0


def _means(respond: Mixture, shown: dict[str, Tensor], unit: float) -> Tensor:
    """Return the means less the level in `unit`, shape (n, means): `mean_table`; what no expert uses is left 0."""
    base, pooled = respond.base, respond.base.means
    z = shown["plant"].graph.join(shown["plant"], shown["stage"])
    zero, used, scales = z.full(0.0), set(respond.chosen.mean.tolist()), len(base.scales)

    @cache
    def standard(by: str) -> Tensor:
        if pooled is None:
            return zero
        return boosted(pooled.standard, z) if by == "trees" else _line(pooled.standard_line, z)

    def mean(m: int) -> Tensor:
        if m == 0:
            return zero if respond.trees is None else boosted(respond.trees, z) - base.level
        if pooled is None:
            return zero
        if m == 1:
            return boosted(pooled.raw, z) - base.level
        if m == 2:
            return _line(pooled.raw_line, z) - base.level
        if m == 3:
            return boosted(pooled.centred, z)
        by, s = divmod(m - 4, scales)
        return standard(("trees", "line")[by]) * float(base.scales[s])

    columns = [mean(m) if m in used else zero for m in range(NETS)] + [zero]
    if NETS in used and "nets" in shown:
        columns[NETS] = shown["nets"] @ np.array([base.nets[1]]) + (base.nets[0] - base.level)
    return (z.graph.columns(*columns) / unit).to(z.graph.real)


def _line(coefficients: Array, z: Tensor) -> Tensor:
    return z @ coefficients[1:] + float(coefficients[0])


def _experts(respond: Mixture, mine: Rows, kernels: Kernels, unit: float) -> tuple[Tensor, Tensor]:
    """Return mean beyond m(x) and variance, shape (n, e), of the experts of one kernel, in `unit`.

    `posterior.predict`, with everything that does not depend on the unit multiplied out beforehand.
    """
    e, c = respond.evidence, respond.chosen
    k, m, w, v = int(c.kernel[mine[0]]), c.mean[mine], c.noise[mine], c.offset[mine]
    place = e.kernels[k]
    noises, which = np.unique(w, return_inverse=True)
    inverse = 1.0 / (e.values[k][:, None] + noise_table()[place, noises])
    shrunk = 1.0 / (OFFSETS[v] * total_table()[place, w]) + e.down[k, w]
    beta = e.cross[k, m, w] / shrunk
    degrees = _freedom(respond)[mine]
    size = _scales(respond)[mine] * degrees / (degrees - 2.0) / unit**2
    prior = kernels.variance(SHAPES[place]).column() + noise_table()[place, w]
    gram = kernels.gram(SHAPES[place]) if len(e.seen) else None
    if gram is None:
        return prior * 0.0 + beta / unit, (prior + 1.0 / shrunk).at_least(1e-9) * size
    along = gram @ e.vectors[k]
    coefficients = inverse[:, which] * (e.rotated[k][:, m] - beta * e.ones[k][:, None])
    explained = along.square() @ inverse
    left = 1.0 - along @ (inverse * e.ones[k][:, None])
    factor = prior - explained.take(which, axis=1) + left.square().take(which, axis=1) * (1.0 / shrunk)
    return along @ (coefficients / unit) + beta / unit, factor.at_least(1e-9) * size
