"""Two runs side by side: what changed for each method, paired by exam, with the uncertainty over stages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from models.base import Array
from models.bench.cells import is_peer
from models.bench.judge import Row
from models.bench.packs import PackError
from models.bench.result import Result
from models.bench.telling.summary import HIGHER_IS_BETTER, Figure
from models.bench.telling.targets import NAMES

DRAWS = 2000
LEVEL = 0.95
_FIGURES: tuple[Figure, ...] = ("nrmse", "crps", "auroc", "ap")
_LEAST_STAGES = 5
_Key = tuple[str, str, str, int, int, str, int | None, str]


@dataclass(frozen=True, slots=True)
class Change:
    """What changed for one method in one figure under one protocol, over the exams that both runs hold.

    Parameters
    ----------
    method, figure, protocol : str
    before, now : float
        Means over stages of the means over a stage's exams.
    mean, lower, upper : float
        Of now minus before: mean over stages, and its 95 % interval by bootstrap over stages (percentiles of resampled
        means; Efron and Tibshirani 1993, ch. 13). Exams of one stage hang together, so stages are drawn, not exams.
    stages, exams : int
    """

    method: str
    figure: Figure
    protocol: str
    before: float
    now: float
    mean: float
    lower: float
    upper: float
    stages: int
    exams: int

    @property
    def verdict(self) -> str:
        """Better, worse, or no difference shown; too few stages show none."""
        sign = 1 if self.figure in HIGHER_IS_BETTER else -1
        if self.stages < _LEAST_STAGES or self.lower <= 0 <= self.upper:
            return "no difference shown"
        return "better" if sign * self.mean > 0 else "worse"


@dataclass(frozen=True, slots=True)
class Comparison:
    """All changes between two runs, and what is compared.

    Parameters
    ----------
    changes : tuple of Change
        Methods of both runs; unchanged peers included, as a check that the exams are the same.
    scope : str
        What both runs hold, and what is left out.
    """

    changes: tuple[Change, ...]
    scope: str

    def sentences(self) -> list[str]:
        """Say for each own learner and figure: better, worse or no difference shown."""
        return [_told(change) for change in self.changes if not is_peer(change.method)]


def _told(c: Change) -> str:
    verdict = c.verdict if c.verdict == "no difference shown" else f"{c.verdict} than before"
    return (
        f"{NAMES[c.figure]}, {c.protocol}: {c.method} {c.before:.3f} -> {c.now:.3f}, {verdict}: "
        f"{c.mean:+.4f} ({c.lower:+.4f} to {c.upper:+.4f}) over {c.stages} stages"
    )


def compare(now: Result, before: Result, *, seed: int = 0) -> Comparison:
    """Pair two runs exam by exam: pack, characteristic, protocol, labels, seed, stage, training and method.

    Parameters
    ----------
    now, before : Result
    seed : int
        Of the bootstrap.

    Returns
    -------
    Comparison

    Raises
    ------
    PackError
        If no exam was answered by the same method in both.
    """
    new, old = _answers(now), _answers(before)
    shared = [key for key in new if key in old]
    if not shared:
        raise PackError(
            "the two runs share no exam answered by the same method - compare runs of the same packs, protocols, "
            "labels and seeds"
        )
    rng = np.random.default_rng(seed)
    changes = tuple(change for figure in _FIGURES for change in _changes(figure, shared, new, old, rng))
    return Comparison(changes, _scope(now, before, shared))


def _changes(
    figure: Figure, shared: Sequence[_Key], new: dict[_Key, Row], old: dict[_Key, Row], rng: np.random.Generator
) -> Iterator[Change]:
    by_place: dict[tuple[str, str], list[_Key]] = defaultdict(list)
    for key in shared:
        if getattr(new[key], figure) is not None and getattr(old[key], figure) is not None:
            by_place[new[key].protocol, new[key].method].append(key)
    for (protocol, method), keys in by_place.items():
        stages: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
        for key in keys:
            stages[new[key].pack, new[key].stage].append((getattr(old[key], figure), getattr(new[key], figure)))
        pairs = np.array([np.mean(found, axis=0) for found in stages.values()])
        difference = pairs[:, 1] - pairs[:, 0]
        lower, upper = _interval(difference, rng)
        before, now = (float(v) for v in pairs.mean(axis=0))
        mean = float(difference.mean())
        yield Change(method, figure, protocol, before, now, mean, lower, upper, len(stages), len(keys))


def _interval(difference: Array, rng: np.random.Generator) -> tuple[float, float]:
    drawn = rng.integers(0, len(difference), size=(DRAWS, len(difference)))
    means = difference[drawn].mean(axis=1)
    lower, upper = np.quantile(means, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return float(lower), float(upper)


def _answers(result: Result) -> dict[_Key, Row]:
    return {
        (r.pack, r.characteristic, r.protocol, r.k, r.seed, r.stage, r.training, r.method): r
        for r in result.rows
        if r.status == "ok"
    }


def _scope(now: Result, before: Result, shared: Sequence[_Key]) -> str:
    packs = sorted({key[0] for key in shared})
    words = [f"compared: {len(shared)} answers on {', '.join(packs)}"]
    for what, place in (("packs", 0), ("protocols", 2), ("numbers of labels", 3), ("seeds", 4), ("methods", 7)):
        kept = {str(key[place]) for key in shared}
        left = sorted({str(key[place]) for r in (now, before) for key in _answers(r)} - kept)
        if left:
            words.append(f"{what} in one run only: {', '.join(left)}")
    changed = sorted(n for n in {*now.versions, *before.versions} if now.versions.get(n) != before.versions.get(n))
    if changed:
        words.append(f"versions differ: {', '.join(changed)}")
    return "; ".join(words)
