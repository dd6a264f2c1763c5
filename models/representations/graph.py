"""What neighbours on the line say of a stage: node features passed along the flow graph.

Rounds of normalized propagation ``S = D^-1/2 (A + I) D^-1/2`` (Kipf & Welling 2017) without a non-linearity between
them (Wu et al. 2019, SGC): `hops[k]` is ``S^k X / S^k 1``, so that what all nodes share stays as it is. What each round
is worth is learned from measured transfer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from models.base import Array
from models.errors import TaskError
from models.representations.space import learned_weights

ROUNDS = 2
Edge = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Node:
    """A stage in the flow of the plant.

    Parameters
    ----------
    stage : str
    upstream : tuple of str
        Stages that feed it.
    shares : mapping of str to str
        Other relations: what it shares with others, such as ``{"machine": "press-2", "grade": "A"}``.
    """

    stage: str
    upstream: tuple[str, ...] = ()
    shares: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class FlowGraph:
    """Stages and the relations between them.

    Parameters
    ----------
    stages : tuple of str
    operator : ndarray, shape (n, n)
        ``S``: symmetric, its largest eigenvalue 1.
    """

    stages: tuple[str, ...]
    operator: Array

    @classmethod
    def of(cls, nodes: Sequence[Node], strength: Mapping[str, float] | None = None) -> Self:
        """Build the graph; each kind of relation counts with its strength (1 unless given).

        Stages with the same machine or grade share that node's message equally: a group of g members weighs 1 / (g - 1)
        an edge, so that a large group does not drown the flow.

        Raises
        ------
        TaskError
            If a stage is named twice, or an upstream stage is not among the nodes.

        Examples
        --------
        >>> graph = FlowGraph.of([Node("melt"), Node("cast", ("melt",)), Node("roll", ("cast",))])
        >>> graph.operator.round(2).tolist()
        [[0.5, 0.41, 0.0], [0.41, 0.33, 0.41], [0.0, 0.41, 0.5]]
        """
        stages = tuple(node.stage for node in nodes)
        place = {name: i for i, name in enumerate(stages)}
        if len(place) < len(stages):
            raise TaskError("flow graph: a stage is named twice - stage names must be unique")
        weight = {} if strength is None else strength
        a = np.zeros((len(nodes), len(nodes)))
        for node in nodes:
            for above in node.upstream:
                if above not in place:
                    raise TaskError(f"flow graph: {node.stage!r} names upstream {above!r}, which is no node")
                a[place[node.stage], place[above]] = a[place[above], place[node.stage]] = weight.get("flow", 1.0)
        for kind, members in _groups(nodes, place).items():
            each = weight.get(kind[0], 1.0) / (len(members) - 1)
            a[np.ix_(members, members)] += each * (1.0 - np.eye(len(members)))
        a += np.eye(len(nodes))
        root = 1.0 / np.sqrt(a.sum(axis=1))
        return cls(stages, root[:, None] * a * root)

    def hops(self, features: Array, rounds: int = ROUNDS) -> Array:
        """Return ``X, S X / S 1, ...`` of node features, shape (rounds + 1, n, f).

        A feature that is unknown at a node is taken from those neighbours that know it; where none does it stays NaN.
        """
        known = np.isfinite(features)
        value, weight = np.where(known, features, 0.0), known.astype(np.float64)
        found = [features]
        for _ in range(rounds):
            value, weight = self.operator @ value, self.operator @ weight
            found.append(np.divide(value, weight, out=np.full(features.shape, np.nan), where=weight > 0))
        return np.stack(found)


def hop_weights(hops: Array, pairs: Sequence[Edge], loss: Array) -> Array:
    """Return what each round is worth, shape (rounds + 1,), from losses of transfers between pairs of nodes.

    Examples
    --------
    >>> x = np.array([[[0.0], [1.0], [5.0]], [[0.0], [2.0], [2.0]]])
    >>> hop_weights(x, [(0, 1), (0, 2), (1, 2)], np.array([1.0, 1.0, 0.0])).round().tolist()
    [0.0, 2.0]
    """
    a, b = (np.array(side, dtype=np.intp) for side in zip(*pairs, strict=True))
    square = np.nanmean((hops[:, a] - hops[:, b]) ** 2, axis=2).T
    return learned_weights(square, loss)


def _groups(nodes: Sequence[Node], place: Mapping[str, int]) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    for node in nodes:
        for kind, name in node.shares.items():
            found.setdefault((kind, name), []).append(place[node.stage])
    return {key: members for key, members in found.items() if len(members) > 1}
