"""What a task looks like: meta-features, a learned embedding, a graph; and which stages are nearest, and why.

The learned embedding is in `models.representations.encoder`, apart, because it brings torch along.
"""

from models.representations.features import FEATURES, NAMES, meta_features
from models.representations.graph import FlowGraph, Node, hop_weights
from models.representations.nearest import Atlas, Neighbour, nearest
from models.representations.space import Space

__all__ = [
    "FEATURES",
    "NAMES",
    "Atlas",
    "FlowGraph",
    "Neighbour",
    "Node",
    "Space",
    "hop_weights",
    "meta_features",
    "nearest",
]
