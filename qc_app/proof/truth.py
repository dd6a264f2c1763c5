"""Every unit of a played stage with what it really was, what was said of it first, and what a peer would have said."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from data_connectors.schema import Characteristic, Stage
from data_connectors.synthetic import SyntheticPlant
from qc_app.proof.episodes import START
from qc_app.proof.peers import refitted
from qc_app.proof.play import Played


def units_of(play: Played, seed: int, stage: Stage, what: Characteristic) -> pl.DataFrame:
    """Return all units of a stage, by event time.

    Returns
    -------
    polars.DataFrame
        ``unit_id, day`` (since the start), ``y`` (true), ``expected`` (by the equations), ``off, off_monthly``
        (absolute errors of the first prediction and of the peer; null where nothing was said), ``out`` (truly out of
        specification).
    """
    until = START + timedelta(days=play.days)
    plant = SyntheticPlant.of(seed=seed, start=START, faults=play.faults)
    truth = plant.truth(stage.id, START, until).select(
        "unit_id", y=pl.col(what.name), expected=pl.col(f"{what.name}_expected")
    )
    rows = play.store.lake.measurements(stage.id, last=1_000_000).join(truth, on="unit_id", how="inner")
    rows = rows.sort("t_event", "unit_id")
    said = play.store.lake.predictions(stage.id, characteristic=what.name, history=True)
    first = said.sort("t_predicted").unique("unit_id", keep="first").select("unit_id", "mean")
    monthly = refitted([p.name for p in stage.parameters], rows, labels_of(play, stage, what), play.days)
    found = rows.select("unit_id", "t_event", "y", "expected").join(
        first, on="unit_id", how="left", maintain_order="left"
    )
    low, high = (-np.inf if what.lower is None else what.lower), (np.inf if what.upper is None else what.upper)
    return found.select(
        "unit_id",
        "y",
        "expected",
        day=(pl.col("t_event") - START).dt.total_seconds() / 86_400,
        off=(pl.col("y") - pl.col("mean")).abs(),
        off_monthly=(pl.col("y") - pl.Series(monthly)).abs().fill_nan(None),
        out=(pl.col("y") < low) | (pl.col("y") > high),
    )


def labels_of(play: Played, stage: Stage, what: Characteristic) -> pl.DataFrame:
    """Return the results of a stage as its laboratory told them, in the order of the units."""
    known = play.store.journal.labels.known(stage.id, what.name, at=START + timedelta(days=play.days + 1))
    return known.sort("t_measured", "unit_id").select("unit_id", "t_known", "value")
