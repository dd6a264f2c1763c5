"""The overview of a large plant."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from data_connectors.schema import Characteristic, Parameter, Stage
from qc_app.clock import ManualClock
from qc_app.plant import Plant
from qc_app.records import Latest
from qc_app.settings import Settings
from qc_app.speed.measures import Progress, Size, Speed
from qc_app.store import Store, open_store
from qc_app.views import overview

_NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
_REPEATS = 9
_TARGET_S = 2.0
_ALARM_EVERY = 10


def overviewing(size: Size, folder: Path, progress: Progress) -> Speed:
    """Fill a journal with the latest values of many stages, an alarm at every tenth, and read the overview.

    Parameters
    ----------
    size : Size
    folder : Path
        The plant's folder, made.
    progress : callable

    Returns
    -------
    Speed
        Median and slowest of nine readings; no peer.
    """
    plant = Plant("Speed", stages=tuple(_stage(i) for i in range(size.overview_stages)))
    settings = Settings(home=folder, database_url=None, lake_url=None)
    with open_store(settings, create=True, clock=ManualClock(_NOW)) as store:
        progress("filling the journal", 0, _REPEATS)
        _fill(store, plant)
        found = []
        for i in range(_REPEATS):
            progress("reading the overview", i, _REPEATS)
            began = time.perf_counter()
            overview(store, plant)
            found.append(time.perf_counter() - began)
    median = float(np.median(found))
    return Speed(
        f"overview of {size.overview_stages:,} stages",
        {"median_s": median, "slowest_s": max(found)},
        None,
        f"within {_TARGET_S:g} s",
        median <= _TARGET_S,
    )


def _stage(i: int) -> Stage:
    thickness = Characteristic("thickness", "mm", lower=9.0, target=10.0, upper=11.0)
    return Stage(f"stage-{i:05}", f"line-{i % 20}", f"family-{i % 7}", (Parameter("force", "kN"),), (thickness,))


def _fill(store: Store, plant: Plant) -> None:
    rng = np.random.default_rng(0)
    store.journal.latest.put([Latest(s.id, "thickness", _NOW, _values(rng)) for s in plant.stages])
    for stage in plant.stages[::_ALARM_EVERY]:
        store.journal.alarms.raise_(
            "drift", stage.id, "thickness", "medium", "The force has shifted.", "Look at the roll.", _NOW
        )


def _values(rng: np.random.Generator) -> dict[str, object]:
    spark = [round(float(v), 3) for v in rng.normal(10, 0.2, 60)]
    return {
        "units": 5000,
        "last_unit_at": _NOW.isoformat(),
        "labels": 40,
        "last_label_at": _NOW.isoformat(),
        "labels_owed": 3,
        "share_out": 0.01,
        "index": "Cpk",
        "index_value": 1.4,
        "index_lower": 1.2,
        "index_upper": 1.6,
        "stable": True,
        "drift": "none",
        "drift_sentence": "No parameter has shifted.",
        "model_id": "0123456789abcdef",
        "model_at": _NOW.isoformat(),
        "tier": "champion",
        "n_labels": 40,
        "state": "ok",
        "state_sentence": "Stable and within its limits.",
        "spark": spark,
        "spark_low": 9.4,
        "spark_high": 10.6,
        "nrmse": 0.5,
        "coverage": 0.91,
        "error": 0.1,
        "baseline_error": 0.2,
    }
