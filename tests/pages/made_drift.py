"""Nights of drift and performance for the page tests: verdicts with pictures, failed sensors, scores over time."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

import numpy as np

from models import drift, performance
from models.drift.picture import pictured
from qc_app.clock import plant_day
from qc_app.plant import Plant
from qc_app.records import DriftReport
from qc_app.store import Store
from tests.pages.made_plants import NASTY, NOW

SAID = "roll_force moved (KS 0.41 > 0.14, n = 200): the expected error rises by 0.006 mm."
UNUSED = "bending moved (KS 0.20 > 0.14, n = 200): the model does not use it."
GRADES = ("S355", "DD11")
STUCK = "coolant_flow: stuck at 421.5 over 42 rows, at most 2 before"


def _picture(shift: float, seed: int, contexts: tuple[str, ...] = ()) -> dict[str, object]:
    rng = np.random.default_rng(seed)
    found = asdict(pictured(rng.normal(20, 1, 1000), rng.normal(20 + shift, 1, 200)))
    if contexts:
        found["contexts"] = [asdict(drift.InContext(name, 20.0, 20.0 + shift / (k + 1), shift / (k + 1), 60 - 9 * k))
                             for k, name in enumerate(contexts)]  # fmt: skip
    return found


def _report(stage, plant, back, drift_of, subject, effect, drifted, matters, sentence, picture):
    day = plant_day(NOW, plant.zone, plant.day_starts) - timedelta(days=back)
    at = NOW - timedelta(days=back)
    return DriftReport(stage, "thickness", day, at, drift_of, subject, "ks", 0.41, 0.14, 0.0001, 200, effect,
                       drifted=drifted, matters=matters, sentence=sentence, picture=picture)  # fmt: skip


def drifted(store: Store, plant: Plant) -> None:
    """Rolling-2 drifted last night in an input that matters and in one that does not; a sensor is stuck."""
    quiet = "roll_speed has not moved (wasserstein 0.05 <= 0.2, p 0.6, n 200; light tails)"
    for back in (5, 4, 3, 2, 1):
        same = _report("rolling-2", plant, back, "inputs", "roll_speed", 0.0, False, False, quiet, _picture(0.0, back))
        store.journal.drift.add([same])
    rose = "residuals rose by 0.02 since about label 5 of 20; mean absolute error grew by 60% (cusum 8 > 6, n 20)"
    store.journal.drift.add([
        _report("rolling-2", plant, 0, "inputs", "bending", 0.01, True, False, UNUSED, _picture(0.8, 2)),
        _report("rolling-2", plant, 0, "inputs", "roll_force", 0.9, True, True, SAID, _picture(2.1, 1, GRADES)),
        _report("rolling-2", plant, 0, "relation", "residuals", 0.6, True, True, rose, _picture(1.0, 5)),
        _report("rolling-2", plant, 0, "inputs", "roll_speed", 0.0, False, False, quiet, _picture(0.0, 3)),
        _report(NASTY, plant, 0, "inputs", "<b>p</b>", 0.7, True, True, "<b>p</b> moved", _picture(1.5, 4)),
    ])  # fmt: skip
    fault = asdict(drift.Fault("coolant_flow", "stuck", 158, 42, 42.0, 10.0, STUCK))
    _run(store, plant, "monitor", "rolling-2", {"faults": [fault]})
    _performed(store, plant, "rolling-2", worse=0.7)
    _performed(store, plant, NASTY, worse=0.0, refusal="cannot estimate: only 12% of 200 units lie in the known domain")


def steady(store: Store, plant: Plant) -> None:
    """Nothing moved anywhere; the predictions are as good as they were."""
    for one in plant.stages:
        quiet = "roll_speed has not moved (wasserstein 0.05 <= 0.2, p 0.6, n 200; light tails)"
        if one.family == "rolling":
            picture = _picture(0.0, 7)
            store.journal.drift.add(
                [_report(one.id, plant, 0, "inputs", "roll_speed", 0.0, False, False, quiet, picture)]
            )
        _performed(store, plant, one.id, worse=0.0)


def _run(store: Store, plant: Plant, job: str, stage: str, numbers: dict[str, object]) -> None:
    at = NOW - timedelta(hours=8)
    run = store.journal.runs.start_repeat(job, stage, plant_day(at, plant.zone, plant.day_starts), at)
    store.journal.runs.finish(run, "done", f"{job}: done for {stage}", numbers, at + timedelta(seconds=1))


def _performed(store: Store, plant: Plant, stage: str, *, worse: float, refusal: str = "") -> None:
    rng = np.random.default_rng(1)
    series = []
    for k in range(24, 0, -1):
        level = 0.011 * (1 + worse * max(0, 8 - k) / 8)
        real = level * float(rng.uniform(0.8, 1.2))
        nan = float("nan")
        told = performance.Estimate(nan, nan, nan, 96, refusal) if refusal and k < 4 else (
            performance.Estimate(level, level * 0.6, level * 1.6, 96))  # fmt: skip
        end = NOW - timedelta(days=k - 1)
        one = {"from": end - timedelta(days=1), "to": end, "labels": 6, "units": 96, "estimate": asdict(told)}
        if k > 2:
            one |= {"mae": asdict(performance.Band(real, real * 0.7, real * 1.3)),
                    "naive": asdict(performance.Band(0.024, 0.02, 0.028))}  # fmt: skip
        series.append(one)
    values = {"mae": 0.0113, "rmse": 0.0144, "share": 0.0565, "coverage": 0.91, "rank": 0.83, "misses": 0.01,
              "false_alarms": 0.02, "naive": 0.0242, "recent": 0.0215}  # fmt: skip
    now = {name: asdict(performance.Band(v, 0.85 * v, 1.15 * v)) for name, v in values.items()}
    words = "error 0.0113 mm on 200 labels (0.0096 to 0.013), 0.0242 by the mean; "
    words += refusal or "estimated 0.0121 mm (0.0073 to 0.0194) on 200 units without label"
    found = {"n": 200, "now": now, "estimate": series[-1]["estimate"], "series": series, "sentence": words}
    what = plant.stage(stage).characteristics[0].name
    _run(store, plant, "perform", stage, {"what": {what: found}})
