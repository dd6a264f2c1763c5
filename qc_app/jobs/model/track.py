"""Predict, then learn: what was said of a unit before its label was known, beside the label. The score of record."""

from __future__ import annotations

import numpy as np
import polars as pl

from data_connectors.schema import Characteristic, Stage
from models import metrics
from models.base import Array
from qc_app.jobs.night import Night
from qc_app.store import CHOSEN

LABELS = 500
SCORED = 200
RECENT = 10
#: What had been said of a unit, with its type.
SAID: dict[str, type[pl.Float64 | pl.Boolean]] = {
    "mean": pl.Float64, "lower": pl.Float64, "upper": pl.Float64, "anomaly": pl.Float64, "in_domain": pl.Boolean,
}  # fmt: skip

Score = dict[str, float | None]


def track(night: Night, stage: Stage, what: Characteristic) -> pl.DataFrame:
    """Return the newest labels, each with the last prediction made before it was known.

    Labels that the queue chose are left out: it sends for units that the model knows least of, so errors on them are no
    sample of its errors.

    Returns
    -------
    polars.DataFrame
        ``unit_id, t_event, t_known, value, naive, recent`` and `SAID` by event time; `naive` is the mean of the labels
        known before this one, `recent` of the newest ten of them; null where nothing had been said or known.
    """
    labels = night.labels(stage, what)
    values, known = labels["value"].to_numpy(), labels["t_known"]
    labels = labels.with_columns(naive=_means_before(values, known), recent=_means_before(values, known, RECENT))
    labels = labels.filter(pl.col("picked") != CHOSEN).tail(LABELS)
    wanted = ["unit_id", "t_event", "t_known", "value", "naive", "recent"]
    if labels.is_empty():
        return labels.select(wanted).with_columns(pl.lit(None, kind).alias(name) for name, kind in SAID.items())
    first = labels.select(pl.col("t_event").min()).item()
    said = night.store.lake.predictions(stage.id, characteristic=what.name, since=first, history=True)
    said = said.select("unit_id", *SAID, "t_predicted")
    pairs = labels.select("unit_id", "t_known").join(said, on="unit_id", how="inner")
    before = pairs.filter(pl.col("t_predicted") < pl.col("t_known")).sort("t_predicted")
    newest = before.unique("unit_id", keep="last").select("unit_id", *SAID)
    return labels.select(wanted).join(newest, on="unit_id", how="left").sort("t_event", "unit_id")


def _means_before(values: Array, known: pl.Series, most: int | None = None) -> pl.Series:
    """Return for each label the mean of those known strictly before it, or of the newest so many of them."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    first = known.search_sorted(known, side="left").to_numpy().astype(np.int64)
    begin = np.maximum(first - most, 0) if most else np.zeros_like(first)
    means = [float((sums[k] - sums[b]) / (k - b)) if k else None for k, b in zip(first, begin, strict=True)]
    return pl.Series(means, dtype=pl.Float64)


def score(tracked: pl.DataFrame, *, binary: bool) -> Score:
    """Return how the newest predictions did, and how the stage's mean would have done on the same labels.

    Parameters
    ----------
    tracked : polars.DataFrame
        Of `track`.
    binary : bool

    Returns
    -------
    dict
        ``error`` and ``baseline_error`` (mean absolute error, or Brier score of a defect), ``nrmse`` (in standard
        deviations of these labels), ``coverage``; None where it cannot be told.
    """
    names = ("mean", "naive") if binary else ("mean", "naive", "lower", "upper")
    rows = tracked.drop_nulls(list(names)).tail(SCORED)
    nothing: Score = {"error": None, "baseline_error": None, "nrmse": None, "coverage": None}
    if rows.height < 2:  # a spread needs two
        return nothing
    y, mean, naive = (rows[name].to_numpy() for name in ("value", "mean", "naive"))
    if binary:
        errors = (float(np.mean((y - mean) ** 2)), float(np.mean((y - naive) ** 2)))
        return nothing | {"error": errors[0], "baseline_error": errors[1]}
    sd = float(np.std(y))
    return {
        "error": float(np.mean(np.abs(y - mean))),
        "baseline_error": float(np.mean(np.abs(y - naive))),
        "nrmse": metrics.nrmse(y, mean, sd) if sd > 0 else None,
        "coverage": metrics.coverage(y, rows["lower"].to_numpy(), rows["upper"].to_numpy()),
    }
