"""Kernels between units, and Gaussian-process algebra in the basis where noise is diagonal."""

from __future__ import annotations

import numpy as np

from models.anomaly.knn import squared_distances
from models.base import Array

SQRT3 = 3.0**0.5


def linear(a: Array, b: Array) -> Array:
    """Return ``a b' / d``: a linear relation in standardized parameters; shape (n, m)."""
    k: Array = a @ b.T / max(a.shape[1], 1)
    return k


def rbf(distance: Array, length: float) -> Array:
    """Return ``exp(-d^2 / 2 l^2)`` (Rasmussen & Williams 2006, eq. 4.9)."""
    k: Array = np.exp(distance**2 * (-0.5 / length**2))
    return k


def matern32(distance: Array, length: float) -> Array:
    """Return the Matern kernel of order 3/2 (Rasmussen & Williams 2006, eq. 4.17)."""
    r = distance * (-SQRT3 / length)
    k: Array = np.exp(r)
    k *= 1.0 - r
    return k


def exponential(distance: Array, length: float) -> Array:
    """Return ``exp(-d / l)``: a level that wanders (Rasmussen & Williams 2006, eq. 4.18).

    Examples
    --------
    >>> exponential(np.array([[2.0]]), 2.0).round(3).tolist()
    [[0.368]]
    """
    k: Array = np.exp(distance * (-1.0 / length))
    return k


__all__ = ["exponential", "linear", "matern32", "rbf", "squared_distances"]
