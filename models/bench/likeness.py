"""Does a representation know where a model will carry over? Distances between stages against measured transfer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import spearmanr

from models.base import Array, Task
from models.bench.packs import Pack
from models.bench.protocols import generator, training_tasks
from models.learners.parts.boosted import Growth, grow
from models.representations.encoder import Encoder
from models.representations.features import FEATURES, meta_features
from models.representations.nearest import Atlas
from models.representations.profile import apart, profile
from models.representations.space import Space, learned_weights

MOST_STAGES = 14
LABELS = 150
SHOTS = 10
NEAREST = 3
FOLDS = 3
FEWEST = 5
GROWTH = Growth(trees=50, depth=3, rate=0.15)
LEVEL_FREE = [j for j, f in enumerate(FEATURES) if f.group != "size"]


@dataclass(frozen=True, slots=True)
class Worth:
    """What one representation was worth on one pack with one seed.

    Parameters
    ----------
    pack, representation : str
    rank : float
        Mean over new stages of Spearman's correlation of distance and loss of the transfer; 1 is perfect, 0 chance.
    gain : float
        Share by which the error after transfer from the three nearest stages lies below that from any stage (geometric
        mean); below 0 it misleads.
    """

    pack: str
    representation: str
    rank: float
    gain: float


def worths(pack: Pack, characteristic: str, seed: int = 0) -> list[Worth]:
    """Measure every representation on one pack.

    A model of stage A (boosted trees on at most 150 labels) is applied to stage B; its loss is the logarithm of the
    error that is left once B's level is right, in standard deviations of B. Distances are seen as a new stage sees
    them: B with 10 labels. Weights and encoders are learned without the third of the stages that B is in.

    Parameters
    ----------
    pack : Pack
    characteristic : str
    seed : int
    """
    rng = generator(seed, pack.name, "transfer")
    names = [s.name for s in pack.stages]
    some = sorted(rng.permutation(len(names))[:MOST_STAGES].tolist())
    tasks = training_tasks(pack, characteristic, [names[i] for i in some], seed, LABELS)
    if len(tasks) < FEWEST:
        return []
    loss = transfer_losses(tasks, rng)
    short = [_short(task, rng) for task in tasks]
    fold = rng.permutation(len(tasks)) % FOLDS
    found: dict[str, list[tuple[float, float]]] = {}
    for part in range(FOLDS):
        known, new = np.flatnonzero(fold != part), np.flatnonzero(fold == part)
        ways = _ways([tasks[i] for i in known], loss[np.ix_(known, known)], seed)
        for b in new:
            for name, distances in ways.items():
                found.setdefault(name, []).append(_judged(distances(short[b]), loss[known, b]))
    means = {name: np.mean(pairs, axis=0) for name, pairs in found.items()}
    return [Worth(pack.name, name, float(v[0]), float(1 - np.exp(v[1]))) for name, v in means.items()]


def transfer_losses(tasks: Sequence[Task], rng: np.random.Generator) -> Array:
    """Return the log of the error at stage b of trees grown on stage a, shape (a, b), with b's level put right."""
    found = np.zeros((len(tasks), len(tasks)))
    for a, source in enumerate(tasks):
        trees = grow(source.support_x, source.support_y, np.ones(len(source.support_y)), rng, GROWTH)
        for b, task in enumerate(tasks):
            left = task.support_y - trees.predict(task.support_x)
            sd = float(task.support_y.std())
            found[a, b] = np.log(max(float(left.std()), 1e-3 * sd) / sd) if sd > 0 else 0.0
    return found


Way = Callable[[Task], Array]


def _ways(known: Sequence[Task], loss: Array, seed: int) -> dict[str, Way]:
    """Return for each representation the function from a new task to its distances from the known ones."""
    pairs = [(a, b) for a in range(len(known)) for b in range(len(known)) if a != b]
    ill = np.array([loss[a, b] for a, b in pairs])
    columns = known[0].columns
    plain = Space.of(np.array([meta_features(t)[LEVEL_FREE] for t in known]))
    square = np.array([plain.differences(plain.points[b])[a] for a, b in pairs])
    learned = replace(plain, weights=learned_weights(square, ill))
    where = np.array([profile(t, columns) for t in known])
    atlas = Atlas.of(known)

    def place(t: Task) -> Array:
        found: Array = np.sqrt(np.nanmean(apart(where, profile(t, columns)), axis=1))
        return found

    encoder = Encoder.fit(known, seed)
    met = np.array([encoder.embed(t) for t in known])
    return {
        "meta-features": lambda t: plain.distances(meta_features(t)[LEVEL_FREE]),
        "meta-features, weights learned": lambda t: learned.distances(meta_features(t)[LEVEL_FREE]),
        "profile of parameters": place,
        "embedding": lambda t: 1.0 - met @ encoder.embed(t),
        "embedding + profile": lambda t: place(t) + (1.0 - met @ encoder.embed(t)),
        "nearest": atlas.distances,
    }


def _judged(distance: Array, loss: Array) -> tuple[float, float]:
    rank = float(spearmanr(distance, loss).statistic) if np.ptp(distance) > 0 and np.ptp(loss) > 0 else 0.0
    nearest = np.argsort(distance, kind="stable")[:NEAREST]
    return rank, float(loss[nearest].mean() - loss.mean())


def _short(task: Task, rng: np.random.Generator) -> Task:
    own = np.sort(rng.permutation(len(task.support_y))[:SHOTS])
    rest = np.setdiff1d(np.arange(len(task.support_y)), own)
    t = task.support_t
    return replace(
        task,
        support_x=task.support_x[own],
        support_y=task.support_y[own],
        support_t=None if t is None else t[own],
        unlabelled_x=np.vstack([task.unlabelled_x, task.support_x[rest]]),
        unlabelled_t=None if t is None or task.unlabelled_t is None else np.concatenate([task.unlabelled_t, t[rest]]),
        groups=None if task.groups is None else task.groups[own],
    )
