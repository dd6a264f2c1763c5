"""Which experts are plausible before any label: learned from how they predicted stages that their net never saw."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from scipy import special
from torch import Tensor

from models.base import Array
from models.learners.deep_kernel.experts import HORIZONS, NOISES, VARIANTS, Experts
from models.learners.deep_kernel.kernel import Lens
from models.learners.deep_kernel.posterior import Posterior
from models.learners.parts import Rows
from models.learners.parts.deep.ensemble import Examined
from models.learners.parts.deep.stages import MOST_QUERY, Drawn
from models.learners.parts.deep.world import Arrays

EPISODES = 96
PULL = 0.05
ROUNDS = 20


class Heard(NamedTuple):
    """What R episodes said of E experts, with up to Q units each.

    Parameters
    ----------
    evidence : ndarray, shape (R, E)
        Log weight by the support, up to a constant.
    density : ndarray, shape (R, E, Q)
        Log density of the query.
    ahead, real : ndarray, shape (R, Q)
        How far a unit lies after the labels; 1 where there is a unit.
    place : ndarray of int, shape (R,)
        The net that was asked.
    """

    evidence: Array
    density: Array
    ahead: Array
    real: Array
    place: Rows


def learn_prior(nets: Arrays, examined: Examined, rng: np.random.Generator) -> Arrays:
    """Return `nets` with the prior of the experts of each, from episodes of stages that other nets never saw.

    Net j takes its prior from the stages of the other folds, answered by the nets blind to them, so it stays blind
    to its own. The prior maximizes the log predictive density, pulled to an even one.
    """
    heard = _listen(nets, examined, rng)
    if heard is None:
        return nets
    count = len(nets["level"])
    learned = [_fitted(heard, heard.place != j) for j in range(count)]
    return {**nets, "log_prior": np.array(learned, dtype=np.float32).reshape(nets["log_prior"].shape)}


def _listen(nets: Arrays, examined: Examined, rng: np.random.Generator) -> Heard | None:
    flat = {**nets, "log_prior": np.zeros_like(nets["log_prior"])}
    found = []
    for i in np.resize(rng.permutation(len(examined)), EPISODES):
        prepared, j = examined[int(i)]
        drawn = prepared.episode(rng)
        if drawn is not None:
            found.append((*_asked({k: v[j : j + 1] for k, v in flat.items()}, drawn), j))
    if not found:
        return None
    evidence, density, ahead, real, place = zip(*found, strict=True)
    return Heard(np.array(evidence), np.array(density), np.array(ahead), np.array(real), np.array(place))


def _asked(net: Arrays, drawn: Drawn) -> tuple[Array, Array, Array, Array]:
    posterior = Posterior.conditioned(Lens.of(net), Experts.of(net), drawn.sx, drawn.sy)
    means, squares = posterior.each(drawn.qx)
    n, spare = len(drawn.qy), (0, MOST_QUERY - len(drawn.qy))
    density = log_density(drawn.qy - means, squares, posterior.freedom).reshape(-1, n)
    evidence = np.log(np.maximum(posterior.weights[0].ravel(), 1e-300))
    ahead, real = (np.pad(v, spare) for v in (posterior.ahead(drawn.qx), np.ones(n)))
    return evidence, np.pad(density, ((0, 0), spare)), ahead, real


def log_density(error: Array, square: Array, freedom: float) -> Array:
    """Return the log density of a Student t at `error` from its mean (Gelman et al. 2013, appendix A).

    Examples
    --------
    The density of Cauchy's distribution at 0 is 1 / pi.

    >>> log_density(np.array([0.0]), np.array([1.0]), 1.0).round(4).tolist()
    [-1.1447]
    """
    half = (freedom + 1.0) / 2.0
    constant = special.gammaln(half) - special.gammaln(freedom / 2.0) - 0.5 * np.log(freedom * np.pi)
    out: Array = constant - 0.5 * np.log(square) - half * np.log1p(error**2 / (freedom * square))
    return out


def _fitted(heard: Heard, rows: Array) -> Array:
    """Return the log prior, shape (2, E), that predicts best; an even one where nothing was heard."""
    logits = torch.zeros((HORIZONS, len(NOISES) * len(VARIANTS)), dtype=torch.float64, requires_grad=True)
    if not rows.any():
        return np.zeros(tuple(logits.shape))
    evidence, density, ahead, real = (torch.from_numpy(v[rows]) for v in heard[:4])
    search = torch.optim.LBFGS([logits], max_iter=ROUNDS, line_search_fn="strong_wolfe")

    def missed() -> Tensor:
        search.zero_grad()
        weights = torch.softmax(evidence[:, None, :] + logits, dim=2)
        mixed = weights[:, 0, :, None] * (1 - ahead[:, None]) + weights[:, 1, :, None] * ahead[:, None]
        found = torch.logsumexp(torch.log(mixed + 1e-300) + density, dim=1)
        lost = -(found * real).sum() / MOST_QUERY + PULL * (logits - logits.mean(dim=1, keepdim=True)).square().sum()
        lost.backward()  # type: ignore[no-untyped-call]  # torch ships this one without types
        return lost

    search.step(missed)  # type: ignore[no-untyped-call]  # the same
    out: Array = torch.log_softmax(logits.detach(), dim=1).numpy()
    return out
