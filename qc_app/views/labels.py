"""Labels: which unit to measure next and why, and what is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import polars as pl

from data_connectors.schema import Characteristic
from qc_app.plant import Plant
from qc_app.store import Store
from qc_app.views.figures import decimals, outside

QUEUE = 50
_LOOK_BACK = 2_000
_RESULTS = 500
_TIME = pl.Datetime("us", "UTC")


@dataclass(frozen=True, slots=True)
class LabelsView:
    """The labels of one stage and characteristic.

    Parameters
    ----------
    characteristic : Characteristic
    places : int
        Decimals of its values.
    queue : polars.DataFrame
        Units to measure next: ``unit_id, t_event, due, mean, lower, upper, why``.
    results : polars.DataFrame
        Known results, the newest first: ``unit_id, value, t_measured, t_known, source, author, out``.
    known, owed : int
    window_days : int
        How long after its unit a label may come.
    """

    characteristic: Characteristic
    places: int
    queue: pl.DataFrame
    results: pl.DataFrame
    known: int
    owed: int
    window_days: int


def labels_view(store: Store, plant: Plant, stage_id: str, characteristic: str) -> LabelsView:
    """Read the labels of one stage and characteristic."""
    what = plant.stage(stage_id).characteristic(characteristic)
    known = store.journal.labels.known(stage_id, characteristic)
    latest = {x.characteristic: x.values for x in store.journal.latest.get(stage_id)}
    return LabelsView(
        characteristic=what,
        places=decimals(what, tuple(known["value"].drop_nulls().head(200).to_list())),
        queue=queue(store, plant, stage_id, what, known),
        results=_results(known, what),
        known=known.height,
        owed=int(latest.get(characteristic, {}).get("labels_owed", 0)),
        window_days=plant.label_window_days,
    )


def queue(store: Store, plant: Plant, stage_id: str, what: Characteristic, known: pl.DataFrame) -> pl.DataFrame:
    """Return unmeasured units, the most informative first: outside the domain, then near or over a limit, then unsure.

    One result tells most where the model knows least, so units are ranked by the width of their interval after those
    two reasons; only units whose label may still come are listed.
    """
    start = store.clock.now() - timedelta(days=plant.label_window_days)
    rows = store.lake.predictions(stage_id, characteristic=what.name, since=start, last=_LOOK_BACK)
    open_ = rows.join(known.select("unit_id"), on="unit_id", how="anti")
    width = (pl.col("upper") - pl.col("lower")).alias("width")
    reasoned = open_.with_columns(width, _touches(what).alias("touches"))
    why = (
        pl.when(~pl.col("in_domain").fill_null(value=True))
        .then(pl.lit("outside the known domain"))
        .when(pl.col("touches"))
        .then(pl.lit("may cross a limit"))
        .otherwise(pl.lit("widest interval"))
    )
    ranked = reasoned.with_columns(why.alias("why")).sort(
        "in_domain", "touches", "width", descending=[False, True, True], nulls_last=True
    )
    due = (pl.col("t_event") + pl.duration(days=plant.label_window_days)).alias("due")
    return ranked.head(QUEUE).select("unit_id", "t_event", due, "mean", "lower", "upper", "why")


def label_history(store: Store, stage: str, characteristic: str, unit_id: str) -> pl.DataFrame:
    """Return every revision of one unit's result, the newest first."""
    rows = store.journal.labels.history(stage, characteristic, unit_id=unit_id)
    return rows.sort("t_known", descending=True) if rows.height else rows


def _touches(what: Characteristic) -> pl.Expr:
    over = pl.col("upper") > what.upper if what.upper is not None else pl.lit(value=False)
    under = pl.col("lower") < what.lower if what.lower is not None else pl.lit(value=False)
    return (over | under).fill_null(value=False)


def _results(known: pl.DataFrame, what: Characteristic) -> pl.DataFrame:
    schema: dict[str, Any] = {"unit_id": pl.String, "value": pl.Float64, "t_measured": _TIME, "t_known": _TIME}
    if not known.height:
        return pl.DataFrame(schema={**schema, "source": pl.String, "author": pl.String, "out": pl.Boolean})
    newest = known.sort("t_known", "t_measured", descending=True).head(_RESULTS)
    return newest.select(*schema, "source", "author", outside("value", what))
