"""The space that is searched: kinds of learners with their settings, all of them cheap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.learners.parts.boosted import Growth

RecipeKind = Literal["mean", "ridge", "process", "neighbours", "trees", "pooled", "pooled process"]

#: Growth of the trees over all sisters: few questions, and more.
SHARED: tuple[Growth, ...] = (Growth(trees=60, depth=2, rate=0.15), Growth(trees=60, depth=4, rate=0.1))
#: Growth of the trees on a stage's own labels: size, step size and steps.
OWN: tuple[Growth, ...] = (
    Growth(trees=25, depth=1, rate=0.3, ridge=2.0, rows=1.0, features=1.0),
    Growth(trees=40, depth=2, rate=0.15, ridge=2.0, rows=0.8, features=0.8),
)
NEEDED = 3


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to fit a stage.

    Parameters
    ----------
    kind : str
    noise : float
        Ratio of noise to signal variance: the penalty of ridge and of processes.
    length : float
        Of a Matern 3/2 kernel, in standard deviations of a parameter; 0 for a line.
    count : int
        Neighbours.
    growth : int
        Place in `OWN` or `SHARED`.
    """

    kind: RecipeKind
    noise: float = 0.0
    length: float = 0.0
    count: int = 0
    growth: int = 0

    @property
    def shared(self) -> bool:
        """Whether it needs sisters."""
        return self.kind.startswith("pooled")

    @property
    def fewest(self) -> int:
        """Labels without which it is of no use."""
        return 0 if self.kind in {"mean", "pooled"} else NEEDED

    def __str__(self) -> str:
        """Say it in words."""
        shape = "line" if self.length == 0 else f"length {self.length:g}"
        told = {
            "mean": "mean",
            "ridge": f"ridge, penalty {self.noise:g}",
            "process": f"Gaussian process, {shape}, noise {self.noise:g}",
            "neighbours": f"{self.count} nearest neighbours",
            "trees": f"own trees of depth {OWN[self.growth].depth}, rate {OWN[self.growth].rate:g}",
            "pooled": f"sisters' trees of depth {SHARED[self.growth].depth} + offset",
            "pooled process": f"sisters' trees of depth {SHARED[self.growth].depth} + {shape}, noise {self.noise:g}",
        }
        return told[self.kind]


RECIPES: tuple[Recipe, ...] = (
    Recipe("mean"),
    *(Recipe("ridge", noise=v) for v in (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0)),
    *(Recipe("process", noise=v, length=s) for s in (0.7, 1.5, 3.0) for v in (0.03, 0.3, 1.0, 4.0)),
    *(Recipe("neighbours", count=k) for k in (3, 7)),
    *(Recipe("trees", growth=g) for g in range(len(OWN))),
    *(Recipe("pooled", growth=g) for g in range(len(SHARED))),
    *(
        Recipe("pooled process", noise=v, length=s, growth=g)
        for g in range(len(SHARED))
        for s in (0.0, 1.5, 3.0)
        for v in (0.3, 1.0, 4.0)
    ),
)
