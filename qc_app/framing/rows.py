"""Predictions become rows."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from models.base import Prediction
from qc_app.records import PREDICTION_COLUMNS, Tier


def unfold(
    prediction: Prediction,
    units: pl.DataFrame,
    *,
    characteristic: str,
    tier: Tier,
    model_id: str,
    at: datetime,
) -> pl.DataFrame:
    """Return one row a unit, ready for the lake.

    Parameters
    ----------
    prediction : Prediction
        Of n units, in the order of `units`.
    units : polars.DataFrame
        With ``unit_id`` and ``t_event``, n rows.
    characteristic, tier, model_id : str
        What was predicted, and who answered.
    at : datetime
        When, aware.

    Returns
    -------
    polars.DataFrame
        Columns as in `PREDICTION_COLUMNS`.
    """
    frame = units.select("unit_id", "t_event").with_columns(
        characteristic=pl.lit(characteristic),
        mean=pl.Series(prediction.mean, dtype=pl.Float64),
        lower=pl.Series(prediction.lower, dtype=pl.Float64),
        upper=pl.Series(prediction.upper, dtype=pl.Float64),
        level=pl.lit(prediction.level),
        anomaly=pl.Series(prediction.anomaly, dtype=pl.Float64),
        in_domain=pl.Series(prediction.in_domain, dtype=pl.Boolean),
        tier=pl.lit(tier),
        model_id=pl.lit(model_id),
        t_predicted=pl.lit(at).dt.convert_time_zone("UTC"),
    )
    return frame.select(PREDICTION_COLUMNS.names()).cast(PREDICTION_COLUMNS)
