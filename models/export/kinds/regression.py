"""Ridge and the single Gaussian process: one kernel to the labelled units, posterior mean and variance."""

from __future__ import annotations

import numpy as np

from models.export.answers import Said, Units, answer
from models.export.graph import Tensor
from models.export.kinds.kernels import linear, matern32, squared_distances
from models.export.kinds.standardized import standardized
from models.learners.parts.regress import Fit
from models.learners.ridge import Line
from models.learners.single_gp import Smooth


@answer.register
def _line(respond: Line, units: Units) -> Said:
    z = standardized(respond.scale, units.x).to(units.graph.real)
    own = z.square().sum(axis=1) * (1.0 / max(respond.z.shape[1], 1))
    return posterior(respond.fit, linear(z, respond.z), own)


@answer.register
def _smooth(respond: Smooth, units: Units) -> Said:
    z = standardized(respond.scale, units.x).to(units.graph.real)
    d2 = squared_distances(z, respond.z) * (1.0 / max(respond.z.shape[1], 1))
    return posterior(respond.fit, matern32(d2, respond.length), units.x.full(1.0).to(units.graph.real))


def posterior(fit: Fit, star: Tensor, own: Tensor) -> Said:
    """Return `Fit.answer`; the labels are counted in the fit's own scale."""
    solved = star @ fit.inverse
    left = 1.0 - solved.sum(axis=1)
    variance = own + fit.noise - (solved * star).sum(axis=1) + left.square() / float(fit.inverse.sum())
    mean = (star @ (fit.alpha / fit.scale)).to(np.float64) * fit.scale + fit.centre
    return Said(mean, variance.at_least(1e-12).to(np.float64).sqrt() * (fit.factor * fit.scale), fit.freedom)
