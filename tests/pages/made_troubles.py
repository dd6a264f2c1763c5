"""The troubled plant and the large one, for the page tests."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np

from data_connectors.schema import Parameter, Stage
from qc_app.plant import Plant
from qc_app.records import Event, Gap, Latest, ModelVersion, Quarantined, Request
from qc_app.store import Store
from tests.pages.made_drift import drifted
from tests.pages.made_once import made_once
from tests.pages.made_plants import (
    NASTY,
    NOW,
    NUMBERS,
    PARAMETERS,
    THICKNESS,
    ZONE,
    Trouble,
    _night,
    fill,
    founded,
    plant_of,
    stage,
)
from tests.pages.made_reasons import explained


@made_once
def troubled(home: Path) -> Path:
    """Two stages off, one with hostile names, held pieces, gaps, alarms, a failed run, a challenger that waits."""
    evil = Stage(NASTY, "Hot strip 2", "rolling", (Parameter("<b>p</b>", "degC"), *PARAMETERS[1:]), (THICKNESS,))
    stages = (stage("rolling-1"), stage("rolling-2"), evil, stage("galvanising-1", "Finishing", "coating"))
    plant = plant_of(stages)
    with founded(home, plant) as store:
        for n, one in enumerate(stages[:3]):
            fill(store, plant, one, n + 11, (Trouble(), Trouble(0.45), Trouble(0.3, 0.8, lost_domain=True))[n])
            explained(store, one, one.characteristics[0], strange=n > 0)
        _night(store, plant, failed=True)
        _ring(store)
        _hold(store)
        drifted(store, plant)
        store.journal.events.add(
            Event("rolling-2", NOW - timedelta(days=2.2), "tool_change", "rolls changed <b>twice</b>", "maria")
        )
        waits = ModelVersion(
            "c" * 16,
            "rolling-2",
            "thickness",
            "portfolio",
            NOW - timedelta(hours=8),
            "",
            NOW - timedelta(hours=9),
            5,
            38,
            7,
            "challenger",
        )
        store.journal.models.add(waits)
        store.journal.models.challenge("rolling-2", "thickness", waits.id)
        store.journal.requests.put(Request("adapt", "rolling-2", {}, "maria", NOW - timedelta(minutes=2)))
    return home


def _ring(store: Store) -> None:
    ring = store.journal.alarms.raise_
    ring(
        "measured_out_of_spec",
        "rolling-2",
        "thickness",
        "high",
        "14 of the newest 60 units are predicted above 2.60 mm.",
        "Check the roll gap; measure the next three coils; hold coils above 2.60 mm.",
        NOW - timedelta(minutes=35),
    )
    ring(
        "predicted_out_of_spec",
        "rolling-2",
        "thickness",
        "medium",
        "17 of the newest 20 units are predicted out of specification (2.4 to 2.6 mm).",
        "Measure the next units.",
        NOW - timedelta(minutes=30),
    )
    ring(
        "drift",
        "rolling-2",
        "roll_force",
        "medium",
        "roll_force moved by 2.1 standard deviations since yesterday 22:10.",
        "Compare with the roll change; retrain after 5 new labels.",
        NOW - timedelta(hours=5),
    )
    ring(
        "anomaly",
        NASTY,
        "thickness",
        "medium",
        f"40 units of {NASTY} lie outside what the model knows.",
        "Measure two of them.",
        NOW - timedelta(hours=2),
    )
    seen = ring(
        "late_labels",
        "rolling-1",
        "hardness",
        "low",
        "30 results are owed for more than two days.",
        "Ask the laboratory.",
        NOW - timedelta(days=1),
    )
    store.journal.alarms.acknowledge(seen.id, "maria", "laboratory is told", NOW - timedelta(hours=20))
    _hide(store)


def _hide(store: Store) -> None:
    """Alarms that are shelved, suppressed, out of service and gone; one rings again and again by itself."""
    alarms, at = store.journal.alarms, NOW - timedelta(hours=6)

    def ring(kind: str, subject: str, words: str, when=at, **given) -> int:
        return int(alarms.raise_(kind, "rolling-1", subject, "medium", words, "", when, **given).id or 0)

    shelved = ring("stale_source", "", "no unit since 2026-03-02 04:00 UTC, 6 h ago")
    alarms.shelve(shelved, NOW + timedelta(hours=18), "maria", "the line stands until tomorrow", at)
    ring(
        "anomaly",
        "hardness",
        "4 of the newest 20 units are unlike the units before",
        suppressed="bad data stands at this stage and says why",
    )
    removed = ring("control_rule", "hardness", "hardness: nine points on one side of the centre line")
    alarms.deed(removed, "remove", "maria", "gauge is in calibration", at)
    for n in range(4):
        ring(
            "bad_data",
            "coolant_flow",
            "coolant_flow is stuck at 421 l/min for 40 units",
            NOW - timedelta(hours=30 - 6 * n),
        )
        alarms.clear("bad_data", "rolling-1", "coolant_flow", NOW - timedelta(hours=29 - 6 * n))


def _hold(store: Store) -> None:
    pieces = [
        Quarantined(
            "rolling-2 files",
            "rolling-2",
            "shift3.csv",
            n,
            f"C-9;{NASTY};n/a",
            "not_a_number",
            "shift3.csv, row 12: 'n/a' in ExitTemp is no number - correct it and replay",
            NOW - timedelta(hours=3),
            NOW - timedelta(hours=1),
        )
        for n in range(5)
    ]
    store.journal.quarantine.hold(pieces)
    store.journal.gaps.add(
        Gap(
            "rolling-1 files",
            "rolling-1",
            NOW - timedelta(hours=30),
            NOW - timedelta(hours=28),
            "source did not answer",
            NOW - timedelta(hours=28),
        )
    )


def thousand(home: Path, stages: int = 1000) -> Path:
    made = tuple(
        stage(f"press-{n:04d}", f"Line {n // 50 + 1:02d}", ("rolling", "coating")[n % 2]) for n in range(stages)
    )
    plant = Plant("Large works", zone=ZONE, stages=made)
    rng = np.random.default_rng(1)
    latest = []
    said = {
        "act": "20 % of the newest units are predicted outside the specification.",
        "watch": "die_temp moved since yesterday; the expected error rises by 4 %.",
        "ok": NUMBERS["state_sentence"],
    }
    for n, one in enumerate(made):
        for what in one.characteristics:
            middle, width = (what.lower + what.upper) / 2, what.upper - what.lower
            spark = [float(v) for v in middle + width * (rng.normal(0, 0.1, 60) + (0.4 if n % 97 == 0 else 0))]
            state = "act" if n % 97 == 0 else "watch" if n % 31 == 0 else "ok"
            numbers = NUMBERS | {
                "units": 9000,
                "last_unit_at": (NOW - timedelta(minutes=n % 40)).isoformat(),
                "labels": 40,
                "labels_owed": n % 5,
            }
            numbers |= {
                "share_out": 0.2 if state == "act" else 0.001,
                "index": "Cpk",
                "index_value": 1.4,
                "index_lower": 1.2,
                "index_upper": 1.6,
                "model_at": (NOW - timedelta(hours=9)).isoformat(),
            }
            latest.append(
                Latest(
                    one.id,
                    what.name,
                    NOW,
                    numbers | {"state": state, "state_sentence": said[state], "spark": spark, "n_labels": 40},
                )
            )
    with founded(home, plant) as store:
        store.journal.latest.put(latest)
        for n in range(0, stages, 97):
            store.journal.alarms.raise_(
                "predicted_out_of_spec",
                f"press-{n:04d}",
                "thickness",
                "high",
                "20 % of the newest units are predicted above the limit.",
                "Check the die.",
                NOW,
            )
    return home
