"""What every detector speaks: it learns from units and scores others, higher is stranger."""

from __future__ import annotations

from typing import ClassVar, Protocol, Self, runtime_checkable

from models.base import Array


@runtime_checkable
class Detector(Protocol):
    """A score of strangeness learned from the units of one stage, without labels."""

    name: ClassVar[str]

    @classmethod
    def learn(cls, rows: Array, seed: int = 0) -> Self:
        """Learn from `rows`, shape (m, d), m at least 1; NaN is missing. Everything random depends on `seed` alone."""
        ...

    def score(self, x: Array) -> Array:
        """Return the score of each row of `x`, shape (n, d): finite, higher is stranger."""
        ...
