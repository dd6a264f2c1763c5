"""Fewer marks, the same picture: min-max downsampling of a time series."""

from __future__ import annotations

import math

import polars as pl

#: A chart draws no more marks than this, all its layers together.
MOST_MARKS = 3_000

#: A gap of so many usual steps is an outage.
OUTAGE = 20


def thin(frame: pl.DataFrame, time: str, value: str, most: int) -> pl.DataFrame:
    """Keep at most `most` rows: the lowest and the highest of each stretch of time, so that no peak disappears.

    Parameters
    ----------
    frame : polars.DataFrame
        Sorted by `time` or not; rows in which `value` is null do not survive a thinning.
    time, value : str
        Columns: of time (or any number that rises) and of the value.
    most : int
        At least 2.

    Returns
    -------
    polars.DataFrame
        Rows of `frame`, sorted by time; `frame` itself if it is small enough.

    Examples
    --------
    >>> series = pl.DataFrame({"t": range(1000), "v": [0.0] * 500 + [9.0] + [0.0] * 499})
    >>> few = thin(series, "t", "v", 20)
    >>> few.height <= 20, few["v"].max()
    (True, 9.0)
    """
    if frame.height <= most:
        return frame.sort(time)
    stretches = max(1, most // 2)
    rows = frame.filter(pl.col(value).is_not_null()).sort(time).with_row_index("_row")
    place = (pl.col("_row") * stretches // max(1, rows.height)).alias("_stretch")
    ends = rows.group_by(place).agg(
        pl.col("_row").get(pl.col(value).arg_min()).alias("_low"),
        pl.col("_row").get(pl.col(value).arg_max()).alias("_high"),
    )
    keep = pl.concat([ends["_low"], ends["_high"]]).unique()
    return rows.filter(pl.col("_row").is_in(keep.implode())).drop("_row")


def bands(frame: pl.DataFrame, time: str, most: int) -> pl.DataFrame:
    """Merge interval bands of neighbours: the lowest `lower` and the highest `upper` of each stretch.

    An outage ends a piece of the band: nothing was predicted in it, so nothing may be drawn across it.

    Parameters
    ----------
    frame : polars.DataFrame
        Columns `time`, ``lower`` and ``upper``.
    time : str
    most : int
        Rows to keep, about: no row belongs to two pieces.

    Returns
    -------
    polars.DataFrame
        `time`, ``lower``, ``upper`` and ``piece`` (counted from 0).

    Examples
    --------
    >>> frame = pl.DataFrame({"t": [0.0, 1.0, 2.0, 3.0], "lower": [1.0, 0.5, 1.0, 1.0], "upper": [2.0, 2.0, 3.0, 2.0]})
    >>> bands(frame, "t", 2).rows()
    [(0.5, 0.5, 2.0, 0), (2.5, 1.0, 3.0, 0)]
    >>> bands(frame.with_columns(t=pl.Series([0.0, 1.0, 2.0, 90.0])), "t", 4)["piece"].to_list()
    [0, 0, 0, 1]
    """
    slim = frame.select(time, "lower", "upper").drop_nulls().sort(time)
    steps = slim[time].diff()
    usual = steps.filter(steps > 0).median()
    ends = steps.fill_null(0) > (OUTAGE * usual if isinstance(usual, float) else math.inf)
    slim = slim.with_columns(piece=ends.cast(pl.Int64).cum_sum())
    if slim.height <= most:
        return slim
    place = (pl.int_range(pl.len()) * most // slim.height).alias("_stretch")
    merged = slim.group_by("piece", place, maintain_order=True).agg(
        pl.col(time).mean(), pl.col("lower").min(), pl.col("upper").max()
    )
    return merged.select(time, "lower", "upper", "piece")
