"""Which results came too late to be expected (S11): kept and marked, and learned from only when somebody says so."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

#: What a source delivers within this time of its first result is its backlog, of which nothing is late.
BACKLOG = timedelta(days=1)


def too_late(labels: pl.DataFrame, history: pl.DataFrame, window: timedelta, by_hand: str) -> pl.Series:
    """Tell which results became known later after their unit than the label window allows.

    A correction is as late as what it corrects. A unit that was itself read late excuses its result, and so does the
    first delivery of a source: an archive that is connected afterwards. What a person entered is meant.

    Parameters
    ----------
    labels : polars.DataFrame
        ``unit_id, t_event, t_ingest, t_known, source``: newest results beside the times of their units.
    history : polars.DataFrame
        ``unit_id, t_known, source``: every revision that was known.
    window : timedelta
        The plant's label window.
    by_hand : str
        The source of what people enter.

    Returns
    -------
    polars.Series of bool
        In the order of `labels`.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> day = lambda d: datetime(2026, 3, d, tzinfo=UTC)
    >>> labels = pl.DataFrame({"unit_id": ["A", "B"], "t_event": [day(1), day(1)], "t_ingest": [day(1), day(1)],
    ...                        "t_known": [day(3), day(25)], "source": ["lims", "lims"]})
    >>> too_late(labels, labels, timedelta(days=14), "by hand").to_list()
    [False, True]
    """
    first = history.group_by("unit_id").agg(pl.col("t_known").min().alias("_first"))
    began = history.group_by("source").agg(pl.col("t_known").min().alias("_began"))
    told = labels.join(first, on="unit_id", how="left", maintain_order="left")
    told = told.join(began, on="source", how="left", maintain_order="left")
    came = pl.coalesce("_first", "t_known")
    waited = came - pl.max_horizontal("t_event", "t_ingest")
    backlog = came - pl.coalesce("_began", came) <= pl.lit(BACKLOG)
    late = (waited > pl.lit(window)) & ~backlog & (pl.col("source") != by_hand)
    return told.select(late.fill_null(value=False).alias("late"))["late"]
