"""Whose clock says when something happened (S6): the source's, else the server's, else ours; the choice is kept."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from data_connectors.names import normal
from data_connectors.rows.times import UTC_MICROSECONDS, TimePolicy, moments
from data_connectors.schema import Source

#: Reasons for which a source's time is set aside in favour of another clock; what cannot be read is refused instead.
UNBELIEVED = ("missing_time", "future_time", "time_out_of_range")


def event_times(frame: pl.DataFrame, source: Source, now: datetime) -> pl.DataFrame:
    """Return the times of each row and the clock that gave them.

    Parameters
    ----------
    frame : polars.DataFrame
        As delivered, names normal.
    source : Source
        Its settings ``server_time_column``, ``max_skew_s`` and ``time_fallback`` say what else counts.
    now : datetime
        The moment of ingest, aware.

    Returns
    -------
    polars.DataFrame
        `t` (the event), `t_source` (what the source said, null if it is not believed), `t_server`, `clock` (null:
        the source's; ``server``; ``ingest``), `reason` (null where `t` is there).

    Examples
    --------
    >>> from datetime import UTC
    >>> settings = {"server_time_column": "ts"}
    >>> source = Source("files", "file_folder", "rolling-2", settings=settings)
    >>> frame = pl.DataFrame({"time": ["1970-01-01", ""], "ts": ["2024-05-01T06:00Z", "2024-05-01T06:01Z"]})
    >>> event_times(frame, source, datetime(2024, 5, 2, tzinfo=UTC)).select("t_source", "clock").rows()
    [(None, None), (None, 'server')]
    """
    policy = TimePolicy.of(source)
    own = moments(frame[normal(source.time_column)], policy, now)
    server = _server(frame, source, policy, now)
    found = own.rename({"t": "t_source"}).with_columns(server)
    other = policy.fallback != "reject"
    away = (pl.col("t_source") - pl.col("t_server")).abs() > pl.duration(seconds=policy.max_skew_s)
    doubted = (pl.col("reason").is_in(UNBELIEVED) | away.fill_null(value=False)) & pl.lit(other)
    clock = (
        pl.when(doubted & pl.col("t_server").is_not_null()).then(pl.lit("server"))
        .when(doubted & pl.lit(policy.fallback == "ingest")).then(pl.lit("ingest"))
    )  # fmt: skip
    found = found.with_columns(clock=clock.cast(pl.String))
    t = (
        pl.when(pl.col("clock") == "server").then("t_server")
        .when(pl.col("clock") == "ingest").then(pl.lit(now).cast(UTC_MICROSECONDS))
        .otherwise("t_source")
    )  # fmt: skip
    kept = pl.when(pl.col("clock").is_null())
    return found.with_columns(t=t, reason=kept.then("reason"), t_source=pl.col("t_source"))


def _server(frame: pl.DataFrame, source: Source, policy: TimePolicy, now: datetime) -> pl.Series:
    column = normal(str(source.settings.get("server_time_column", "")))
    if column not in frame.columns:
        return pl.Series("t_server", [None], dtype=UTC_MICROSECONDS).new_from_index(0, frame.height)
    return moments(frame[column], policy, now)["t"].alias("t_server")
