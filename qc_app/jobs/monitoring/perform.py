"""How good predictions are: realised on the labels that came, estimated on units whose labels have not."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from data_connectors.schema import Characteristic, Stage
from models import performance
from models.base import Array
from models.words import counted
from qc_app import framing
from qc_app.jobs.model.track import track
from qc_app.jobs.monitoring.losses import known_losses
from qc_app.jobs.night import Night
from qc_app.jobs.step import Result

JOB = "perform"
SPAN = timedelta(days=90)
BUCKETS = 30
FEWEST = 5
SCORED = 200
TAUGHT = 60

Numbers = dict[str, Any]
_JUDGED = {"y": "value"} | {name: name for name in ("mean", "lower", "upper", "naive", "recent")}


@dataclass(frozen=True, slots=True, eq=False)
class _Book:
    """Predictions of one characteristic over the last three months, with the labels that came."""

    what: Characteristic
    tracked: pl.DataFrame
    said: pl.DataFrame
    scale: float
    center: float
    model: performance.LossModel | None

    def judged(self, rows: pl.DataFrame) -> performance.Judged:
        told = {name: rows[column].cast(pl.Float64).fill_null(np.nan).to_numpy() for name, column in _JUDGED.items()}
        names = rows["unit_id"].to_list()
        lots = framing.lots(names)
        return performance.Judged.of(
            **told,
            lots=names if lots is None else lots,
            limits=(self.what.lower, self.what.upper),
            binary=self.what.kind == "binary",
        )

    def spoken(self, rows: pl.DataFrame) -> performance.Said:
        binary = self.what.kind == "binary"
        ends = ("mean", "mean") if binary else ("lower", "upper")
        lower, upper, anomaly = (
            rows[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in (*ends, "anomaly")
        )
        inside = rows["in_domain"].fill_null(value=False).to_numpy()
        return performance.Said(lower, upper, np.nan_to_num(anomaly), inside, self.scale, binary, center=self.center)

    def losses(self, rows: pl.DataFrame) -> Array:
        judged = self.judged(rows)
        return judged.losses(judged.mean) / self.scale

    def own(self, before: datetime) -> float:
        """Return what the stage's labels known before a moment say to the common estimate."""
        rows = self.tracked.filter(pl.col("t_known") < before).drop_nulls("mean").tail(TAUGHT)
        if self.model is None or rows.is_empty():
            return 1.0
        expected, losses = self.model.expected(self.spoken(rows)), self.losses(rows)
        sound = np.isfinite(expected) & np.isfinite(losses)
        return performance.correction(losses[sound], expected[sound])


def perform(night: Night, stage: Stage) -> Result:
    """Score what was said before labels were known, and estimate what the newest predictions cost.

    Parameters
    ----------
    night : Night
    stage : Stage

    Returns
    -------
    Result
        ``numbers["what"]``: for each characteristic ``now`` (every score with its band), ``estimate``, ``series`` (at
        most thirty stretches of time), ``sentence``, and ``taught`` (what the loss model learns from).
    """
    found = {what.name: _performed(_book(night, stage, what), night.cutoff) for what in stage.characteristics}
    words = "; ".join(f"{name}: {numbers['sentence']}" for name, numbers in found.items())
    return Result(words or "no characteristic to score", {"what": found})


def _book(night: Night, stage: Stage, what: Characteristic) -> _Book:
    since = night.cutoff - SPAN
    tracked = track(night, stage, what)
    said = night.store.lake.predictions(stage.id, characteristic=what.name, since=since)
    labels = night.labels(stage, what)["value"].to_numpy()
    scale = float(labels.std()) if what.kind == "continuous" and len(labels) > 1 else 1.0
    center = float(labels.mean()) if len(labels) else 0.0
    model = known_losses(night, what.kind)
    return _Book(what, tracked.filter(pl.col("t_event") >= since), said, scale if scale > 0 else 1.0, center, model)


def _performed(book: _Book, cutoff: datetime) -> Numbers:
    scored = book.tracked.drop_nulls("mean").tail(SCORED)
    bands = performance.banded(book.judged(scored)) if scored.height else {}
    open_ones = book.said.join(book.tracked.select("unit_id"), on="unit_id", how="anti").tail(SCORED)
    expected = performance.estimate(book.spoken(open_ones), book.model, book.own(cutoff + timedelta(seconds=1)))
    return {
        "n": scored.height,
        "now": {name: asdict(band) for name, band in bands.items()},
        "estimate": asdict(expected),
        "series": _series(book, cutoff),
        "sentence": _sentence(book, scored.height, bands, expected),
        "taught": _taught(book),
    }


def _series(book: _Book, cutoff: datetime) -> list[Numbers]:
    """Cut the time into stretches of whole days, and say of each what was realised and what had been estimated."""
    times = [t for t in (book.said["t_event"].min(), book.tracked["t_event"].min()) if isinstance(t, datetime)]
    if not times:
        return []
    first = max(min(times), cutoff - SPAN)
    days = max(1, -(-max((cutoff - first).days + 1, 1) // BUCKETS))
    starts = [cutoff - timedelta(days=days) * k for k in range(BUCKETS, 0, -1)]
    stretches = [_stretch(book, start, start + timedelta(days=days)) for start in starts]
    return [one for one in stretches if one is not None]


def _stretch(book: _Book, start: datetime, end: datetime) -> Numbers | None:
    inside = (pl.col("t_event") >= start) & (pl.col("t_event") < end)
    came, said = book.tracked.filter(inside).drop_nulls("mean"), book.said.filter(inside)
    if came.is_empty() and said.is_empty():
        return None
    found = performance.estimate(book.spoken(said), book.model, book.own(start))
    kept = _bands(book.judged(came)) if came.height >= FEWEST else {}
    return {"from": start, "to": end, "labels": came.height, "units": said.height, "estimate": asdict(found)} | kept


def _bands(judged: performance.Judged) -> Numbers:
    """Return the error of a stretch and of both baselines, with bands."""
    said = {"mae": judged.mean, "naive": judged.naive, "recent": judged.recent}
    return {name: asdict(performance.band_of_mean(judged.losses(of), judged.lots)) for name, of in said.items()}


def _taught(book: _Book) -> list[list[float]]:
    """Return half width (of a defect its probability), anomaly, inside, far, loss of the newest labels, in spreads."""
    rows = book.tracked.drop_nulls("mean").tail(TAUGHT)
    said = book.spoken(rows)
    binary = book.what.kind == "binary"
    half = said.lower if binary else (said.upper - said.lower) / 2 / book.scale
    table = np.column_stack([half, said.anomaly, said.in_domain, said.far(), book.losses(rows)])
    return [[float(f"{v:.5g}") for v in row] for row in table[np.isfinite(table).all(axis=1)]]


def _sentence(book: _Book, n: int, bands: dict[str, performance.Band], expected: performance.Estimate) -> str:
    unit, mae = f" {book.what.unit}".rstrip(), bands.get("mae")
    word = "Brier score" if book.what.kind == "binary" else "error"
    realised = "nothing was said of a unit before its label came" if mae is None else (
        f"{word} {mae.value:.3g}{unit} on {counted(n, 'label')}{_from_to(mae)}, {bands['naive'].value:.3g} by the mean"
    )  # fmt: skip
    if expected.refusal:
        return f"{realised}; {expected.refusal}"
    band = performance.Band(expected.value, expected.lower, expected.upper)
    units = counted(expected.n, "unit")
    return f"{realised}; estimated {expected.value:.3g}{unit}{_from_to(band)} on {units} without label"


def _from_to(band: performance.Band) -> str:
    return f" ({band.lower:.3g} to {band.upper:.3g})" if np.isfinite(band.lower) else ""
