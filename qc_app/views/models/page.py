"""Models: which version answers, what the night decided, what ran, what waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from data_connectors.schema import Characteristic
from qc_app.language import tr
from qc_app.plant import Plant, decimals
from qc_app.records import Decision, ModelVersion, Pointers, Request, Run
from qc_app.store import Store

SHORT = 8
_TIME = pl.Datetime("us", "UTC")


@dataclass(frozen=True, slots=True)
class Compared:
    """The newest comparison of a challenger with a champion, on the same units.

    Parameters
    ----------
    champion, challenger : str
        Short names of the versions.
    loss_champion, loss_challenger : float
        Mean absolute errors on those units, in the unit of the characteristic.
    gain, lower, upper : float or None
        What the challenger gains, and between which bounds with 90 %; None while too few units tell.
    rows : int
        How many units both were judged by.
    day : date
        Plant day of the verdict.
    """

    champion: str
    challenger: str
    loss_champion: float
    loss_challenger: float
    gain: float | None
    lower: float | None
    upper: float | None
    rows: int
    day: date


@dataclass(frozen=True, slots=True)
class ModelsView:
    """The models of one stage and characteristic.

    Parameters
    ----------
    pointers : Pointers
    champion, previous, challenger : ModelVersion or None
    values : mapping
        The journal's latest numbers: realised error, baseline, coverage.
    decision : Decision or None
        The newest verdict.
    compared : Compared or None
        Champion against challenger on the same units, None where no verdict stands on such.
    versions, decisions : polars.DataFrame
        Newest first.
    characteristic : Characteristic
    places : int
        Decimals of its values.
    """

    pointers: Pointers
    champion: ModelVersion | None
    previous: ModelVersion | None
    challenger: ModelVersion | None
    values: Mapping[str, Any]
    decision: Decision | None
    compared: Compared | None
    versions: pl.DataFrame
    decisions: pl.DataFrame
    characteristic: Characteristic
    places: int

    @property
    def awaiting(self) -> bool:
        """Whether the challenger was found better and waits for a second person."""
        d = self.decision
        return d is not None and d.verdict == "awaiting" and d.challenger == self.pointers.challenger


def models_view(store: Store, plant: Plant, stage: str, characteristic: str) -> ModelsView:
    """Read the models of one stage and characteristic."""
    what = plant.stage(stage).characteristic(characteristic)
    pointers = store.journal.models.pointers(stage, characteristic)
    versions = store.journal.models.list(stage=stage, characteristic=characteristic)
    of_id = {v.id: v for v in versions}
    decisions = store.journal.decisions.list(stage=stage, characteristic=characteristic, last=100)
    newest = sorted(decisions, key=lambda d: (d.at, d.id or 0), reverse=True)
    latest = {x.characteristic: x.values for x in store.journal.latest.get(stage)}
    return ModelsView(
        pointers=pointers,
        champion=of_id.get(pointers.champion or ""),
        previous=of_id.get(pointers.previous or ""),
        challenger=of_id.get(pointers.challenger or ""),
        values=latest.get(characteristic, {}),
        decision=newest[0] if newest else None,
        compared=next((found for d in newest if (found := _compared(d)) is not None), None),
        versions=_versions(versions),
        decisions=_decisions(newest),
        characteristic=what,
        places=decimals(what),
    )


def _compared(decision: Decision) -> Compared | None:
    numbers = decision.numbers
    before, after = numbers.get("loss_champion"), numbers.get("loss_challenger")
    if decision.champion is None or decision.challenger is None or before is None or after is None:
        return None
    return Compared(
        champion=decision.champion[:SHORT],
        challenger=decision.challenger[:SHORT],
        loss_champion=before,
        loss_challenger=after,
        gain=numbers.get("estimate"),
        lower=numbers.get("lower"),
        upper=numbers.get("upper"),
        rows=decision.rows,
        day=decision.plant_day,
    )


def night_runs(store: Store, last: int = 400) -> pl.DataFrame:
    """Return the runs of the last three days, failures first, then the newest; ingests only if they failed."""
    runs = store.journal.runs.list(since=store.clock.now() - timedelta(days=3), last=5 * last)
    shown = [r for r in runs if r.job != "ingest" or r.status == "failed"]
    ranked = sorted(shown, key=lambda r: (r.status != "failed", -r.started.timestamp()))[:last]
    return pl.DataFrame([_run(r) for r in ranked], schema=_RUN, orient="row")


def open_requests(store: Store, last: int = 6) -> list[Request]:
    """Return the newest requests, those still open or taken first."""
    newest = store.journal.requests.list(last=50)
    ranked = sorted(newest, key=lambda r: (r.state not in {"open", "taken"}, -r.at.timestamp()))
    return ranked[:last]


_RUN: dict[str, Any] = {
    "status": pl.String,
    "job": pl.String,
    "stage": pl.String,
    "plant_day": pl.Date,
    "started": _TIME,
    "seconds": pl.Float64,
    "sentence": pl.String,
}


def _run(run: Run) -> tuple[Any, ...]:
    took = (run.ended - run.started).total_seconds() if run.ended else None
    return (run.status, run.job, run.stage or tr("plant"), run.plant_day, run.started, took, run.sentence)


def _versions(versions: list[ModelVersion]) -> pl.DataFrame:
    schema: dict[str, Any] = {
        "version": pl.String,
        "status": pl.String,
        "learner": pl.String,
        "created": _TIME,
        "n_labels": pl.Int64,
        "cutoff": _TIME,
        "sentence": pl.String,
    }
    newest = sorted(versions, key=lambda v: v.created, reverse=True)
    rows = [(v.id[:SHORT], v.status, v.learner, v.created, v.n_labels, v.cutoff, v.sentence) for v in newest]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _decisions(decisions: list[Decision]) -> pl.DataFrame:
    schema: dict[str, Any] = {
        "number": pl.Int64,
        "at": _TIME,
        "verdict": pl.String,
        "sentence": pl.String,
        "rows": pl.Int64,
        "champion": pl.String,
        "challenger": pl.String,
        "author": pl.String,
    }
    rows = [
        (d.id, d.at, d.verdict, d.sentence, d.rows, (d.champion or "")[:SHORT], (d.challenger or "")[:SHORT], d.author)
        for d in decisions
    ]
    return pl.DataFrame(rows, schema=schema, orient="row")
