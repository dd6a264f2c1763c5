"""A member of a trained portfolio on its own, for comparing it with the whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from numpy.typing import ArrayLike

from models.base import LEVEL, Adapted, Learner, Prediction, Task
from models.learners.parts.named import Place


@dataclass(frozen=True, slots=True, eq=False)
class Alone:
    """Serves stages as its portfolio would if it believed nobody else: stages are moved by their names, answers back.

    Parameters
    ----------
    member : Learner
    place_of : callable
        Where a task's values are moved to.
    """

    member: Learner
    place_of: Callable[[Task], Place]

    @property
    def name(self) -> str:
        """The member's."""
        return self.member.name

    def adapt(self, task: Task) -> Adapted:
        """Adapt the member to the stage where its name moves it."""
        place = self.place_of(task)
        adapted = self.member.adapt(place.task(task))
        return adapted if place.stays else _Back(adapted, place)


@dataclass(frozen=True, slots=True, eq=False)
class _Back:
    inside: Adapted
    place: Place

    def predict(self, x: ArrayLike, t: ArrayLike | None = None, level: float = LEVEL) -> Prediction:
        said = self.inside.predict(x, t, level)
        mean, lower, upper = map(self.place.back, (said.mean, said.lower, said.upper))
        return replace(said, mean=mean, lower=lower, upper=upper)

    def sentences(self) -> tuple[str, ...]:
        return self.inside.sentences()
