"""A Gaussian process on deep features: kernel and mean learned across stages, hyperparameters weighed at each."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from models.base import Array
from models.learners.deep_kernel.experts import HORIZONS, LEAST_NOISE, NOISES, VARIANTS
from models.learners.deep_kernel.kernel import START, covariances
from models.learners.deep_kernel.posterior import Posterior
from models.learners.deep_kernel.weighing import learn_prior
from models.learners.parts.deep.ensemble import Examined, Settled
from models.learners.parts.deep.head import surprise
from models.learners.parts.deep.learner import Deep
from models.learners.parts.deep.nets import Params, perceptron
from models.learners.parts.deep.training import Episode, Training, masked_mean
from models.learners.parts.deep.world import Arrays

FEATURES = 16


class DeepKernel(Deep):
    r"""A network's features carry a kernel and a mean that all stages share; a stage weighs its hyperparameters.

    With features :math:`\phi(x)` and parameters z (Patacchiola et al. 2020, eq. 3 and 4) labels are a Gaussian process
    with mean :math:`\phi'\beta + \beta_0`, covariance :math:`s^2 (K + \nu I)` and

    .. math:: k(x, x') = \alpha_1 M_{3/2}(\ell \phi, L z) + \alpha_2 \phi'\phi' + \alpha_3 (Lz)'(Lz')
              + \alpha_4 e^{-|t - t'| / \tau} + \alpha_5

    where :math:`s^2 \sim IG(a, b)` is integrated out, so that predictions are Student t. All of it is learned across
    stages by the log density of the query given the support. As in adaptive deep kernel fitting (Chen et al. 2023,
    eq. 3 and 4) the network is shared and the base kernel's hyperparameters belong to the stage: here they lie on a
    grid (`experts.VARIANTS` by `experts.NOISES`), weighed by their evidence at the stage and by how such experts
    predicted stages that their net never saw. The variants reach from the kernel as learned to the parameters alone
    and to a wandering level, so a stage that is unlike its sisters falls back on its own labels.

    Parameters
    ----------
    seed, device, families, worlds, common, **settings
        As for `Deep`.
    """

    name = "deep_kernel"
    title = "Gaussian process on shared features"
    TRAINING = Training(batch=8)
    MOST_LABELS = 400

    def net(self, width: int, generator: torch.Generator) -> Params:
        """Draw features and an even kernel on them."""
        how = self.training
        body = perceptron([width, *[how.width] * how.depth, FEATURES], generator)
        scalars = {"log_deep": -1.0, "log_clock": 0.0, "log_noise": math.log(0.1), "level": 0.0}
        scalars |= {"log_a": math.log(2.0), "log_b": math.log(2.0)}
        kernel = {"log_plain": torch.zeros(width - 1), "log_amplitude": torch.tensor(START).log()}
        prior = {"log_prior": torch.zeros(HORIZONS * len(NOISES) * len(VARIANTS))}
        mean = {"slope": torch.zeros(FEATURES)}
        return body | kernel | mean | prior | {name: torch.tensor(value) for name, value in scalars.items()}

    def loss(self, params: Params, episode: Episode) -> Tensor:
        """Return the mean negative log density of the query given the support, under the kernel as learned."""
        k, mask, n = covariances(params, episode.sx, episode.qx), episode.sm, len(episode.sm)
        noise = params["log_noise"].exp() + LEAST_NOISE
        root = torch.linalg.cholesky(k.support * mask[:, None] * mask + noise * torch.eye(n, device=mask.device))
        right = torch.cat([((episode.sy - k.mean[:n]) * mask)[:, None], (k.cross * mask).mT], dim=1)
        white = torch.linalg.solve_triangular(root, right, upper=False)
        mean = k.mean[n:] + white[:, 1:].mT @ white[:, 0]
        left = (k.own - white[:, 1:].square().sum(dim=0)).clamp(min=0.0) + noise
        a = params["log_a"].exp() + 1.0 + mask.sum() / 2
        b = params["log_b"].exp() + 0.5 * white[:, 0].square().sum()
        return masked_mean(surprise(episode.qy - mean, b / a * left, a), episode.qm)

    def tuned(self, nets: Arrays, examined: Examined, rng: np.random.Generator) -> Arrays:
        """Return the nets with the prior of their experts."""
        return learn_prior(nets, examined, rng)

    def said(self, settled: Settled) -> tuple[str, ...]:
        """Say how far the learned features carry the answer at this stage."""
        if not isinstance(settled, Posterior):
            return ()
        return (f"the features learned at other stages carry {100 * settled.learned:.0f} % of it",)

    def settle(self, nets: Arrays, sx: Array, sy: Array) -> Settled:
        """Compute the exact posterior of every net and expert."""
        return Posterior.of(nets, sx, sy)
