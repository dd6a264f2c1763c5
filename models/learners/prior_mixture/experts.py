"""The grid of experts: every combination of kernel, mean, noise and offset variance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from models.base import Array


@dataclass(frozen=True, slots=True)
class Shape:
    """One kernel: what it looks at (`view`), its form, its length and that of its clock.

    Parameters
    ----------
    view : {"none", "plant", "stage", "relevant", "deep"}
    form : {"null", "linear", "rbf", "matern", "both"}
    length : float
        In standard deviations, after division by the root of the number of parameters.
    clock : float
        Length of the drift in time, as a share of the stage's span; 0 is no clock.
    """

    view: str
    form: str
    length: float = 1.0
    clock: float = 0.0


def _shapes() -> tuple[Shape, ...]:
    shapes = [Shape("none", "null")]
    for view in ("plant", "stage", "relevant"):
        shapes.append(Shape(view, "linear"))
        shapes += [Shape(view, "rbf", length) for length in (0.5, 1.0, 2.0)]
        shapes += [Shape(view, "matern", length) for length in (0.5, 1.0, 2.0, 4.0)]
        shapes += [Shape(view, "both", length) for length in (0.5, 1.0)]
    shapes += [Shape("deep", "linear"), Shape("deep", "both", 1.0)]
    shapes += [Shape("deep", "rbf", length) for length in (1.0, 2.0)]
    shapes += [Shape("deep", "matern", length) for length in (0.5, 1.0, 2.0, 4.0)]
    for clock in (0.05, 0.3, 1.5):
        shapes.append(Shape("none", "null", 1.0, clock))
        shapes.append(Shape("relevant", "linear", 1.0, clock))
        shapes += [Shape(view, "matern", 1.5, clock) for view in ("plant", "relevant", "deep")]
    return tuple(shapes)


SHAPES = _shapes()
NOISES = np.array([0.01, 0.05, 0.2, 0.6, 2.0])
OFFSETS = np.array([0.02, 0.2, 2.0, 30.0, 1e5])
SCALES = ("middle", "high", "half", "own")
MEANS = (
    "none",
    "raw trees",
    "raw ridge",
    "centred trees",
    *(f"standard trees, {s} scale" for s in SCALES),
    *(f"standard ridge, {s} scale" for s in SCALES),
    "nets",
)
NETS = len(MEANS) - 1
#: Which of the five pooled means (raw trees, raw ridge, centred trees, standard trees, standard ridge) each stands on.
POOLED = (None, 0, 1, 2, *[3] * len(SCALES), *[4] * len(SCALES), None)
GRID = (len(SHAPES), len(MEANS), len(NOISES), len(OFFSETS))
PURE = np.array([s.form == "null" and s.clock == 0 for s in SHAPES])
CLOCKED = np.array([s.clock > 0 for s in SHAPES])


def starting_prior() -> Array:
    """Return the log prior over the grid before anything was learned; the null kernel has but one noise level.

    Examples
    --------
    >>> round(float(np.exp(starting_prior()).sum()), 6)
    1.0
    """
    prior = np.ones(GRID)
    prior[PURE, :, 1:, :] = 0.0
    prior[PURE] *= len(NOISES)
    with np.errstate(divide="ignore"):
        log: Array = np.log(prior / prior.sum())
    return log


@cache
def noise_table() -> Array:
    """Return the noise ratio of each kernel and level, shape (kernels, noises); the null kernel is all noise.

    Made once, and read-only: a prediction asks for it sixty times.
    """
    table = np.tile(NOISES, (len(SHAPES), 1))
    table[PURE] = 1.0
    table.flags.writeable = False
    return table


@cache
def total_table() -> Array:
    """Return kernel plus noise variance in units of s^2, shape (kernels, noises); made once, and read-only."""
    table: Array = noise_table() + np.where(PURE, 0.0, 1.0)[:, None]
    table.flags.writeable = False
    return table
