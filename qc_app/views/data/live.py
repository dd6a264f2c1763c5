"""Live sources: how each connection stands, what it kept and lost, how old its newest value is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from data_connectors.catalog import is_live
from data_connectors.errors import ConnectorError
from data_connectors.live import Standing
from data_connectors.schema import Source
from qc_app.language import count, tr
from qc_app.store import Store
from qc_app.views.recorded import recorded

_TIME = pl.Datetime("us", "UTC")
_LIVE: dict[str, Any] = {
    "state": pl.String,
    "source": pl.String,
    "stage": pl.String,
    "kind": pl.String,
    "link": pl.String,
    "since": _TIME,
    "last_value": _TIME,
    "kept": pl.Int64,
    "refused": pl.Int64,
    "dropped": pl.Int64,
    "connects": pl.Int64,
    "spool_mb": pl.Float64,
    "words": pl.String,
}

#: A listener that wrote nothing for so long is not there any more.
SILENT = timedelta(seconds=30)
_STATES = {"connected": "ok", "connecting": "watch", "paused": "watch", "disconnected": "watch", "refused": "act"}


def live_sources(sources: Sequence[Source]) -> list[Source]:
    """Return the sources that speak by themselves."""
    return [source for source in sources if _is_live(source)]


def live_table(store: Store, sources: Sequence[Source], wall: datetime) -> pl.DataFrame:
    """Return how each live source stands, the troubled ones first.

    Parameters
    ----------
    store : Store
    sources : sequence of Source
        Others than live ones are passed over.
    wall : datetime
        The machine's time (aware), by which listeners write.
    """
    rows = [_row(store, source, wall) for source in live_sources(sources)]
    frame = pl.DataFrame(rows, schema=_LIVE, orient="row")
    rank = pl.col("state").replace_strict({"act": 0, "watch": 1, "unknown": 2, "ok": 3}, default=2)
    return frame.sort(rank, "stage", "source")


def _row(store: Store, source: Source, wall: datetime) -> tuple[Any, ...]:
    found = Standing.read(store.spool(source.name))
    state, link, words = _verdict(found, wall)
    return (
        *(state, source.name, source.stage, source.kind, link, _moment(found.since), _moment(found.last_value)),
        *(found.kept, found.refused, sum(found.dropped.values()), found.connects, round(found.bytes / 2**20, 2), words),
    )


def _verdict(found: Standing, wall: datetime) -> tuple[str, str, str]:
    written = _moment(found.at)
    if written is None:
        return "unknown", "stopped", tr("Nobody has listened yet: `qc up` or `qc scheduler` does.")
    if found.link == "stopped" or wall - written > SILENT:
        words = tr("Nobody listens now: `qc up` or `qc scheduler` does; the source keeps what it can.")
        return "watch", "stopped", words
    words = recorded(found.words) or found.link
    if found.dropped:
        lost = ", ".join(f"{count(n)} {cause}" for cause, n in sorted(found.dropped.items()))
        words = tr("{words}; lost: {lost}", words=words, lost=lost)
    return _STATES.get(found.link, "unknown"), found.link, words


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _is_live(source: Source) -> bool:
    try:
        return is_live(source.kind)
    except ConnectorError:
        return False
