"""The overview by line: how each line of the plant is, the worst first."""

from __future__ import annotations

import polars as pl

from qc_app.views.figures import STATES

_ASKING = ("act", "watch")


def by_line(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row a line of the overview's rows.

    Parameters
    ----------
    rows : polars.DataFrame
        As `OverviewView.rows`: one row a stage and characteristic.

    Returns
    -------
    polars.DataFrame
        ``line, state`` (the worst), ``stages, asking`` (stages that demand or ask), ``alarms, owed``; the worst first.
        An alarm of a stage as a whole stands in each of its rows and counts once.

    Examples
    --------
    >>> seen = {"line": ["A", "B", "B"], "stage": ["a", "b", "b"], "state": ["ok", "act", "ok"], "rank": [3, 0, 3]}
    >>> rows = pl.DataFrame(seen | {"ringing": [[], [7, 8], [7]], "labels_owed": [1, 2, 3]})
    >>> by_line(rows).rows()
    [('B', 'act', 1, 1, 2, 5), ('A', 'ok', 1, 0, 0, 1)]
    """
    words = {rank: state for state, (rank, _, _) in STATES.items()}
    asking = pl.col("stage").filter(pl.col("state").is_in(_ASKING)).n_unique()
    found = rows.group_by("line").agg(
        pl.col("rank").min(),
        pl.col("stage").n_unique().alias("stages"),
        asking.alias("asking"),
        pl.col("ringing").list.explode().drop_nulls().n_unique().alias("alarms"),
        pl.col("labels_owed").sum().alias("owed"),
    )
    ranked = found.sort("rank", "asking", "alarms", "line", descending=[False, True, True, False])
    state = pl.col("rank").replace_strict(words, return_dtype=pl.String).alias("state")
    return ranked.select("line", state, "stages", "asking", "alarms", "owed").cast(
        {"stages": pl.Int64, "asking": pl.Int64, "alarms": pl.Int64}
    )
