"""Has a new prior forgotten what an old one knew? A paired comparison on old families, on rows neither was taught."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.base import Array, Learner, Task
from models.continual.memory import aside, taught
from models.errors import NotThisKind
from models.gate import MIN_LOTS, judge
from models.words import counted

SHOTS = (5, 20)
FEWEST_ROWS = 6
MOST_TASKS = 40
ALPHA = 0.05
DELTA = 0.02
"""Share of a stage's standard deviation that is as good as none."""


@dataclass(frozen=True, slots=True)
class Forgetting:
    """What the guard found.

    Parameters
    ----------
    passed : bool
    families : dict of str to dict
        For each old family: mean loss of the old and the new prior in standard deviations of a stage, the gain with its
        bounds, rows, and whether it was forgotten.
    sentence : str
    """

    passed: bool
    families: dict[str, dict[str, float | int | bool | None]]
    sentence: str


def forgotten(old: Learner, new: Learner, tasks: Sequence[Task], seed: int = 0) -> Forgetting:
    """Compare two priors on stages that the old one knew.

    Every stage is adapted to 5 and to 20 of the labels that may be taught and judged on those kept aside. A family is
    forgotten if the new prior's mean loss exceeds the old one's by more than 2 % of a standard deviation, and the
    bound of the paired bootstrap (by stage where there are five) says that this is no noise; the level is shared out
    among the families (Bonferroni).

    Parameters
    ----------
    old, new : Learner
        Meta-trained on `taught` rows.
    tasks : sequence of Task
        Stages that the old prior was trained on, with all rows; those without rows kept aside say nothing.
    seed : int

    Returns
    -------
    Forgetting
    """
    rng = np.random.default_rng(seed)
    useful = [t for t in tasks if aside(t).sum() >= FEWEST_ROWS and np.ptp(t.support_y) > 0]
    some = [useful[i] for i in sorted(rng.permutation(len(useful))[:MOST_TASKS].tolist())]
    families: dict[str, list[tuple[str, Array, Array]]] = {}
    for task in some:
        losses = _losses(old, new, task, rng)
        if losses is not None:
            families.setdefault(task.family or task.characteristic, []).append((task.stage, *losses))
    found = {name: _judged(parts, len(families), seed) for name, parts in families.items()}
    return Forgetting(not any(f["forgotten"] for f in found.values()), found, _sentence(found))


def _losses(old: Learner, new: Learner, task: Task, rng: np.random.Generator) -> tuple[Array, Array] | None:
    """Return losses of both priors on the rows kept aside, the numbers of labels one after the other."""
    held = aside(task)
    part, sd = taught(task), float(task.support_y.std())
    x, y = task.support_x[held], task.support_y[held]
    t = None if task.support_t is None else task.support_t[held]
    before, after = [], []
    for size in (s for s in SHOTS if s <= len(part.support_y)):
        short = part.keep(np.sort(rng.permutation(len(part.support_y))[:size]))
        try:
            said = [learner.adapt(short).predict(x, t).mean for learner in (old, new)]
        except NotThisKind:
            return None
        before.append(np.abs(said[0] - y) / sd)
        after.append(np.abs(said[1] - y) / sd)
    return (np.concatenate(before), np.concatenate(after)) if before else None


def _judged(
    parts: Sequence[tuple[str, Array, Array]], families: int, seed: int
) -> dict[str, float | int | bool | None]:
    before, after = (np.concatenate([p[i] for p in parts]) for i in (1, 2))
    lots = np.concatenate([np.full(len(p[1]), p[0], dtype=object) for p in parts])
    if len(parts) < MIN_LOTS:  # a row is judged once for each number of labels: these hang together
        lots = np.array([f"{p[0]}/{i % _rows(p)}" for p in parts for i in range(len(p[1]))], dtype=object)
    found = judge(before, after, lots, delta=DELTA, seed=seed, level=1 - 2 * ALPHA / families)
    worse = bool(np.isfinite(found.upper) and found.upper < 0 and found.estimate < -DELTA)
    bounds = (found.lower, found.upper)
    lower, upper = (None if not np.isfinite(v) else float(v) for v in bounds)
    return {
        "old": found.loss_champion,
        "new": found.loss_challenger,
        "gain": found.estimate,
        "lower": lower,
        "upper": upper,
        "rows": found.rows,
        "stages": len(parts),
        "forgotten": worse,
    }


def _rows(part: tuple[str, Array, Array]) -> int:
    return max(len(part[1]) // len(SHOTS), 1)


def _sentence(found: dict[str, dict[str, float | int | bool | None]]) -> str:
    if not found:
        return "no old family has labels kept aside, so nothing was compared"
    bad = {name: f for name, f in found.items() if f["forgotten"]}
    if bad:
        told = "; ".join(f"{name}: error {f['new']:.2f} of a spread, {f['old']:.2f} before" for name, f in bad.items())
        return f"forgets {told}"
    worst = min(found.items(), key=lambda item: float(item[1]["gain"] or 0.0))
    told = f"error {worst[1]['new']:.2f} of a spread, {worst[1]['old']:.2f} before"
    return f"nothing forgotten of {counted(len(found), 'old group')} of sisters; least gained: {worst[0]}, {told}"
