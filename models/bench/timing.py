"""How fast a learner adapts and predicts, against fitting each stage by itself in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from models.base import Array, Learner, Task
from models.bench.cells import Method
from models.bench.memory import peak_mb, reset_peak
from models.bench.peers import make_peer
from models.learners.parts.serving import values

#: Called with stages done and stages in all.
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Size:
    """How large the work is.

    Parameters
    ----------
    stages, labels, parameters, unlabelled, queries : int
        New stages, and what each has.
    learned : int
        Stages of the meta-training, with 200 labels each.
    peer_stages : int
        Stages of the sample on which the peers are timed.
    one_row : int
        Predictions of one unit.
    """

    stages: int = 200
    labels: int = 20
    parameters: int = 60
    unlabelled: int = 2000
    queries: int = 500
    learned: int = 12
    peer_stages: int = 10
    one_row: int = 1000


@dataclass(frozen=True, slots=True)
class Timing:
    """Times of one learner and of the peers, one thread.

    Parameters
    ----------
    learner : str
    fit_s : float
        Meta-training in seconds.
    stage_ms, slowest_ms : float
        Adapting to a stage and predicting its queries, in milliseconds by the clock on the wall: mean and slowest.
    stage_cpu_ms : float
        The same in processor time, which a busy machine does not lengthen; mean.
    answer_cpu_ms : float
        The same for mean and interval alone, which is all that the peers give: without anomaly score and domain.
    catboost_cpu_ms, gp_cpu_ms : float
        Processor time of fitting and predicting the same with CatBoost and scikit-learn's Gaussian process, mean.
    row_ms, row_p99_ms : float
        One prediction of one unit: median and 99 % quantile.
    all_s : float
        Adapting to all stages and predicting their queries, in seconds by the clock on the wall.
    peak_mb : float or None
        The most memory the process held meanwhile, in megabytes; None where the system does not say.
    """

    learner: str
    fit_s: float
    stage_ms: float
    slowest_ms: float
    stage_cpu_ms: float
    answer_cpu_ms: float
    catboost_cpu_ms: float
    gp_cpu_ms: float
    row_ms: float
    row_p99_ms: float
    all_s: float
    peak_mb: float | None


def time_learner(
    name: str = "portfolio", *, size: Size | None = None, seed: int = 0, told: Told | None = None
) -> Timing:
    """Meta-train a learner on made-up stages, then time it at new ones, one thread for all methods.

    Parameters
    ----------
    name : str
        One of `models.learner_names()`.
    size : Size, optional
    seed : int
        The stages are drawn from it.
    told : callable, optional
        ``told(done, total)`` after every stage.

    Returns
    -------
    Timing
    """
    import models

    world = World.drawn(size or Size(), seed)
    size = world.size
    sisters = [world.stage(f"sister-{i}", 200)[0] for i in range(size.learned)]
    with one_thread():
        began = time.perf_counter()
        prior = models.make_learner(name, seed=seed).fit(sisters)
        fit_s = time.perf_counter() - began
        own = []
        reset_peak()
        for i in range(size.stages):
            own.append(_serve(prior, *world.stage(f"new-{i}", size.labels)))
            if told is not None:
                told(i + 1, size.stages)
        peak = peak_mb()
        rows = _one_row(prior, *world.stage("row", size.labels), size.one_row)
        answer_ms = _answer_cpu(prior, world)
        catboost_ms, gp_ms = (_peer_cpu(peer, world) for peer in ("peer_catboost", "peer_gp"))
    wall, cpu = np.array(own).T
    row_ms, row_p99_ms = (float(q) for q in np.quantile(rows, (0.5, 0.99)))
    return Timing(
        learner=name,
        fit_s=fit_s,
        stage_ms=float(wall.mean()),
        slowest_ms=float(wall.max()),
        stage_cpu_ms=float(cpu.mean()),
        answer_cpu_ms=answer_ms,
        catboost_cpu_ms=catboost_ms,
        gp_cpu_ms=gp_ms,
        row_ms=row_ms,
        row_p99_ms=row_p99_ms,
        all_s=float(wall.sum()) / 1000,
        peak_mb=peak,
    )


@contextmanager
def one_thread() -> Iterator[None]:
    """Give linear algebra and torch one thread inside the block."""
    import torch
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(before)


@dataclass(frozen=True, slots=True)
class World:
    """Made-up sister stages: one linear and one bent part, an offset a stage, noise.

    Parameters
    ----------
    size : Size
    rng : numpy.random.Generator
    weights : ndarray, shape (parameters,)
        Of the linear part.
    """

    size: Size
    rng: np.random.Generator
    weights: Array

    @classmethod
    def drawn(cls, size: Size, seed: int) -> World:
        """Draw what the stages have in common."""
        rng = np.random.default_rng(seed)
        return cls(size, rng, rng.normal(size=size.parameters) / np.sqrt(size.parameters))

    def stage(self, name: str, labels: int) -> tuple[Task, Array]:
        """Draw a stage: its task, and the parameters of its query."""
        size = self.size
        x = self.rng.normal(size=(labels + size.unlabelled + size.queries, size.parameters))
        x[self.rng.random(x.shape) < 0.01] = np.nan
        filled = np.nan_to_num(x)
        y = filled @ self.weights + np.sin(filled[:, 0]) + self.rng.normal() + 0.2 * self.rng.normal(size=len(x))
        known, rest = labels, labels + size.unlabelled
        task = Task(
            stage=name,
            characteristic="value",
            columns=[f"p{i}" for i in range(size.parameters)],
            support_x=x[:known],
            support_y=y[:known],
            unlabelled_x=x[known:rest],
        )
        return task, x[rest:]


def _serve(method: Method, task: Task, x: Array) -> tuple[float, float]:
    """Adapt, predict, and return the milliseconds: on the wall, and of the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    method.adapt(task).predict(x)
    return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)


def _one_row(method: Method, task: Task, x: Array, times: int) -> list[float]:
    adapted, found = method.adapt(task), []
    for i in range(times):
        row = x[i % len(x)][None, :]
        began = time.perf_counter()
        adapted.predict(row)
        found.append(1000 * (time.perf_counter() - began))
    return found


def _answer_cpu(learner: Learner, world: World) -> float:
    """Return the processor time of mean and interval alone, in milliseconds, mean over stages."""
    found = []
    for i in range(world.size.peer_stages):
        task, x = world.stage(f"answer-{i}", world.size.labels)
        began = time.process_time()
        values(learner.adapt(task), x)
        found.append(1000 * (time.process_time() - began))
    return float(np.mean(found))


def _peer_cpu(name: str, world: World) -> float:
    peer = make_peer(name)
    stages = (world.stage(f"{name}-{i}", world.size.labels) for i in range(world.size.peer_stages))
    return float(np.mean([_serve(peer, task, x)[1] for task, x in stages]))
