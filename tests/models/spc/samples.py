"""Observations that every chart of the catalogue can be made of: stable, and shifted from a point on."""

from __future__ import annotations

import numpy as np

from models.spc import Observations, chart_kind

POINTS = 60


def observations(name: str, shift: float = 0.0, seed: int = 0, points: int = POINTS) -> Observations:
    """Data for a chart; `shift` standard deviations from the middle on."""
    rng = np.random.default_rng(seed)
    size = {"subgroups": 5}.get(chart_kind(name).needs, 1)
    moved = np.repeat(np.arange(points) >= points // 2, size) * shift
    needs = chart_kind(name).needs
    if needs == "counts":
        rate = 20 + moved * 20**0.5
        sizes = None if name == "c" else np.full(points, 200)
        return Observations(rng.poisson(rate).astype(float), sizes=sizes)
    if needs == "vectors":
        x = rng.normal(size=(points, 3)) @ np.array([[1, 0.5, 0.2], [0, 1, 0.3], [0, 0, 1]])
        x[:, 0] += moved
        return Observations(x, names=("a", "b", "c"))
    values = rng.normal(10.0, 1.0, points * size) + moved
    if needs == "subgroups":
        return Observations(values, groups=np.repeat(np.arange(points), size).tolist())
    if needs == "parts":
        parts = np.where(np.arange(points) % 20 < 10, "x", "y")
        nominals = np.where(parts == "x", 0.0, 100.0)
        return Observations(values + nominals, parts=parts.tolist(), nominals=nominals)
    return Observations(values)


def head(data: Observations, points: int) -> Observations:
    """The first points of such data."""
    n = points * (len(data.values) // POINTS)
    cut = [None if part is None else part[:n] for part in (data.groups, data.sizes, data.parts, data.nominals)]
    return Observations(np.asarray(data.values)[:n], *cut, data.names)
