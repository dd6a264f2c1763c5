"""Plants for the page tests, filled through the store's own API: empty, healthy, troubled, and a thousand stages."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from data_connectors.schema import Characteristic, Parameter, Source, Stage
from qc_app.clock import plant_day
from qc_app.plant import Plant, digest, render
from qc_app.records import (
    Decision,
    Event,
    Label,
    LabelPlan,
    Latest,
    Limits,
    ModelVersion,
    Queued,
)
from qc_app.settings import Settings
from qc_app.store import Store, open_store
from tests.pages.made_once import made_once

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ZONE = "Europe/Berlin"
UNITS = 420
NASTY = "<img src=x onerror=alert(1)> ![t](http://127.0.0.1:9/x)"

PARAMETERS = (
    Parameter("entry_temp", "degC", 20, 1400),
    Parameter("roll_speed", "m/s", 0, 30),
    Parameter("roll_force", "MN", 0, 60),
    Parameter("coolant_flow", "l/min", 0, 900),
    Parameter("strip_tension", "kN", 0, 400),
    Parameter("bending", "kN", -200, 900),
)
THICKNESS = Characteristic("thickness", "mm", lower=2.40, target=2.50, upper=2.60, gauge_sd=0.004)
HARDNESS = Characteristic("hardness", "HV", lower=110, upper=150)
NUMBERS = {
    "tier": "champion",
    "stable": True,
    "drift": "none",
    "drift_sentence": "No drift in 6 parameters (KS, n = 200, false discoveries at most 5 %).",
    "state": "ok",
    "state_sentence": "Predictions stay inside the specification; the process is stable.",
}


def stage(name: str, line: str = "Hot strip 1", family: str = "rolling") -> Stage:
    what = (THICKNESS, HARDNESS) if family == "rolling" else (replace(THICKNESS, name="coating", unit="um"),)
    return Stage(name, line, family, PARAMETERS, what)


def plant_of(stages: tuple[Stage, ...], name: str = "Pilot works") -> Plant:
    fed = tuple(
        Source(f"{s.id} files", "file_folder", s.id, settings={"path": f"/srv/in/{n}"}) for n, s in enumerate(stages)
    )
    lab = tuple(
        Source(f"{s.id} lab", "file_folder", s.id, "labels", settings={"path": f"/srv/lab/{n}"})
        for n, s in enumerate(stages)
    )
    return Plant(name, zone=ZONE, stages=stages, sources=fed + lab)


def founded(home: Path, plant: Plant | None) -> Store:
    """Open a new home whose clock stands still at NOW."""
    home.mkdir(parents=True, exist_ok=True)
    told = {"origin": NOW.isoformat(), "plant_origin": NOW.isoformat(), "speed": 1e-9}
    (home / "clock.json").write_text(json.dumps(told))
    store = open_store(Settings(home=home), create=True)
    if plant is not None:
        store.journal.plants.save(render(plant), digest(plant), "maria", "first light", NOW - timedelta(days=30))
    store.journal.lease.acquire("a scheduler", datetime.now(UTC), 86_400)
    return store


@dataclass(frozen=True)
class Trouble:
    """What goes wrong in a stage: a shift of the mean in tolerances from a share of the window on."""

    shift: float = 0.0
    since: float = 0.7
    lost_domain: bool = False


def fill(store: Store, plant: Plant, of: Stage, seed: int, trouble: Trouble = Trouble()) -> None:
    """Store a week of units of one stage: measurements, predictions, labels and their numbers."""
    rng = np.random.default_rng(seed)
    times = [NOW - timedelta(days=7) + timedelta(minutes=24 * n) for n in range(UNITS)]
    units = [f"C-{seed:02d}{n:04d}" for n in range(UNITS)]
    _measure(store, of, rng, times, units)
    for n, what in enumerate(of.characteristics):
        _predict(store, plant, of, what, rng, times, units, trouble if n == 0 else Trouble())


def _measure(store: Store, of: Stage, rng: np.random.Generator, times: list[datetime], units: list[str]) -> None:
    walk = rng.normal(0, 1, (UNITS, len(of.parameters))).cumsum(axis=0) * 0.05 + rng.normal(
        0, 0.3, (UNITS, len(of.parameters))
    )
    base = np.array([870.0, 8.0, 21.0, 420.0, 120.0, 250.0])[: len(of.parameters)]
    columns = {p.name: base[n] * (1 + 0.01 * walk[:, n]) for n, p in enumerate(of.parameters)}
    frame = pl.DataFrame(
        {"unit_id": units, "t_event": times, "t_source": times, "t_ingest": times}
        | {"source": [f"{of.id} files"] * UNITS, "quality": ["good"] * UNITS}
        | {"row_hash": pl.Series(range(UNITS), dtype=pl.UInt64), **columns}
    ).with_columns(pl.col("t_event", "t_source", "t_ingest").cast(pl.Datetime("us", "UTC")))
    store.lake.commit(of, f"{of.id} files", frame, "offset 420", UNITS, 0)


def _predict(store, plant, of, what, rng, times, units, trouble) -> None:
    middle, width = (what.lower + what.upper) / 2, what.upper - what.lower
    slow = np.sin(np.linspace(0, 9, UNITS)) * 0.06
    truth = middle + width * (slow + rng.normal(0, 0.09, UNITS))
    begun = int(trouble.since * UNITS)
    truth[begun:] += width * trouble.shift * np.linspace(0.3, 1, UNITS - begun)
    mean = truth + width * rng.normal(0, 0.04, UNITS)
    half = width * 0.13
    domain = np.ones(UNITS, bool)
    domain[-40:] = not trouble.lost_domain
    model = f"{seed_of(of.id, what.name)}" * 8
    frame = pl.DataFrame(
        {"unit_id": units, "t_event": times, "characteristic": [what.name] * UNITS}
        | {"mean": mean, "lower": mean - half, "upper": mean + half, "level": [0.9] * UNITS}
        | {"anomaly": np.abs(rng.normal(0.2, 0.15, UNITS)) + (~domain) * 0.6, "in_domain": domain}
        | {"tier": ["champion"] * UNITS, "model_id": [model] * UNITS, "t_predicted": times}
    ).with_columns(pl.col("t_event", "t_predicted").cast(pl.Datetime("us", "UTC")))
    store.lake.append_predictions(of.id, frame)
    _label(store, of, what, truth, times, units)
    _ask(store, of, what, times, units)
    _judge(store, plant, of, what, model)
    _latest(store, of, what, mean, times, trouble)


def _label(store, of, what, truth, times, units) -> None:
    labels = [
        Label(
            of.id,
            what.name,
            units[n],
            round(float(truth[n]), 4),
            times[n] + timedelta(hours=5),
            times[n] + timedelta(hours=9),
            f"{of.id} lab",
        )
        for n in range(0, UNITS - 30, 12)
    ]
    done = store.journal.labels.counts(of.id, f"{of.id} lab").received
    store.journal.labels.commit(
        of.id, f"{of.id} lab", labels, f"row {done + len(labels)}", len(labels), 0, NOW - timedelta(hours=3)
    )


_WHY = "takes 3.1% off what is not known of the stage, tells of 12% of the units"


def _ask(store, of, what, times, units) -> None:
    """A queue of five of the newest units, one of them drawn at random, and what more labels would bring."""
    entries = [
        Queued(of.id, what.name, units[-2 * n], times[-2 * n], NOW, n, n == 3, math.nan if n == 3 else 0.031,
               "drawn at random" if n == 3 else _WHY,
               times[-2 * n] + timedelta(days=14)) for n in range(1, 6)
    ]  # fmt: skip
    store.journal.queue.replace(of.id, what.name, entries, NOW - timedelta(hours=9))
    points = [[33, 0.014, 0.011, 0.018], [40, 0.013, 0.010, 0.017], [66, 0.011, 0.008, 0.015]]
    sentence = f"33 labels: ±0.014 {what.unit}; 66 would give ±0.011 {what.unit} (0.008-0.015)"
    plan = LabelPlan(of.id, what.name, NOW - timedelta(hours=9), sentence, {"points": points, "sisters": 4, "own": 33})
    store.journal.queue.plan(plan)


def _judge(store, plant, of, what, model: str) -> None:
    day = plant_day(NOW, plant.zone, plant.day_starts)
    for n, status in enumerate(("retired", "previous", "champion")):
        made = NOW - timedelta(days=6 - 2.7 * n)
        number = f"{n}{model}"[: len(model)] if status != "champion" else model
        version = ModelVersion(
            number, of.id, what.name, "portfolio", made, "", made - timedelta(hours=2), 4, 12 + 9 * n, 7, "challenger"
        )
        store.journal.models.add(version)
        sentence = (
            "Better by 0.004 mm (0.002 to 0.006) on 31 units it never saw." if n else "First model of this stage."
        )
        decision = Decision(
            of.id,
            what.name,
            day - timedelta(days=5 - 2 * n),
            made,
            "promoted",
            "paired bootstrap",
            sentence,
            rows=31,
            challenger=number,
        )
        store.journal.models.challenge(of.id, what.name, number)
        store.journal.models.promote(of.id, what.name, number, decision)
    store.journal.limits.freeze(_limits(of, what, NOW - timedelta(days=20), 0.0))
    store.journal.limits.freeze(_limits(of, what, NOW - timedelta(days=3), 0.02))


def _limits(of, what, since: datetime, moved: float) -> Limits:
    width = what.upper - what.lower
    center = (what.lower + what.upper) / 2 + moved * width
    return Limits(
        of.id,
        what.name,
        "imr",
        0,
        since,
        center - 0.3 * width,
        center,
        center + 0.3 * width,
        0.1 * width,
        40,
        "night",
        "refit",
    )


def _latest(store, of, what, mean, times, trouble: Trouble) -> None:
    out = float(np.mean((mean[-60:] < what.lower) | (mean[-60:] > what.upper)))
    sigma = float(np.std(mean[-60:])) or 1.0
    cpk = float(min(what.upper - mean[-60:].mean(), mean[-60:].mean() - what.lower) / (3 * sigma))
    numbers = NUMBERS | {
        "units": UNITS,
        "last_unit_at": times[-1].isoformat(),
        "labels": 33,
        "last_label_at": (NOW - timedelta(hours=3)).isoformat(),
        "labels_owed": 30,
        "share_out": out,
        "index": "Ppk" if trouble.shift else "Cpk",
        "index_value": cpk,
        "index_lower": cpk * 0.82,
        "index_upper": cpk * 1.18,
        "model_id": "x",
        "model_at": (NOW - timedelta(hours=14)).isoformat(),
        "n_labels": 30,
        "spark": [float(v) for v in mean[-60:]],
        "spark_low": what.lower,
        "spark_high": what.upper,
        "nrmse": 0.42,
        "coverage": 0.91,
        "error": 0.011,
        "baseline_error": 0.024,
    }
    if trouble.shift:
        numbers |= {
            "state": "act",
            "stable": False,
            "drift": "drift",
            "state_sentence": f"{100 * out:.0f} % of the newest units are predicted outside the specification; "
            "roll_force moved first.",
        }
    store.journal.latest.put([Latest(of.id, what.name, NOW - timedelta(minutes=4), numbers)])


def seed_of(*words: str) -> str:
    import hashlib

    return hashlib.sha256("/".join(words).encode()).hexdigest()[:8]


def empty(home: Path) -> Path:
    founded(home, plant_of((stage("rolling-1"), stage("rolling-2")))).close()
    return home


@made_once
def healthy(home: Path) -> Path:
    from tests.pages.made_drift import steady
    from tests.pages.made_reasons import explained

    stages = (
        stage("rolling-1"),
        stage("rolling-2"),
        stage("rolling-3", "Hot strip 2"),
        stage("galvanising-1", "Finishing", "coating"),
    )
    plant = plant_of(stages)
    with founded(home, plant) as store:
        for n, one in enumerate(stages):
            fill(store, plant, one, n + 1)
            explained(store, one, one.characteristics[0])
        _night(store, plant, failed=False)
        steady(store, plant)
        for one in stages:
            store.journal.events.add(Event(one.id, NOW - timedelta(days=2.2), "tool_change", "rolls changed", "maria"))
    return home


def only_read(home: Path) -> Path:
    """A stage whose units are read, with nothing known of their quality."""
    plant = plant_of((stage("rolling-1"),))
    with founded(home, plant) as store:
        times = [NOW - timedelta(days=2) + timedelta(minutes=5 * n) for n in range(UNITS)]
        _measure(store, plant.stages[0], np.random.default_rng(5), times, [f"C-{n}" for n in range(UNITS)])
    return home


def _night(store: Store, plant: Plant, *, failed: bool) -> None:
    day = plant_day(NOW - timedelta(hours=9), plant.zone, plant.day_starts)
    at = NOW - timedelta(hours=9)

    def ran(job: str, of: str, after: int, status: str = "done", words: str = "") -> None:
        run = store.journal.runs.start(job, of, day, at + timedelta(seconds=after))
        assert run is not None
        store.journal.runs.finish(run, status, words or f"{job}: done", {}, at + timedelta(seconds=after + 8))

    for n, one in enumerate(plant.stages):
        ran("monitor", one.id, n)
        for what in one.characteristics:
            bad = failed and n == 1 and what is one.characteristics[0]
            words = f"stage {one.id!r}: 2 labels, 5 needed - enter 3 more"
            ran(f"adapt {what.name}", one.id, n, *(("failed", words) if bad else ()))
            ran(f"predict {what.name}", one.id, n)
        ran("report", one.id, n)
    for job in ("night ingest", "upkeep", "night"):  # `watch` needs numbers, see test_learner
        ran(job, "", len(plant.stages))


def told(app) -> str:
    """All HTML of a page in one text."""
    return "\n".join(piece.value for piece in app.get("html"))
