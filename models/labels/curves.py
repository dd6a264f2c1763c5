"""Learning curves of sisters: how the error fell with the number of labels at the stages that were learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from models.base import Array, Learner, Task
from models.errors import StateError, TaskError
from models.learners.parts import Rows
from models.learners.parts.draws import restrict

SIZES = (0, 3, 5, 10, 20, 30, 45, 70, 100, 150)
DRAWS = 1
QUERIES = 100
QUERY_LEAST = 8
EPISODES = 160


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Errors of sister stages with few of their labels.

    Parameters
    ----------
    stages : tuple of str
    sizes : tuple of int
        Numbers of labels, rising.
    errors : ndarray, shape (stages, sizes)
        Mean absolute error in the characteristic's unit; NaN where a stage has too few labels.
    """

    stages: tuple[str, ...]
    sizes: tuple[int, ...]
    errors: Array

    def without(self, stage: str) -> Curves:
        """Return the curves of the other stages."""
        keep = [i for i, name in enumerate(self.stages) if name != stage]
        return Curves(tuple(self.stages[i] for i in keep), self.sizes, self.errors[keep])

    def to_json(self) -> dict[str, Any]:
        """Return the curves as JSON knows them: NaN as None."""
        rows = [[float(e) if np.isfinite(e) else None for e in row] for row in self.errors]
        return {"stages": list(self.stages), "sizes": list(self.sizes), "errors": rows}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild what `to_json` wrote, or raise StateError.

        Examples
        --------
        >>> curves = Curves(("a",), (5, 10), np.array([[0.5, np.nan]]))
        >>> Curves.from_json(curves.to_json()).errors
        array([[0.5, nan]])
        """
        try:
            rows = np.array([[np.nan if e is None else float(e) for e in row] for row in data["errors"]])
            shape = (len(data["stages"]), len(data["sizes"]))
            return cls(tuple(data["stages"]), tuple(int(n) for n in data["sizes"]), rows.reshape(shape))
        except (KeyError, TypeError, ValueError) as error:
            raise StateError(f"learning curves are damaged ({error}) - train again") from None


def learn_curves(
    prior: Learner,
    tasks: Sequence[Task],
    rng: np.random.Generator,
    *,
    sizes: Sequence[int] = SIZES,
    episodes: int = EPISODES,
) -> Curves:
    """Adapt `prior` to few labels of each of its training stages and judge it on others of the same stage.

    A learner that serves its training stages honestly (with pooled parts that never saw the stage) gives honest
    curves; `prior_mixture` and the portfolio do.

    Parameters
    ----------
    prior : Learner
        Meta-trained on `tasks`.
    tasks : sequence of Task
        Sister stages of one continuous characteristic, all labels as support.
    rng : Generator
    sizes : sequence of int
        Numbers of labels.
    episodes : int
        Adaptations at most: the stages are thinned where there would be more.

    Returns
    -------
    Curves
        Of each stage and size the mean over `DRAWS` draws.

    Raises
    ------
    TaskError
        For a defect, whose error is no length.
    """
    if any(task.kind == "binary" for task in tasks):
        raise TaskError("learning curves are for continuous characteristics - a defect has no error in its unit")
    most = max(episodes // (DRAWS * len(sizes)), 1)
    some = [tasks[i] for i in np.sort(rng.permutation(len(tasks))[:most])]
    errors = [[_error(prior, task, size, rng) for size in sizes] for task in some]
    return Curves(tuple(task.stage for task in some), tuple(sizes), np.array(errors).reshape(len(some), len(sizes)))


def _error(prior: Learner, task: Task, size: int, rng: np.random.Generator) -> float:
    return float(np.mean([_drawn_error(prior, task, size, rng) for _ in range(DRAWS)]))


def _drawn_error(prior: Learner, task: Task, size: int, rng: np.random.Generator) -> float:
    taken, rest = _drawn(task, size, rng)
    if len(taken) < size or len(rest) < QUERY_LEAST:
        return float("nan")
    t = None if task.support_t is None else task.support_t[rest]
    said = prior.adapt(restrict(task, taken)).predict(task.support_x[rest], t)
    return float(np.mean(np.abs(task.support_y[rest] - said.mean)))


def _drawn(task: Task, size: int, rng: np.random.Generator) -> tuple[Rows, Rows]:
    """Draw `size` labels and a query that shares no group with them."""
    n = len(task.support_y)
    groups = np.arange(n) if task.groups is None else np.unique(task.groups.astype(str), return_inverse=True)[1]
    taken = rng.permutation(n)[:size]
    rest = np.flatnonzero(~np.isin(groups, groups[taken]))
    return taken, rng.permutation(rest)[:QUERIES]
