"""Data: whether every source is talking, and what became of everything it delivered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from data_connectors.schema import Source
from qc_app.language import tr
from qc_app.plant import Plant
from qc_app.records import Counts, Quarantined, Receipt
from qc_app.store import Store
from qc_app.views.data.clocks import doubted_clock
from qc_app.views.moments import localised

_TIME = pl.Datetime("us", "UTC")
_SOURCES: dict[str, Any] = {
    "state": pl.String,
    "source": pl.String,
    "stage": pl.String,
    "carries": pl.String,
    "kind": pl.String,
    "last_commit": _TIME,
    "received": pl.Int64,
    "new": pl.Int64,
    "revisions": pl.Int64,
    "duplicates": pl.Int64,
    "quarantined": pl.Int64,
    "dropped": pl.Int64,
    "complete_to": _TIME,
    "balanced": pl.Boolean,
    "held": pl.Int64,
    "sentence": pl.String,
}


def chosen_sources(plant: Plant, line: str = "", stage: str = "") -> list[Source]:
    """Return the sources of a line or a stage, or all of them."""
    stages = {s.id for s in plant.stages if line in {"", s.line} and stage in {"", s.id}}
    return [s for s in plant.sources if s.stage in stages]


def sources_table(store: Store, plant: Plant, sources: Sequence[Source]) -> pl.DataFrame:
    """Return what each source delivered and how fresh it is, the troubled ones first.

    A source is late once nothing new arrived for its own lateness plus three readings (measurements), or for the label
    window (labels).
    """
    held = store.journal.quarantine.counts()
    booked = store.journal.books.totals()
    rows = [_source(store, plant, s, held.get(s.name, 0), booked.get((s.stage, s.name))) for s in sources]
    frame = pl.DataFrame(rows, schema=_SOURCES, orient="row")
    rank = pl.col("state").replace_strict({"act": 0, "watch": 1, "unknown": 2, "ok": 3}, default=2)
    return frame.sort(rank, "stage", "source")


def _books(store: Store, source: Source) -> tuple[Counts, list[Receipt]]:
    if source.carries == "labels":
        labels = store.journal.labels
        return labels.counts(source.stage, source.name), labels.receipts(source.stage, source.name, last=50)
    lake = store.lake
    return lake.counts(source.stage, source.name), lake.receipts(source.stage, source.name, last=50)


def _source(store: Store, plant: Plant, source: Source, held: int, booked: Counts | None) -> tuple[Any, ...]:
    now = store.clock.now()
    counts, receipts = _books(store, source)
    brought = [r.at for r in receipts if r.counts.received]
    last = max(brought, default=None)
    patience = source.lateness_s + 3 * plant.ingest_every_s
    if source.carries == "labels":
        patience += plant.label_window_days * 86_400
    balanced = counts.balanced and not _contradicted(counts, booked)
    newest = store.lake.newest(source.stage, source.name) if source.carries == "measurements" else None
    state, sentence = _verdict(balanced, last, held, timedelta(seconds=patience), now)
    if state == "ok" and (doubt := doubted_clock(store, source, newest, last)):
        state, sentence = "watch", doubt
    complete = newest - timedelta(seconds=source.lateness_s) if newest else None
    return (
        *(state, source.name, source.stage, source.carries, source.kind, last),
        *(counts.received, counts.new, counts.revisions, counts.duplicates, counts.quarantined),
        *(counts.dropped, complete, balanced, held, sentence),
    )


def _contradicted(counts: Counts, booked: Counts | None) -> bool:
    """Whether the books say something else than the store; books that are behind are entered by the night."""
    return booked is not None and booked.received >= counts.received and booked != counts


def _verdict(balanced: bool, last: datetime | None, held: int, patience: timedelta, now: datetime) -> tuple[str, str]:
    if not balanced:
        return "act", tr("The books do not balance: received is not the sum of what became of it. Report this.")
    if last is None:
        return "unknown", tr("Nothing has arrived yet.")
    if now - last > patience:
        return "watch", tr("Late: silent for longer than this source may be.")
    if held:
        return "watch", tr("{n} in quarantine: decide below.", n=held)
    return "ok", tr("Talking.")


def quarantine_table(store: Store, sources: Sequence[Source], zone: str, last: int = 1_000) -> pl.DataFrame:
    """Return what is held in quarantine for these sources, the newest first; moments in words are in `zone`."""
    names = {s.name for s in sources}
    schema: dict[str, Any] = {
        "id": pl.Int64,
        "source": pl.String,
        "stage": pl.String,
        "origin": pl.String,
        "offset": pl.Int64,
        "reason": pl.String,
        "message": pl.String,
        "raw": pl.String,
        "last_seen": _TIME,
        "count": pl.Int64,
    }
    held = [q for q in store.journal.quarantine.list(state="held", last=last) if q.source in names]
    rows = [
        (
            *(q.id, q.source, q.stage, localised(q.origin, zone), q.offset, q.reason, localised(_of_row(q), zone)),
            *(q.raw[:500], q.last_seen, q.count),
        )
        for q in sorted(held, key=lambda q: q.last_seen, reverse=True)
    ]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _of_row(piece: Quarantined) -> str:
    """Return what is wrong with a piece, without the place of its row, which has columns of its own."""
    return piece.message.partition(f"{piece.origin}: ")[2] or piece.message


def events_table(store: Store, stages: set[str]) -> pl.DataFrame:
    """Return the marks on the time axes of these stages, the newest first."""
    schema: dict[str, Any] = {
        "at": _TIME,
        "stage": pl.String,
        "kind": pl.String,
        "text": pl.String,
        "author": pl.String,
        "id": pl.Int64,
    }
    start = store.clock.now() - timedelta(days=90)
    events = [e for e in store.journal.events.list(since=start) if e.stage in stages]
    rows = [(e.at, e.stage, e.kind, e.text, e.author, e.id) for e in sorted(events, key=lambda e: e.at, reverse=True)]
    return pl.DataFrame(rows[:500], schema=schema, orient="row")
