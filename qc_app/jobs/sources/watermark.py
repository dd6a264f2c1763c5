"""Watermarks (promises S7 and S11): up to which event time a stage's sources have told everything that is ordinary."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from data_connectors.schema import Source
from qc_app.store import Store


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a source has come.

    Parameters
    ----------
    source : Source
    newest : datetime or None
        The newest event time it ever delivered.
    heard : datetime or None
        When it last delivered anything.
    """

    source: Source
    newest: datetime | None
    heard: datetime | None

    @property
    def mark(self) -> datetime | None:
        """The event time behind which a row of this source is too late."""
        return None if self.newest is None else self.newest - timedelta(seconds=self.source.lateness_s)

    def idle(self, now: datetime) -> bool:
        """Whether it has been silent for so long that nobody waits for it."""
        return self.heard is None or now - self.heard > timedelta(seconds=self.source.idle_after_s)


def watermark(standings: Iterable[Standing], now: datetime) -> datetime | None:
    """Return the event time up to which all live sources have told what they had to tell.

    The least of the sources' own marks; a source that is silent longer than its ``idle_after_s`` does not hold back
    the others. Where all are silent the furthest of them counts. None: nothing was ever delivered.

    Parameters
    ----------
    standings : iterable of Standing
    now : datetime
        Aware.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> slow = Standing(Source("a", "file_folder", "s", lateness_s=60), noon - timedelta(hours=2), noon)
    >>> fast = Standing(Source("b", "file_folder", "s"), noon, noon)
    >>> watermark([slow, fast], noon) == noon - timedelta(hours=2, seconds=60)
    True
    >>> watermark([slow, fast], noon + timedelta(days=1)) == noon
    True
    """
    marked = [(s.mark, s.idle(now)) for s in standings if s.mark is not None]
    live = [mark for mark, idle in marked if not idle]
    return min(live) if live else max((mark for mark, _ in marked), default=None)


def standings(store: Store, sources: Iterable[Source]) -> list[Standing]:
    """Return how far each source of measurements has come.

    Parameters
    ----------
    store : Store
    sources : iterable of Source
        Those that carry labels are left out: a label's window is the plant's.
    """
    found = []
    for source in sources:
        if source.carries == "measurements":
            brought = [r.at for r in store.lake.receipts(source.stage, source.name, last=50) if r.counts.received]
            newest = store.lake.newest(source.stage, source.name)
            found.append(Standing(source, newest, max(brought, default=None)))
    return found


def marked(rows: pl.DataFrame, newest: datetime | None, lateness_s: float) -> pl.DataFrame:
    """Return rows with ``late`` true for those behind the mark that stood before they came.

    Parameters
    ----------
    rows : polars.DataFrame
        Conformed measurements.
    newest : datetime or None
        The newest event time of the source before this delivery; None: its first, of which nothing is late.
    lateness_s : float
        How late a row may come and still be ordinary, in seconds.

    Returns
    -------
    polars.DataFrame
        Without the column where nothing is late.
    """
    if newest is None or rows.is_empty():
        return rows
    late = rows["t_event"] < newest - timedelta(seconds=lateness_s)
    return rows.with_columns(late=late) if late.any() else rows
