"""Kernels between units of the graph and constant ones: as `models.learners.parts.kernels`."""

from __future__ import annotations

from models.base import Array
from models.export.graph import Tensor
from models.learners.parts.kernels import SQRT3


def squared_distances(a: Tensor, b: Array) -> Tensor:
    """Return squared distances between the rows of `a`, shape (n, d), and of `b`, shape (m, d)."""
    apart: Tensor = a.square().sum(axis=1).column() + (b**2).sum(axis=1) - (2.0 * (a @ b.T))
    return apart.at_least(0.0)


def linear(a: Tensor, b: Array) -> Tensor:
    """Return ``a b' / d``, shape (n, m)."""
    star: Tensor = a @ (b.T / max(b.shape[1], 1))
    return star


def rbf(d2: Tensor, length: float) -> Tensor:
    """Return ``exp(-d2 / 2 l^2)``."""
    return (d2 * (-0.5 / length**2)).exp()


def matern32(d2: Tensor, length: float) -> Tensor:
    """Return the Matern kernel of order 3/2."""
    r = d2.sqrt() * (SQRT3 / length)
    return (1.0 + r) * (-r).exp()


def exponential(distance: Tensor, length: float) -> Tensor:
    """Return ``exp(-d / l)`` of distances, not of their squares."""
    return (distance * (-1.0 / length)).exp()
