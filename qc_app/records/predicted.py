"""What a stored prediction says: its columns, and who answered."""

from __future__ import annotations

from typing import Literal

import polars as pl

Tier = Literal["champion", "previous", "baseline", "none"]

#: Columns of a prediction, in order.
PREDICTION_COLUMNS = pl.Schema(
    {
        "unit_id": pl.String(),
        "t_event": pl.Datetime("us", "UTC"),
        "characteristic": pl.String(),
        "mean": pl.Float64(),
        "lower": pl.Float64(),
        "upper": pl.Float64(),
        "level": pl.Float64(),
        "anomaly": pl.Float64(),
        "in_domain": pl.Boolean(),
        "tier": pl.String(),
        "model_id": pl.String(),
        "t_predicted": pl.Datetime("us", "UTC"),
    }
)
