"""Soft weights of members from their errors on held-out stages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.base import Array, Kind
from models.learners.parts.horizons import HORIZONS

STEPS = 300
RATE = 1.0
#: How near to the start the weights stay.
PULL = 0.1
NEARBY = 0.5
LEAST = 0.01

# What is believed before any evidence, among the labels, soon after them and later; one member leads.
LEADER = "prior_mixture"
FIRST = (0.6, 0.6, 0.6)
STEADY = {
    "bayes_head": (0.3, 0.3, 0.3),
    "stage_mean": (0.02, 0.05, 0.2),
    "recent": (0.02, 0.14, 0.1),
    "tracked": (0.3, 0.02, 0.3),
    "pooled": (0.02, 0.02, 0.05),
}
#: These know what sisters taught them, and beyond that nothing that no other says: not believed without evidence.
TAUGHT = ("bayes_head", "tracked")
#: These follow the labels in time: where stages have no order, they start with little.
FOLLOWING = ("tracked",)
#: Held-out stages have one net that never saw them, a new one has them all: soon these start with so many even shares.
UNDERRATED = {"tracked": 4.0}
OTHER = 0.02
DEFECTS = {"defect_head": 0.7, "prior_mixture": 0.15, "pooled": 0.15}
NEVER = 1e-9
SURE = 0.04


def starting_weights(names: Sequence[str], horizon: int) -> Array:
    """Return what is believed of members before any evidence; far from the labels steady ones count more.

    The order of the names does not matter, unless the leader is not among them.

    Examples
    --------
    >>> starting_weights(["prior_mixture", "stage_mean"], 2).round(2).tolist()
    [0.75, 0.25]
    >>> starting_weights(["stage_mean", "prior_mixture"], 2).round(2).tolist()
    [0.25, 0.75]
    """
    start = np.array([STEADY[n][horizon] if n in STEADY else OTHER for n in names])
    start[[n == "defect_head" for n in names]] = NEVER
    start[_leader(names)] = FIRST[horizon]
    normalized: Array = start / start.sum()
    return normalized


def _leader(names: Sequence[str]) -> int:
    """Return the place of the member that is believed most without evidence."""
    alone = [i for i, name in enumerate(names) if name not in TAUGHT and name != "defect_head"]
    return names.index(LEADER) if LEADER in names else next(iter(alone), 0)


def believed_first(names: Sequence[str], horizon: int, *, ordered: bool = True) -> Array:
    """Return where the weights start from that held-out stages move: soon after the last label nearly even.

    There evidence is plenty, since stages are walked through label by label, and no member is best everywhere; one that
    this evidence underrates starts with more. Where stages are not `ordered` in time, members that follow the labels
    start with little.

    Examples
    --------
    >>> believed_first(["prior_mixture", "recent", "stage_mean"], 1).round(2).tolist()
    [0.33, 0.33, 0.33]
    >>> believed_first(["prior_mixture", "tracked", "stage_mean"], 1).round(2).tolist()
    [0.17, 0.67, 0.17]
    >>> believed_first(["prior_mixture", "recent", "stage_mean"], 0).round(2).tolist()
    [0.94, 0.03, 0.03]
    """
    if HORIZONS[horizon] != "soon":
        start = starting_weights(names, horizon)
        start[[not ordered and n in FOLLOWING for n in names]] *= OTHER
        moved: Array = start / start.sum()
        return moved
    even = np.array([NEVER if n == "defect_head" else UNDERRATED.get(n, 1.0) for n in names])
    normalized: Array = even / even.sum()
    return normalized


def without_evidence(names: Sequence[str], horizon: int, kind: Kind) -> Array:
    """Return the weights where no held-out stage spoke: those that started with little are left out.

    Defects always are such a case: what counts is the order of the units, of which squared errors say little. Members
    that all need to be taught are believed as they start: there is nobody else.

    Examples
    --------
    >>> without_evidence(["prior_mixture", "pooled", "defect_head"], 0, "binary").round(2).tolist()
    [0.15, 0.15, 0.7]
    >>> without_evidence(["prior_mixture", "pooled", "defect_head"], 0, "continuous").round(2).tolist()
    [1.0, 0.0, 0.0]
    """
    every = starting_weights(names, horizon)
    start = np.where([n in TAUGHT for n in names], 0.0, every)
    if kind == "binary" and "defect_head" in names:
        start = np.array([DEFECTS.get(n, 0.0) for n in names])
    start = np.where(start < SURE, 0.0, start)
    start = start if start.any() else every
    normalized: Array = start / start.sum()
    return normalized


def nearness(sizes: Array, n: int) -> Array:
    """Return how much episodes with `sizes` labels say about `n` labels, shape (episodes,).

    Without a label is a situation of its own; otherwise what happens at twice as many labels still counts.

    Examples
    --------
    >>> nearness(np.array([0, 5, 10]), 5).round(2).tolist()
    [0.0, 1.0, 0.38]
    """
    if n == 0:
        return np.where(sizes == 0, 1.0, 0.0)
    far = (np.log(np.maximum(sizes, 1)) - np.log(n)) / NEARBY
    near: Array = np.where(sizes > 0, np.exp(-0.5 * far**2), 0.0)
    return near


def soft_weights(products: Array, counts: Array, start: Array, stages: int, pull: float = PULL) -> Array:
    """Return weights on the simplex: the least error of the average prediction, not far from `start`.

    Minimised is the mean over episodes of the root mean squared error, relative to the best member, plus
    ``pull / sqrt(stages)`` times the relative entropy to `start`: the fewer stages gave evidence, the nearer. The root
    is taken within each episode, so that one stage where a member explodes does not decide for all others.

    Parameters
    ----------
    products : ndarray, shape (episodes, m, m)
        Of each episode the mean products of members' errors, in standard deviations of the stage.
    counts : ndarray, shape (episodes,)
        How much each episode counts.
    start : ndarray, shape (m,)
    stages : int
    pull : float

    Returns
    -------
    ndarray, shape (m,)
        Weights, by exponentiated gradient (Kivinen & Warmuth 1997); those below `LEAST` are 0.

    Examples
    --------
    >>> soft_weights(np.array([[[1.0, 0.0], [0.0, 1.0]]]), np.ones(1), np.array([0.5, 0.5]), 9).round(2).tolist()
    [0.5, 0.5]
    """
    share = counts / counts.sum()
    scale = max(float(mean_errors(products, counts).min()), 1e-12)
    pull /= np.sqrt(stages)
    weights = start.copy()
    for step in range(STEPS):
        slopes = products @ weights
        roots = np.sqrt(np.maximum(slopes @ weights, 1e-18))
        gradient = (slopes / roots[:, None]).T @ share / scale
        gradient = gradient + pull * np.log(np.maximum(weights, 1e-12) / start)
        gradient -= gradient.min()
        weights = weights * np.exp(-RATE / (1.0 + 0.02 * step) / max(float(gradient.max()), 1.0) * gradient)
        weights /= weights.sum()
    weights[weights < LEAST] = 0.0
    normalized: Array = weights / weights.sum()
    return normalized


def mean_errors(products: Array, counts: Array) -> Array:
    """Return the root mean squared error of each member, averaged over episodes by `counts`, shape (m,)."""
    roots = np.sqrt(np.maximum(np.diagonal(products, axis1=1, axis2=2), 1e-18))
    out: Array = counts @ roots / counts.sum()
    return out


def at_labels(table: Array, shots: Array, n: int) -> Array:
    """Return the weights at `n` labels, between the rows of `table` (..., shots, members) by the logarithm of labels.

    Examples
    --------
    >>> at_labels(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0, 3]), 1).tolist()
    [0.5, 0.5]
    """
    where = float(np.interp(np.log1p(n), np.log1p(shots), np.arange(len(shots))))
    below, share = int(where), where - int(where)
    found = (1.0 - share) * table[..., below, :] + share * table[..., min(below + 1, len(shots) - 1), :]
    out: Array = found / found.sum(axis=-1, keepdims=True)
    return out
