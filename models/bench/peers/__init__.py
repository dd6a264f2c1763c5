"""The methods every learner is measured against, by name."""

from __future__ import annotations

import difflib

from models.base import Kind
from models.bench.peers import defects, own, pooled, tracking
from models.bench.peers.base import Peer, PeerAdapted
from models.bench.peers.foundation import FOUNDATIONS, foundation_peer, foundation_peers
from models.errors import UnknownName

__all__ = ["PEERS", "Peer", "PeerAdapted", "make_peer", "peer_names"]

PEERS: tuple[Peer, ...] = (
    Peer("peer_mean", "continuous", own.stage_mean),
    Peer("peer_ridge", "continuous", own.ridge),
    Peer("peer_gp", "continuous", own.gaussian_process),
    Peer("peer_forest", "continuous", own.random_forest),
    Peer("peer_catboost", "continuous", own.catboost),
    Peer("peer_pooled", "continuous", pooled.pooled, pooled.learn_raw),
    Peer("peer_pooled_offset", "continuous", pooled.pooled_offset, pooled.learn_raw),
    Peer("peer_pooled_standardized", "continuous", pooled.pooled_standardized, pooled.learn_standardized),
    Peer("peer_pooled_gp", "continuous", pooled.pooled_process, pooled.learn_raw),
    Peer("peer_last", "continuous", tracking.last_label, rolling=True),
    Peer("peer_ewma", "continuous", tracking.ewma_label, rolling=True),
    Peer("peer_pooled_ewma", "continuous", tracking.pooled_ewma, pooled.learn_raw, rolling=True),
    Peer("peer_isolation", "binary", defects.isolation_forest, unlabelled=True),
    Peer("peer_pca", "binary", defects.principal_components, unlabelled=True),
    Peer("peer_neighbours", "binary", defects.neighbours, unlabelled=True),
    Peer("peer_logistic", "binary", defects.logistic),
    Peer("peer_forest_defect", "binary", defects.forest),
    Peer("peer_pooled_defect", "binary", defects.pooled_boosting, defects.learn_pool),
)


def peer_names(kind: Kind | None = None) -> tuple[str, ...]:
    """Return the names of the peers, all or of one kind; pretrained ones where their weights are named.

    Examples
    --------
    >>> peer_names("binary")[:2]
    ('peer_isolation', 'peer_pca')
    """
    return tuple(p.name for p in (*PEERS, *foundation_peers()) if kind in {None, p.kind})


def make_peer(name: str) -> Peer:
    """Return the peer called `name`, or raise UnknownName with the nearest.

    Examples
    --------
    >>> make_peer("peer_ridge").kind
    'continuous'
    """
    for peer in PEERS:
        if peer.name == name:
            return peer
    if name in FOUNDATIONS:
        return foundation_peer(name)
    near = difflib.get_close_matches(name, peer_names(), n=1, cutoff=0.5)
    raise UnknownName(f"no peer {name!r}" + (f" - did you mean {near[0]!r}?" if near else f" (has: {peer_names()})"))
