"""What the comparison of policies found: errors, and with how many labels each reaches what chance reaches."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean

import numpy as np

from models.base import Array
from models.bench.labels.walk import RANDOM
from models.bench.telling.report import Table

OVER_PACKS = "mean over packs"


@dataclass(frozen=True, slots=True)
class Walked:
    """Errors of one policy at one new stage.

    Parameters
    ----------
    pack, characteristic, stage, policy : str
    seed : int
    pool : int
        Units that could be proposed. Where the pool is used up every policy has the same labels.
    errors : tuple of float
        nRMSE at the sizes of the run, as far as the pool reaches; the mean over repeats.
    """

    pack: str
    characteristic: str
    stage: str
    policy: str
    seed: int
    pool: int
    errors: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything one comparison found."""

    data_dir: str
    learner: str
    policies: tuple[str, ...]
    sizes: tuple[int, ...]
    seeds: int
    repeats: int
    share: float
    rows: tuple[Walked, ...]
    seconds: float

    def curve(self, policy: str, pack: str = OVER_PACKS) -> Array:
        """Return the mean error at each size, over stages, then characteristics, then packs; NaN where none reaches."""
        if pack == OVER_PACKS:
            each = [self.curve(policy, name) for name in self.packs]
            return np.array([_mean(values) for values in zip(*each, strict=True)])
        cells: dict[str, list[tuple[float, ...]]] = defaultdict(list)
        for row in self.rows:
            if (row.pack, row.policy) == (pack, policy) and len(row.errors) == len(self.sizes):
                cells[row.characteristic].append(row.errors)
        if not cells:
            return np.full(len(self.sizes), np.nan)
        found: Array = np.mean([np.mean(errors, axis=0) for errors in cells.values()], axis=0)
        return found

    @property
    def packs(self) -> tuple[str, ...]:
        """Names of the packs, in order."""
        return tuple(sorted({row.pack for row in self.rows}))

    def needed(self, policy: str, labels: int, pack: str = OVER_PACKS) -> float | None:
        """Return with how many labels `policy` has the error that chance has with `labels`; None if it never has."""
        target = float(self.curve(RANDOM, pack)[self.sizes.index(labels)])
        return reached(self.sizes, self.curve(policy, pack).tolist(), target)

    def to_json(self) -> str:
        """Write everything, with the summary for those who read no rows."""
        about = asdict(self) | {"summary": [dict(zip(t.columns, r, strict=True)) for t in tables(self) for r in t.rows]}
        return json.dumps(about, indent=1, allow_nan=False)


def reached(sizes: Sequence[int], errors: Sequence[float], target: float) -> float | None:
    """Return the least number of labels from which on the error stays at `target` or below.

    Between two sizes the error is taken as linear in the logarithm of the labels. "Stays" is what matters: a curve that
    dips by luck and rises again has not arrived.

    Parameters
    ----------
    sizes : sequence of int
    errors : sequence of float
    target : float

    Returns
    -------
    float or None
        The first size where even that is good enough; None where the last error is above `target`.

    Examples
    --------
    >>> reached([5, 10, 20], [0.9, 0.8, 0.7], 0.8), reached([5, 20], [0.9, 0.7], 0.8), reached([5], [0.9], 0.8)
    (10.0, 10.0, None)
    """
    late = [float(max(errors[i:])) for i in range(len(errors))]
    if not late or not late[-1] <= target + 1e-12:
        return None
    first = next(i for i, error in enumerate(late) if error <= target + 1e-12)
    if first == 0:
        return float(sizes[0])
    above, below = late[first - 1], late[first]
    part = (above - target) / (above - below)
    logs = np.log([sizes[first - 1], sizes[first]])
    return round(float(np.exp(logs[0] + part * (logs[1] - logs[0]))), 2)


def tables(outcome: Outcome) -> tuple[Table, ...]:
    """Return the tables of a comparison: errors, and labels needed for the error that chance has."""
    sizes = outcome.sizes
    errors = [
        (pack, policy, *(_number(value) for value in outcome.curve(policy, pack)))
        for pack in (*outcome.packs, OVER_PACKS)
        for policy in outcome.policies
    ]
    needed = [
        (pack, policy, *(_needed(outcome, policy, size, pack) for size in sizes))
        for pack in (*outcome.packs, OVER_PACKS)
        for policy in outcome.policies
        if policy != RANDOM
    ]
    counts = tuple(f"{size} labels" for size in sizes)
    title = f"nRMSE after so many labels ({outcome.learner}; {outcome.share:.0%} of chosen batches by lot, included)"
    reach = "labels after which the error stays at or below that of so many random labels (and how many fewer)"
    return (
        Table(title, ("pack", "policy", *counts), tuple(errors)),
        Table(reach, ("pack", "policy", *(f"{size} random" for size in sizes)), tuple(needed)),
    )


def plot(outcome: Outcome, path: str) -> str:
    """Draw error over labels, a panel a pack and one of their mean, to a PNG or SVG file."""
    from matplotlib.figure import Figure

    names = (*outcome.packs, OVER_PACKS)
    wide = min(4, len(names))
    canvas = Figure(figsize=(3.4 * wide, 2.8 * -(-len(names) // wide)), layout="constrained")
    for i, name in enumerate(names, 1):
        axes = canvas.add_subplot(-(-len(names) // wide), wide, i, title=name, xlabel="labels", ylabel="nRMSE")
        for policy in outcome.policies:
            axes.plot(outcome.sizes, outcome.curve(policy, name), "o-", ms=3, label=policy)
        axes.legend(fontsize=7)
    canvas.savefig(path)
    return path


def sentences(outcome: Outcome) -> list[str]:
    """Say for each policy how many labels it saves over chance, at the sizes that chance reached in the middle."""
    return [_saving(outcome, policy) for policy in outcome.policies if policy != RANDOM]


def _saving(outcome: Outcome, policy: str) -> str:
    found = {k: outcome.needed(policy, k) for k in outcome.sizes[1:-1]}
    told = [f"{k}: {v:.1f} ({v / k - 1:+.0%})" if v else f"{k}: not reached" for k, v in found.items()]
    losing = [pack for pack in outcome.packs if _loses(outcome, policy, pack)]
    where = f"; above chance on average: {', '.join(losing)}" if losing else "; on no pack above chance on average"
    return f"{policy}: labels for the error of so many random ones, mean over packs: {', '.join(told)}{where}"


def _loses(outcome: Outcome, policy: str, pack: str) -> bool:
    return bool(np.nanmean(outcome.curve(policy, pack) - outcome.curve(RANDOM, pack)) > 0)


def _needed(outcome: Outcome, policy: str, size: int, pack: str) -> str:
    found = outcome.needed(policy, size, pack)
    return "-" if found is None else f"{found:.1f} ({found / size - 1:+.0%})"


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return fmean(known) if known else float("nan")


def _number(value: float) -> str:
    return f"{value:.3f}" if np.isfinite(value) else "-"
