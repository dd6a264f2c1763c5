"""Members that take over what others learned from the same stages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from models.base import Learner, Task


@runtime_checkable
class Heir(Protocol):
    """A learner part of whose training another may have done already."""

    def fit_after(self, tasks: Sequence[Task], trained: Sequence[Learner]) -> Learner:
        """Return what `fit` returns, to the last bit, with the help of learners `trained` on the same tasks."""
        ...
