"""The simulated plant examined night by night: false alarms of a stable plant, and what injected faults are called.

``python -m tests.models.drift.nights quiet --seeds 2,3 --weeks 10`` and ``... faults --seeds 1,2 --sizes 2,4``;
``--by-grade`` gives the grade of each unit as its context.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from data_connectors.synthetic import SyntheticPlant
from data_connectors.synthetic.families import stage_definition, stage_ids
from data_connectors.synthetic.scenario import Fault
from models import Task, drift
from models.catalog import make_learner

START = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = timedelta(days=10)
ONSET = START + timedelta(days=23, hours=7)
CURRENT, REFERENCE = 200, 2000
NEW_LABELS = 18
SUBJECTS = {
    "rolling-1": ("exit_temp", "tension", "roll_force", "coolant_temp"),
    "heat_treatment-1": ("zone_1_temp", "temper_temp", "quench_flow"),
}
QUALITY = {"rolling-1": "thickness_deviation", "heat_treatment-1": "yield_strength"}
OF_QUALITY = ("relation", "gauge_shift")
NAMES = {"stuck": {"stuck", "flat line"}, "noise": {"noise gain"}}


@dataclass(frozen=True, slots=True)
class Seen:
    """One night of one stage."""

    stage: str
    night: datetime
    found: drift.Examination

    def on(self) -> set[tuple[str, str]]:
        """What asks for a response."""
        moved = {(v.drift_of, v.subject) for v in self.found.verdicts if v.matters}
        return moved | {(f.kind, f.column) for f in self.found.faults}


def nights(
    seed: int, stage_id: str, days: int, faults: tuple[Fault, ...] = (), *, by_grade: bool = False
) -> Iterator[Seen]:
    """Play a stage: every night the newest units are examined, and a ridge is adapted once enough labels came.

    `by_grade`: with the grade of each unit as its context.
    """
    plant, stage = SyntheticPlant.of(seed=seed, start=START, faults=faults), stage_definition(stage_id)
    what = next(c for c in stage.characteristics if c.kind == "continuous")
    columns = [p.name for p in stage.parameters]
    rows = plant.between(stage_id, START + timedelta(days=2), START + timedelta(days=days))
    x, times = rows.select(columns).to_numpy(), rows["t_event"].dt.epoch("us").to_numpy() / 1e6
    grade = plant.truth(stage_id, START + timedelta(days=2), START + timedelta(days=days)).select("unit_id", "grade")
    grades = rows.select("unit_id").join(grade, on="unit_id", how="left", maintain_order="left")["grade"].to_list()
    told = plant.labels(stage_id, START, START + timedelta(days=days)).filter(pl.col(what.name).is_not_null())
    told = told.join(rows.with_row_index("at").select("unit_id", "at"), on="unit_id").sort("t_known", "at")
    known, at, y = told["t_known"].dt.epoch("us").to_numpy() / 1e6, told["at"].to_numpy(), told[what.name].to_numpy()
    said, model, learned, cutoff, done = np.full(len(x), np.nan), None, 0, 0.0, 0
    for day in range(FIRST.days, days):
        now = (START + timedelta(days=day)).timestamp()
        units, labels = int(np.searchsorted(times, now)), int(np.searchsorted(known, now))
        if model is not None:
            order = np.argsort(at[:labels], kind="stable")
            off, new = (y[:labels] - said[at[:labels]])[order], (known[:labels] > cutoff)[order]
            split = max(units - CURRENT, 0)
            past = slice(max(split - REFERENCE, 0), split)
            before, since = x[past], x[split:units]
            yield Seen(stage_id, START + timedelta(days=day), drift.examine(drift.Windows(
                x=(before, since), columns=columns, weights=_importance(model, before),
                error=float(np.nanmean(np.abs(off[~new]))) if np.isfinite(off[~new]).sum() > 5 else np.nan,
                ranges=[(p.low, p.high) for p in stage.parameters],
                residuals=(off[~new][-300:], off[new]), name=what.name,
                contexts=drift.Contexts.of(grades[past], grades[split:units]) if by_grade else None,
            )))  # fmt: skip
        if labels - learned >= NEW_LABELS:
            task = Task(
                stage_id, what.name, columns, x[at[:labels]], y[:labels], unlabelled_x=x[max(units - 500, 0) : units]
            )
            model, learned, cutoff = make_learner("ridge").adapt(task), labels, now
        if model is not None:
            said[done or 0 :] = model.predict(x[done or 0 :]).mean
            done = units


def _importance(model, x):
    rng = np.random.default_rng(0)
    chosen = x[np.sort(rng.choice(len(x), min(len(x), 40), replace=False))]
    plain, found = model.predict(chosen).mean, []
    for j in range(x.shape[1]):
        mixed = chosen.copy()
        mixed[:, j] = rng.permutation(mixed[:, j])
        found.append(np.abs(model.predict(mixed).mean - plain).mean() / 1.128)
    return np.nan_to_num(np.array(found))


def false_alarms(
    seeds: list[int], weeks: int, stages: tuple[str, ...] = stage_ids(), *, by_grade: bool = False
) -> tuple[Counter[str], float]:
    """Count alarms of a plant in which nothing happens, by kind, and the stage-weeks they came in."""
    count, looked = Counter(), 0
    for seed in seeds:
        for stage in stages:
            before: set[tuple[str, str]] = set()
            for seen in nights(seed, stage, FIRST.days + 4 + 7 * weeks, by_grade=by_grade):
                count.update(kind for kind, _ in seen.on() - before)
                before = seen.on()
                looked += 1
    return count, looked / 7


def named(seed: int, stage: str, kind: str, size: float, *, by_grade: bool = False) -> tuple[float | None, set[str]]:
    """Return after how many days a fault was called by its name, and what else was called meanwhile."""
    subject = QUALITY[stage] if kind in OF_QUALITY else "" if kind == "tool_wear" else (
        SUBJECTS[stage][seed % len(SUBJECTS[stage])])  # fmt: skip
    others: set[str] = set()
    for seen in nights(seed, stage, 40, (Fault(kind, stage, ONSET, size, subject),), by_grade=by_grade):
        late = (seen.night - ONSET).total_seconds() / 86_400
        if late < 0:
            continue
        if any(_right(kind, subject, found) for found in _called(seen.found)):
            return late, others
        others |= {f"{what} {of}" for what, of in seen.on()}
    return None, others


def _called(found: drift.Examination) -> list[tuple[str, str]]:
    moved = [(v.drift_of, v.subject) for v in found.verdicts if v.drifted]
    return moved + [(f.kind, f.column) for f in found.faults]


def _right(kind: str, subject: str, called: tuple[str, str]) -> bool:
    what, of = called
    if kind in OF_QUALITY:
        return what == "relation"
    if kind == "tool_wear":
        return what == "relation" or (what == "inputs" and "wear" in of)
    return of == subject and what in NAMES.get(kind, {"inputs"})


def main() -> None:
    """Print the figures asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("quiet", "faults"))
    parser.add_argument("--seeds", default="2,3")
    parser.add_argument("--weeks", type=int, default=10)
    parser.add_argument("--sizes", default="2,4")
    parser.add_argument(
        "--kinds", default="sensor_bias,sensor_drift,input_shift,stuck,noise,relation,gauge_shift,tool_wear"
    )
    parser.add_argument("--stages", default=",".join(stage_ids()))
    parser.add_argument("--by-grade", action="store_true", help="the grade of each unit is its context")
    asked = parser.parse_args()
    seeds = [int(s) for s in asked.seeds.split(",")]
    if asked.what == "quiet":
        count, weeks = false_alarms(seeds, asked.weeks, tuple(asked.stages.split(",")), by_grade=asked.by_grade)
        print(f"{sum(count.values())} false alarms in {weeks:.0f} stage-weeks: {dict(count)}")  # noqa: T201
        return
    for kind in asked.kinds.split(","):
        for size in map(float, asked.sizes.split(",")):
            found = [
                (stage, seed, *named(seed, stage, kind, size, by_grade=asked.by_grade))
                for seed in seeds
                for stage in SUBJECTS
            ]
            days = sorted(f[2] for f in found if f[2] is not None)
            missed = [
                f"{stage} seed {seed} ({', '.join(sorted(o)) or 'nothing'})" for stage, seed, d, o in found if d is None
            ]
            middle = f"median {days[len(days) // 2]:.1f} days" if days else ""
            print(f"{kind} {size:g}: {len(days)} of {len(found)} {middle}; missed: {missed}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
