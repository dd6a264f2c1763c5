"""An ensemble of nets over labelled stages: each stage has a net that never saw it, and intervals learn from those."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from models.base import Array
from models.calibration import across_stage_factor
from models.learners.parts.deep.nets import Params, numbers, stacked
from models.learners.parts.deep.stages import FEWEST_STRANGE, Drawn, Prepared, folds, usable
from models.learners.parts.deep.standing import Standing
from models.learners.parts.deep.training import Episode, Training, train
from models.learners.parts.deep.world import SHOTS, Arrays, World
from models.learners.parts.draws import draw
from models.learners.parts.scaling import Scaling
from models.learners.parts.serving import Answer, t_quantile

EXAMS = 9
#: With fewer labels than this in all, fewer steps, by the square root: there is less to learn, and to learn by heart.
PLENTY = 4000
Examined = Sequence[tuple[Prepared, int]]
Tuned = Callable[[Arrays, Examined, np.random.Generator], Arrays]


class Settled(Protocol):
    """M nets settled at one stage."""

    def __call__(self, inputs: Array) -> tuple[Array, Array, float]:
        """Return mean and squared scale of a Student t, each of shape (M, n), and its degrees of freedom."""
        ...


class Recipe(Protocol):
    """What a net is, what it loses on an episode, and how it settles at a stage."""

    @property
    def training(self) -> Training:
        """Settings of meta-training."""
        ...

    def net(self, width: int, generator: torch.Generator) -> Params:
        """Draw one untrained net for inputs of `width` columns."""
        ...

    def loss(self, params: Params, episode: Episode) -> Tensor:
        """Return what one net loses on one episode."""
        ...

    def settle(self, nets: Arrays, sx: Array, sy: Array) -> Settled:
        """Adapt M stacked nets to a support."""
        ...


def ensemble(
    recipe: Recipe,
    prepared: Sequence[Prepared],
    plant: Scaling,
    standing: Standing,
    *,
    seed: int,
    device: str = "auto",
    tuned: Tuned | None = None,
) -> World | None:
    """Meta-train nets on `prepared` stages; None where fewer than two of them have enough labels.

    Parameters
    ----------
    recipe : Recipe
    prepared : sequence of Prepared
    plant : Scaling
    standing : Standing
    seed : int
    device : {"auto", "cpu", "cuda"}
    tuned : callable, optional
        Changes the trained nets by what is seen at the stages, each given with the place of the net blind to it.

    Returns
    -------
    World or None
    """
    some = usable(prepared)
    if len(some) < 2:
        return None
    count = min(recipe.training.folds, len(some))
    place = np.full(len(prepared), count, dtype=np.intp)
    place[some] = folds(len(some), count, seed)
    generator = torch.Generator().manual_seed(seed)
    width, where = prepared[some[0]].width, "cuda" if device == "cuda" else "cpu"
    first = stacked([recipe.net(width, generator) for _ in range(count + 1)])
    nets = {name: value.to(where) for name, value in first.items()}
    share = min(1.0, sum(len(prepared[i].task.support_y) for i in some) / PLENTY) ** 0.5
    how = replace(recipe.training, steps=max(1, round(share * recipe.training.steps)))
    learned = train(recipe.loss, nets, [prepared[i] for i in some], place[some], how=how, seed=seed)
    arrays = numbers({name: value.cpu() for name, value in learned.items()})
    examined = [(prepared[i], int(place[i])) for i in some]
    final = arrays if tuned is None else tuned(arrays, examined, np.random.default_rng(seed + 2))
    world = World(final, place, plant, standing, np.ones(len(SHOTS)))
    return replace(world, factors=_factors(recipe, world, examined, seed))


def averaged(mean: Array, square: Array, freedom: float) -> Answer:
    """Average the answers of M nets, shape (M, n): variances, and the variance of their means added.

    Examples
    --------
    >>> answer = averaged(np.array([[1.0], [3.0]]), np.array([[1.0], [1.0]]), 1e9)
    >>> answer.mean.tolist(), answer.scale.round(3).tolist()
    ([2.0], [1.414])
    """
    middle = mean.mean(axis=0)
    shrink = (freedom - 2.0) / freedom if freedom > 2.0 else 1.0
    total = square.mean(axis=0) + shrink * ((mean - middle) ** 2).mean(axis=0)
    return Answer(middle, np.sqrt(np.maximum(total, 1e-18)), freedom)


def _factors(recipe: Recipe, world: World, examined: Examined, seed: int) -> Array:
    """Return the widening at each of `SHOTS` that makes 90 % intervals cover, by nets that never saw the stage."""
    rng, out, last = np.random.default_rng(seed + 1), [], 1.0
    for size in SHOTS:
        some = [examined[int(i)] for i in np.resize(rng.permutation(len(examined)), EXAMS)]
        drawn = [(_exam(p, int(size), rng), j) for p, j in some]
        ratios = [_ratios(recipe, world, d, j) for d, j in drawn if d is not None]
        last = across_stage_factor(ratios) if ratios else last
        out.append(last)
    return np.array(out)


def _exam(prepared: Prepared, size: int, rng: np.random.Generator) -> Drawn | None:
    if prepared.task.kind == "binary" or (prepared.strange and size < FEWEST_STRANGE):
        return None
    found = draw(prepared.task, 0, size, rng)
    return None if found is None else prepared.drawn(*found, whole=True, rng=rng)


def _ratios(recipe: Recipe, world: World, drawn: Drawn, j: int) -> Array:
    answer = averaged(*recipe.settle(world.alone(j), drawn.sx, drawn.sy)(drawn.qx))
    ratios: Array = np.abs(drawn.qy - answer.mean) / (answer.scale * t_quantile(0.9, answer.freedom))
    return ratios
