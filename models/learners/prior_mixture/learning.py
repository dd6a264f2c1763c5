"""Meta-training of the mixture: cross-fitted means, spreads, and the prior over experts by EM on episodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import optimize, special

from models.base import Array, Task
from models.calibration import across_stage_factor
from models.learners.parts import Rows
from models.learners.parts.deep.standing import Standing
from models.learners.parts.families import Family, align
from models.learners.parts.scaling import Scaling, scaling
from models.learners.parts.serving import t_quantile
from models.learners.prior_mixture.experts import MEANS, NETS, starting_prior
from models.learners.prior_mixture.gaze import Deepened
from models.learners.prior_mixture.knowledge import SHOTS, Knowledge
from models.learners.prior_mixture.lens import Lens, usable, width
from models.learners.prior_mixture.means import Labelled, cross_fitted, fit_means, relevance
from models.learners.prior_mixture.posterior import Spread, choose, predict, ready, weigh

LABELS_A_STAGE = 400
SIZES = (4, 8, 16, 32)
EPISODES = 100
QUERIES = 60
EXAMS = 8
ROUNDS = 20
SMOOTH = 0.5
BASE = 0.1


def look(
    tasks: Sequence[Task], family: Family, plant: Scaling, weights: Array, deepened: Deepened | None, *, seed: int
) -> list[Labelled]:
    """Look at training stages through their lenses; of each at most `LABELS_A_STAGE` labelled units."""
    rng = np.random.default_rng(seed)
    out = []
    for task in tasks:
        gaze = None if deepened is None else deepened.gaze(task, family)
        lens = Lens.of(task, family.columns, plant, weights, gaze)
        rows = np.sort(rng.permutation(len(task.support_y))[:LABELS_A_STAGE])
        times = None if task.support_t is None else task.support_t[rows]
        groups = np.arange(len(rows)) if task.groups is None else np.unique(task.groups[rows], return_inverse=True)[1]
        out.append(Labelled(lens.see(task.support_x[rows], times), task.support_y[rows], groups))
    return out


def learn(tasks: Sequence[Task], family: Family, seed: int, device: str = "auto") -> tuple[Knowledge, Array]:
    """Learn a family; return its knowledge and the expected number of episodes each expert explained."""
    plant = scaling(np.vstack([align(t.support_x, t.columns, family.columns) for t in tasks]))
    d = width(family.columns, family.kind)
    means = fit_means(look(tasks, family, plant, np.ones(d), None, seed=seed), seed)
    weights = relevance(means, d)
    deepened = Deepened.of(tasks, family, seed, device)
    stages = look(tasks, family, plant, weights, deepened, seed=seed)
    honest = cross_fitted(stages, seed)
    five = honest.at(stages)
    spreads = np.array([s.spread for s in stages])
    positive = spreads[spreads > 0]
    scales = np.quantile(positive, [0.15, 0.5, 0.85]) if len(positive) else np.ones(3)
    standing = None if deepened is None else deepened.world.standing
    spread = _spread(stages, five, scales, standing)
    level, unit = family.levels.mean, np.ones(len(SHOTS))
    flat = Knowledge(plant, weights, means, honest, level, scales, spread, starting_prior(), unit, deepened)
    prior, counts = _expectation_maximization(flat, stages, five, seed)
    learned = replace(flat, prior=prior)
    return replace(learned, factors=_calibrate(learned, stages, five, seed + 1)), counts


def _spread(stages: Sequence[Labelled], five: Sequence[Array], scales: Array, standing: Standing | None) -> Spread:
    """Fit an inverse gamma to the residual variances of the stages, for each mean (moments of the logarithm)."""
    raw = [[s.y, s.y - f[:, 0], s.y - f[:, 1], s.y - f[:, 2]] for s, f in zip(stages, five, strict=True)]
    own = [
        [(s.y - s.level) / (s.spread or 1.0) - f[:, 3], (s.y - s.level) / (s.spread or 1.0) - f[:, 4]]
        for s, f in zip(stages, five, strict=True)
    ]
    nets = [_past_nets(s, standing) for s in stages]
    unit = float(scales[1]) ** 2
    a, b = np.zeros(len(MEANS)), np.zeros(len(MEANS))
    for j in range(4):
        a[j], b[j] = _inverse_gamma(np.array([r[j].var() for r in raw]), [len(s.y) for s in stages], 1e-12 * unit)
    for j, places in ((0, slice(4, 8)), (1, slice(8, 12))):
        a[places], b[places] = _inverse_gamma(np.array([r[j].var() for r in own]), [len(s.y) for s in stages], 1e-6)
    a[NETS], b[NETS] = _inverse_gamma(np.array([r.var() for r in nets]), [len(s.y) for s in stages], 1e-6)
    return Spread(a, b)


def _past_nets(stage: Labelled, standing: Standing | None) -> Array:
    """Return what the nets' mean leaves of the labels, on the nets' own scale."""
    level, scale = stage.level, stage.spread or 1.0
    if standing is not None and not standing.own:
        level, scale = standing.level, standing.scale
    said = stage.seen.views["nets"][:, 0] if "nets" in stage.seen.views else 0.0
    left: Array = (stage.y - level) / scale - said
    return left


def _inverse_gamma(variances: Array, sizes: Sequence[int], floor: float) -> tuple[float, float]:
    """Return a and b with ``E log = log b - digamma(a)`` and ``Var log = trigamma(a)``, sampling noise taken off."""
    logs = np.log(np.maximum(variances, floor))
    noise = float(np.mean([2.0 / max(n - 1, 1) for n in sizes]))
    wanted = max(float(logs.var(ddof=1)) - noise if len(logs) > 1 else 1.0, 0.1) + 0.05
    a = float(optimize.brentq(lambda v: special.polygamma(1, v) - wanted, 1e-2, 1e3))
    a = float(np.clip(a, 0.05, 8.0))
    return a, float(np.exp(logs.mean() + special.digamma(a)))


def draw(stage: Labelled, size: int, rng: np.random.Generator) -> tuple[Rows, Rows]:
    """Draw about `size` labelled units with their replicates kept together; return the rows taken and the rest."""
    order = rng.permutation(stage.groups.max() + 1)
    rank = np.argsort(order)[stage.groups]
    by_rank = np.argsort(rank, kind="stable")
    if not size:
        return by_rank[:0], by_rank
    last = rank[by_rank[min(size, len(by_rank)) - 1]]
    taken = by_rank[:size]
    return taken, by_rank[rank[by_rank] > last]


def _expectation_maximization(
    k: Knowledge, stages: Sequence[Labelled], five: Sequence[Array], seed: int
) -> tuple[Array, Array]:
    """Return the log prior that makes the episodes most likely, and the expected count of each expert."""
    rng = np.random.default_rng(seed)
    repeats = max(1, EPISODES // (len(stages) * len(SIZES)))
    rows: list[Array] = []
    start = starting_prior()
    for stage, pooled in zip(stages, five, strict=True):
        for size in SIZES:
            if len(stage.y) < size:
                continue
            rows += [_log_joint(k, stage, pooled, draw(stage, size, rng)[0]) for _ in range(repeats)]
    if not rows:
        return start, np.zeros(start.shape)
    return _climb(np.stack(rows), start)


def _climb(log: Array, start: Array) -> tuple[Array, Array]:
    """Return the log prior that makes `log` (episodes, experts) most likely, pulled to smooth ones, and counts."""
    likely = np.exp(log - log.max(axis=1, keepdims=True))
    base = np.exp(start)
    prior, counts = base.ravel(), np.zeros(base.size)
    for _ in range(ROUNDS):
        share = likely * prior
        counts = (1.0 / np.maximum(share.sum(axis=1), 1e-300)) @ share
        smooth = _smoothed(counts.reshape(start.shape), base).ravel()
        total = counts / len(log) + SMOOTH * smooth + BASE * base.ravel()
        prior = total / total.sum()
    with np.errstate(divide="ignore"):
        return np.log(prior).reshape(start.shape), counts.reshape(start.shape)


def _smoothed(counts: Array, base: Array) -> Array:
    """Return the product of the marginals of `counts` over kernels and means x noises x offsets, on allowed experts."""
    kernel = counts.sum(axis=(1, 2, 3), keepdims=True)
    rest = counts.sum(axis=0, keepdims=True)
    product = kernel * rest * (base > 0)
    out: Array = product / max(float(product.sum()), 1e-300)
    return out


def _log_joint(k: Knowledge, stage: Labelled, pooled: Array, rows: Rows) -> Array:
    """Return the evidence of every expert on the labelled `rows` of a training stage, flat; impossible ones -inf."""
    seen, y = stage.seen.take(rows), stage.y[rows]
    own = k.own_scale(y)
    level = k.level_of(y, own)
    evidence = weigh(seen, y[:, None] - k.table(pooled[rows], seen, level, own), k.spread_at(own), usable(seen))
    full = np.full(k.prior.shape, -np.inf)
    full[evidence.kernels] = evidence.log
    return full.ravel()


def _calibrate(k: Knowledge, stages: Sequence[Labelled], five: Sequence[Array], seed: int) -> Array:
    """Return the widening at each of `SHOTS` that makes 90 % intervals cover 90 % over the training stages."""
    rng = np.random.default_rng(seed)
    out, last = [], 1.0
    for size in SHOTS:
        ratios: list[Array] = []
        fitting = [i for i, s in enumerate(stages) if len(s.y) >= size + 10]
        some = np.resize(rng.permutation(fitting), EXAMS if fitting else 0).astype(int)
        ratios += [_ratios(k, stages[i], five[i], *draw(stages[i], int(size), rng)) for i in some]
        last = across_stage_factor([r for r in ratios if len(r)]) if ratios else last
        out.append(last)
    return np.array(out)


def _ratios(k: Knowledge, stage: Labelled, pooled: Array, rows: Rows, rest: Rows) -> Array:
    rest = rest[:QUERIES]
    seen, y = stage.seen.take(rows), stage.y[rows]
    own = k.own_scale(y)
    level = k.level_of(y, own)
    evidence = weigh(seen, y[:, None] - k.table(pooled[rows], seen, level, own), k.spread_at(own), usable(seen))
    chosen = choose(evidence, k.prior)
    new = stage.seen.take(rest)
    answer = predict(ready(evidence, chosen), new, k.table(pooled[rest], new, level, own))
    half = answer.scale * t_quantile(0.9, answer.freedom)
    ratios: Array = np.abs(stage.y[rest] - answer.mean) / half
    return ratios
