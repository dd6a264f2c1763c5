"""Reading the latest revision of each unit: few columns, few files, nothing that is not asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce

import polars as pl

from qc_app.store.lake.table import SEQ, Snapshot


@dataclass(frozen=True, slots=True)
class Window:
    """What to read of a table.

    Parameters
    ----------
    identity : tuple of str
        The columns whose latest row wins.
    since, until : datetime or None
        Event time from and to, both included.
    known_at : datetime or None
        Only what had arrived by then.
    last : int or None
        Only the newest so many by event time.
    revisions : bool
        Every revision, not only the latest.
    where : polars.Expr or None
        A further condition on columns that all revisions of an identity share.
    """

    identity: tuple[str, ...]
    since: datetime | None = None
    until: datetime | None = None
    known_at: datetime | None = None
    last: int | None = None
    revisions: bool = False
    where: pl.Expr | None = None


def read(stored: Snapshot, window: Window, columns: Sequence[str], *, revised: bool = True) -> pl.DataFrame:
    """Return `columns` of the rows in `window`, sorted by event time.

    Parameters
    ----------
    stored : Snapshot
    window : Window
    columns : sequence of str
    revised : bool
        False where it is certain that no identity has two rows: then none needs to be looked for.
    """
    if window.last is not None:
        return _newest(stored, window, columns, revised=revised)
    if window.revisions or not revised:
        every = _inside(stored, window).select(list(dict.fromkeys([*columns, "t_event", SEQ])))
        return every.collect().sort("t_event", SEQ).select(columns)
    needed = list(dict.fromkeys([*columns, *window.identity, "t_event", SEQ]))
    rows = _inside(stored, window).select(needed).collect()
    return _latest(stored, window, rows).sort("t_event", SEQ).select(columns)


def _newest(stored: Snapshot, window: Window, columns: Sequence[str], *, revised: bool) -> pl.DataFrame:
    """Read from the event time on behind which enough rows lie; further back where revisions hide some."""
    last = window.last or 0
    depth = last
    while True:
        times = _inside(stored, _from(window, _start(stored, window, depth))).select("t_event").collect()["t_event"]
        if times.is_empty() or not last:
            return stored.scan(stored.files.head(0)).select(columns).collect()
        cutoff = times.top_k(min(depth, times.len())).min()
        found = read(stored, _from(window, cutoff), columns, revised=revised)
        if found.height >= last or times.len() < depth:
            return found.tail(last)
        depth *= 4


def _start(stored: Snapshot, window: Window, depth: int) -> datetime | None:
    """Return an event time behind which at least `depth` rows lie, by the files' statistics alone."""
    files = stored.overlapping("t_event", window.since, window.until)
    if window.until is not None or window.known_at is not None or window.where is not None:
        return window.since
    ranked = files.drop_nulls("min.t_event").sort("min.t_event", descending=True)
    enough = ranked.filter(ranked["num_records"].cum_sum() >= depth)["min.t_event"]
    if enough.is_empty() or ranked.height < files.height:
        return window.since
    start = enough[0]
    return start if isinstance(start, datetime) and (window.since is None or start > window.since) else window.since


def _from(window: Window, since: object) -> Window:
    start = since if isinstance(since, datetime) else None
    return replace(window, since=start, last=None)


def _inside(stored: Snapshot, window: Window) -> pl.LazyFrame:
    frame = stored.scan(stored.overlapping("t_event", window.since, window.until))
    tests = _known(window)
    tests += [pl.col("t_event") >= window.since] if window.since is not None else []
    tests += [pl.col("t_event") <= window.until] if window.until is not None else []
    return reduce(pl.LazyFrame.filter, tests, frame)


def _known(window: Window) -> list[pl.Expr]:
    known = [pl.col("t_ingest") <= window.known_at] if window.known_at is not None else []
    return known + ([window.where] if window.where is not None else [])


def _latest(stored: Snapshot, window: Window, rows: pl.DataFrame) -> pl.DataFrame:
    """Keep the last to arrive of each identity, unless a still later one lies outside the window's span."""
    keys = list(window.identity)
    kept = rows.sort(SEQ).unique(keys, keep="last", maintain_order=True)
    if kept.is_empty() or (window.since is None and window.until is None):
        return kept
    first = kept[SEQ].min()
    outside = [pl.col("t_event") < window.since] if window.since is not None else []
    outside += [pl.col("t_event") > window.until] if window.until is not None else []
    later = (
        reduce(pl.LazyFrame.filter, _known(window), stored.scan(stored.overlapping(SEQ, first, None)))
        .filter(pl.col(SEQ) > first, reduce(lambda a, b: a | b, outside))
        .select([*keys, pl.col(SEQ).alias("later")])
        .collect()
    )
    if later.is_empty():
        return kept
    newest = later.group_by(keys).agg(pl.col("later").max())
    joined = kept.join(newest, on=keys, how="left", maintain_order="left")
    return joined.filter(pl.col("later").is_null() | (pl.col("later") < pl.col(SEQ))).drop("later")
