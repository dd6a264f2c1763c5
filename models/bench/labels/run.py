"""Compare policies: what is measured next at stages that no training has seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from models.base import Learner
from models.bench.labels.outcome import Outcome, Walked
from models.bench.labels.walk import RANDOM, Ground, Way, walk
from models.bench.packs import PackError, folders, load
from models.bench.protocols import generator, split_stages, training_tasks
from models.labels import ADVISERS, SHARE, policy_named

SIZES = (5, 10, 15, 20, 30, 40)
POLICIES = (RANDOM, "width", "information")

#: Called with stages done, stages in all, and the stage just done in words.
Progress = Callable[[int, int, str], None]


def compare(
    data_dir: str | Path,
    *,
    learner: str = "prior_mixture",
    policies: Sequence[str] = POLICIES,
    sizes: Sequence[int] = SIZES,
    seeds: int = 3,
    repeats: int = 2,
    packs: Sequence[str] | None = None,
    most_stages: int = 4,
    every_characteristic: bool = False,
    share: float = SHARE,
    progress: Progress | None = None,
) -> Outcome:
    """Walk the new stages of the regression packs in `data_dir` with every policy.

    Parameters
    ----------
    data_dir : path
    learner : str
        Meta-trained on the other stages; it predicts, and tells the policies what it knows.
    policies : sequence of str
        Names of `models.labels.policy_named`; ``random`` always runs.
    sizes : sequence of int
        Numbers of labels at which the error is taken.
    seeds, repeats : int
        How often stages are drawn (three judge each once); how often a walk is repeated with other draws.
    packs : sequence of str, optional
    most_stages : int
        New stages of each pack and seed at most.
    every_characteristic : bool
        All of a pack; else the first.
    share : float
        Of every chosen batch, by lot.
    progress : callable, optional

    Raises
    ------
    PackError
        If the folder is not what it should be, or holds no regression pack.
    UnknownName
        If a policy or learner is not known.
    """
    import models

    models.make_learner(learner)
    asked = tuple(dict.fromkeys((RANDOM, *policies)))
    for name in asked:
        policy_named(name)
    ways = [Way(name, tuple(sizes), share) for name in asked]
    began, rows = time.perf_counter(), []
    work = stages_of(data_dir, packs, seeds, most_stages, every=every_characteristic)
    for done, (folder, characteristic, seed, stages) in enumerate(work, 1):
        pack = load(folder)
        learned, _ = split_stages(pack, seed)
        tasks = training_tasks(pack, characteristic, learned, seed)
        prior = models.make_learner(learner, seed=seed).fit(tasks)
        advisers = {
            name: prior if ADVISERS[name] == learner else models.make_learner(ADVISERS[name], seed=seed).fit(tasks)
            for name in asked
            if name in ADVISERS
        }
        for stage in stages:
            ground = Ground.of(pack, stage, characteristic, seed)
            if ground is not None:
                rows += [
                    _walked(prior, ground, way, seed=seed, repeats=repeats, adviser=advisers.get(way.policy))
                    for way in ways
                ]
        if progress is not None:
            progress(done, len(work), f"{pack.name} / {characteristic} / seed {seed}")
    seconds = round(time.perf_counter() - began, 1)
    return Outcome(str(data_dir), learner, asked, tuple(sizes), seeds, repeats, share, tuple(rows), seconds)


def stages_of(
    data_dir: str | Path, packs: Sequence[str] | None, seeds: int, most_stages: int, *, every: bool
) -> list[tuple[Path, str, int, tuple[str, ...]]]:
    """Return folder, continuous characteristic, seed and new stages of every training that is needed."""
    found, work = folders(data_dir, packs), []
    for folder in found:
        pack = load(folder)
        names = [name for name, kind in pack.characteristics.items() if kind == "continuous"]
        for characteristic in names if every else names[:1]:
            for seed in range(seeds):
                _, new = split_stages(pack, seed)
                work.append((folder, characteristic, seed, new[:most_stages]))
    if not work:
        raise PackError(f"no regression pack among {', '.join(f.name for f in found)} - name others with --packs")
    return work


def _walked(prior: Learner, ground: Ground, way: Way, *, seed: int, repeats: int, adviser: Learner | None) -> Walked:
    pack, stage = ground.pack.name, ground.part.name
    draws = [generator(seed, pack, stage, way.policy, str(turn)) for turn in range(repeats)]
    each = [walk(prior, ground, way, rng, adviser=adviser) for rng in draws]
    errors = tuple(float(value) for value in np.mean(each, axis=0))
    return Walked(pack, ground.characteristic, stage, way.policy, seed, len(ground.pool), errors)
