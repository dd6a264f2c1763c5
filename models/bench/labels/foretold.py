"""Is the outlook for more labels right? Foretold at few labels, held against what more labels gave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np

from models.base import Learner
from models.bench.labels.run import Progress, stages_of
from models.bench.labels.walk import Ground
from models.bench.packs import load
from models.bench.protocols import generator, split_stages, training_tasks
from models.bench.telling.report import Table
from models.errors import NotEnoughData
from models.labels import Curves, learn_curves, left_out, outlook

HAD = (5, 10, 20)
WANTED = (5, 10, 20, 40)


@dataclass(frozen=True, slots=True)
class Foretold:
    """One outlook at one new stage and what came of it; errors are mean absolute ones in the characteristic's unit."""

    pack: str
    stage: str
    seed: int
    had: int
    labels: int
    error: float
    lower: float
    upper: float
    actual: float

    @property
    def held(self) -> bool:
        """Whether the interval held what came."""
        return self.lower <= self.actual <= self.upper


def foretell(
    data_dir: str | Path,
    *,
    learner: str = "prior_mixture",
    seeds: int = 3,
    packs: Sequence[str] | None = None,
    most_stages: int = 4,
    every_characteristic: bool = False,
    progress: Progress | None = None,
) -> tuple[Foretold, ...]:
    """Let stages with `HAD` random labels foretell their error at `WANTED`, and measure it there.

    Parameters are those of `compare`; a stage whose sisters cannot show it is left out.
    """
    import models

    rows: list[Foretold] = []
    work = stages_of(data_dir, packs, seeds, most_stages, every=every_characteristic)
    for done, (folder, characteristic, seed, stages) in enumerate(work, 1):
        pack = load(folder)
        tasks = training_tasks(pack, characteristic, split_stages(pack, seed)[0], seed)
        prior = models.make_learner(learner, seed=seed).fit(tasks)
        curves = learn_curves(prior, tasks, generator(seed, pack.name, "curves"))
        for stage in stages:
            ground = Ground.of(pack, stage, characteristic, seed)
            if ground is not None:
                rows += _stage(prior, ground, curves, seed)
        if progress is not None:
            progress(done, len(work), f"{pack.name} / {characteristic} / seed {seed}")
    return tuple(rows)


def foretold_table(rows: Sequence[Foretold]) -> Table:
    """Return coverage, bias and width for each pack, and for each number of labels had and wanted over all.

    Bias and width are factors: 1.10 is an error a tenth above what was foretold; a width of 2 is from 0.71 to 1.41
    times it.
    """
    lines = [_line(pack, [r for r in rows if r.pack == pack]) for pack in sorted({r.pack for r in rows})]
    pairs = sorted({(r.had, r.labels) for r in rows})
    lines += [_line(f"{a} labels for {b}", [r for r in rows if (r.had, r.labels) == (a, b)]) for a, b in pairs]
    lines += [_line("all", rows)] if rows else []
    columns = ("what", "outlooks", "held by the 90 % interval", "actual / foretold", "upper / lower")
    return Table("Outlook for more labels against what they gave", columns, tuple(lines))


def _stage(prior: Learner, ground: Ground, curves: Curves, seed: int) -> list[Foretold]:
    order = generator(seed, ground.pack.name, ground.part.name, "outlook").permutation(ground.pool)
    actual = {n: ground.mistake(prior, order[:n]) for n in WANTED if n <= len(order)}
    rows = []
    for had in (n for n in HAD if n <= len(order)):
        own = left_out(prior, ground.task(order[:had]))
        errors = own.errors[np.isfinite(own.errors)]
        try:
            told = outlook(curves, had, errors, WANTED, known=own.known)
        except NotEnoughData:
            continue
        rows += [
            Foretold(
                ground.pack.name, ground.part.name, seed, had, p.labels, p.error, p.lower, p.upper, actual[p.labels]
            )
            for p in (told.now, *told.then)
            if p.labels in actual
        ]
    return rows


def _line(name: str, rows: Sequence[Foretold]) -> tuple[str, ...]:
    held = fmean(r.held for r in rows)
    bias = np.exp(fmean(float(np.log(r.actual / r.error)) for r in rows))
    width = np.exp(fmean(float(np.log(r.upper / r.lower)) for r in rows))
    return (name, str(len(rows)), f"{held:.0%}", f"{bias:.2f}", f"{width:.2f}")
