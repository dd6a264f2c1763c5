"""Labels: which unit to measure next and why, and what is known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import polars as pl

from data_connectors.schema import Characteristic
from qc_app import framing
from qc_app.plant import Plant, decimals
from qc_app.records import LabelPlan
from qc_app.store import BY_HAND, Store, picked
from qc_app.views.figures import outside

_RESULTS = 500
_TIME = pl.Datetime("us", "UTC")
_QUEUE: dict[str, Any] = {
    "place": pl.Int64,
    "unit_id": pl.String,
    "why": pl.String,
    "by_lot": pl.Boolean,
    "due": _TIME,
    "t_event": _TIME,
    "chosen": _TIME,
    "teaches": pl.Float64,
    "reason": pl.String,
}
#: What every reason begins with; as a number it has a column of its own.
_SHARE = re.compile(r"^takes [\d.]+% off what is not known of the stage(?:, )?")


@dataclass(frozen=True, slots=True)
class LabelsView:
    """The labels of one stage and characteristic.

    Parameters
    ----------
    characteristic : Characteristic
    places : int
        Decimals of its values.
    queue : polars.DataFrame
        Units to measure next, see `queue`.
    outlook : str
        What more labels would bring, in words; empty before the first night.
    curve : polars.DataFrame
        The same as points, see `curve`.
    results : polars.DataFrame
        Known results, the newest first: ``unit_id, value, t_measured, t_known, source, author, picked,
        out``; `picked` as `store.picked` says it.
    known, owed : int
    window_days : int
        How long after its unit a label may come.
    """

    characteristic: Characteristic
    places: int
    queue: pl.DataFrame
    outlook: str
    curve: pl.DataFrame
    results: pl.DataFrame
    known: int
    owed: int
    window_days: int


def labels_view(store: Store, plant: Plant, stage_id: str, characteristic: str) -> LabelsView:
    """Read the labels of one stage and characteristic."""
    what = plant.stage(stage_id).characteristic(characteristic)
    known = store.journal.labels.known(stage_id, characteristic)
    latest = {x.characteristic: x.values for x in store.journal.latest.get(stage_id)}
    plan = store.journal.queue.planned(stage_id, characteristic)
    asked = picked(known, store.journal.queue.history(stage_id, characteristic))
    waiting = queue(store, stage_id, characteristic, known)
    seen = [*known["value"].drop_nulls().head(200), *waiting["mean"].drop_nulls()]
    return LabelsView(
        characteristic=what,
        places=decimals(what, seen),
        queue=waiting,
        outlook=plan.sentence if plan else "",
        curve=curve(plan),
        results=_results(known.with_columns(asked, _late(store, plant, stage_id, characteristic, known)), what),
        known=known.height,
        owed=int(latest.get(characteristic, {}).get("labels_owed", 0)),
        window_days=plant.label_window_days,
    )


def queue(store: Store, stage_id: str, characteristic: str, known: pl.DataFrame) -> pl.DataFrame:
    """Return the queue that the night wrote, the first to measure first, without what was measured since.

    Parameters
    ----------
    store : Store
    stage_id, characteristic : str
    known : polars.DataFrame
        Labels known now, with ``unit_id``.

    Returns
    -------
    polars.DataFrame
        ``place, unit_id, why, by_lot, mean, lower, upper, due, t_event, chosen``; the prediction is null where there
        is none. What `why` says in every row stands apart: ``teaches``, the share in per cent (null where drawn), and
        ``reason``, the rest of the words.
    """
    done = set(known["unit_id"])
    entries = [e for e in store.journal.queue.open(stage_id, characteristic) if e.unit_id not in done]
    rows = [
        (e.place, e.unit_id, e.why, e.by_lot, e.due, e.t_event, e.chosen, 100 * e.share, _SHARE.sub("", e.why))
        for e in entries
    ]
    frame = pl.DataFrame(rows, schema=_QUEUE, orient="row").with_columns(pl.col("teaches").fill_nan(None))
    since = min((e.t_event for e in entries), default=store.clock.now())
    said = store.lake.predictions(stage_id, characteristic=characteristic, since=since)
    joined = frame.join(said.select("unit_id", "mean", "lower", "upper"), on="unit_id", how="left")
    return joined.sort("place").select(
        "place", "unit_id", "why", "by_lot", "mean", "lower", "upper", "due", "t_event", "chosen", "teaches", "reason"
    )


def curve(plan: LabelPlan | None) -> pl.DataFrame:
    """Return the learning curve in `plan`: ``labels, error, lower, upper``, the first row as it is now."""
    points = [] if plan is None else plan.values.get("points", [])
    schema = {"labels": pl.Int64, "error": pl.Float64, "lower": pl.Float64, "upper": pl.Float64}
    return pl.DataFrame(points, schema=schema, orient="row")


def label_history(store: Store, stage: str, characteristic: str, unit_id: str) -> pl.DataFrame:
    """Return every revision of one unit's result, the newest first."""
    rows = store.journal.labels.history(stage, characteristic, unit_id=unit_id)
    return rows.sort("t_known", descending=True) if rows.height else rows


def _results(known: pl.DataFrame, what: Characteristic) -> pl.DataFrame:
    schema: dict[str, Any] = {"unit_id": pl.String, "value": pl.Float64, "t_measured": _TIME, "t_known": _TIME}
    if not known.height:
        return pl.DataFrame(schema={**schema, "source": pl.String, "author": pl.String, "picked": pl.String,
                                    "out": pl.Boolean, "late": pl.Boolean})  # fmt: skip
    newest = known.sort("t_known", "t_measured", descending=True).head(_RESULTS)
    return newest.select(*schema, "source", "author", "picked", outside("value", what), "late")


def _late(store: Store, plant: Plant, stage_id: str, characteristic: str, known: pl.DataFrame) -> pl.Series:
    """Tell which of the known results came too late to be learned from, as the night does."""
    units = store.lake.measurements(stage_id, columns=("unit_id", "t_event", "t_ingest"))
    beside = known.join(units, on="unit_id", how="left", maintain_order="left")
    history = store.journal.labels.history(stage_id, characteristic)
    return framing.too_late(beside, history, timedelta(days=plant.label_window_days), BY_HAND)
