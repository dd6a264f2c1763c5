"""Quarantined rows are read again with the mapping of today; what is still refused stays held."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from data_connectors.base import Batch, Conformed, Reject
from data_connectors.errors import ConnectorError
from data_connectors.rows.conform import conform
from data_connectors.schema import Source
from qc_app.jobs.refresh import feeds, follow
from qc_app.jobs.sources.ingest import checkpoint, hold, stored
from qc_app.jobs.sources.windowing import as_delivered, named_by_time
from qc_app.jobs.step import Permit, Result, always
from qc_app.plant import Plant
from qc_app.records import Counts, Quarantined
from qc_app.store import Store


@dataclass(frozen=True, slots=True)
class Reread:
    """One held piece, and what becomes of it when it is read today.

    Parameters
    ----------
    piece : Quarantined
    source : Source or None
        None where it cannot be read from here.
    made : Conformed or None
        What the store would keep; None where nothing could be read.
    refusal : str
        Why it stays held; empty if it can be stored.
    """

    piece: Quarantined
    source: Source | None
    made: Conformed | None
    refusal: str = ""


def reread(store: Store, plant: Plant, ids: Sequence[int]) -> Iterator[Reread]:
    """Read held pieces with the mapping of today; writes nothing.

    Parameters
    ----------
    store : Store
    plant : Plant
    ids : sequence of int
        Empty: everything that is held.
    """
    wanted, sources = set(ids), {source.name: source for source in plant.sources}
    for piece in store.journal.quarantine.list():
        if not wanted or piece.id in wanted:
            yield _read(store, plant, sources.get(piece.source), piece)


def replayed(store: Store, plant: Plant, ids: Sequence[int], permit: Permit = always) -> Result:
    """Read quarantined rows again and store those that can be; the stages they belong to are predicted.

    Parameters
    ----------
    store : Store
    plant : Plant
    ids : sequence of int
        Empty: everything that is held.
    permit : callable
        Raises if another scheduler leads now.

    Returns
    -------
    Result
        How many rows were stored, were known already, are still refused, or cannot be read from here.
    """
    total, elsewhere, fed = Counts(), 0, set()
    for again in list(reread(store, plant, ids)):
        permit()
        if again.source is None or again.made is None:
            elsewhere += 1
            continue
        counts = _keep(store, plant, again.piece, again.source, again.made)
        total += counts
        if counts.new or counts.revisions:
            fed.add(again.source.name)
    predicted, _ = follow(store, plant, feeds(plant, fed), permit=permit)
    numbers = {"stored": total.new + total.revisions, "refused": total.quarantined, "elsewhere": elsewhere}
    return Result(_told(total, elsewhere, predicted), numbers)


def rehearsed(found: Sequence[Reread]) -> str:
    """Say what a replay would do."""
    elsewhere = sum(again.made is None for again in found)
    refused = sum(bool(again.refusal) and again.made is not None for again in found)
    rows = len(found) - elsewhere
    words = f"{rows} rows would be read again: {rows - refused} can be stored, {refused} still refused"
    return f"{words}{_elsewhere(elsewhere)}; nothing was changed"


def _read(store: Store, plant: Plant, source: Source | None, piece: Quarantined) -> Reread:
    if source is None:
        return Reread(piece, None, None, f"the plant has no source {piece.source!r} any more - dismiss it")
    if not _whole_row(piece):
        return Reread(piece, source, None, f"{piece.message}; the next ingest reads it once that is done")
    frame = pl.read_ndjson(piece.raw.encode(), infer_schema_length=None)
    stage, moment = as_delivered(plant.stage(source.stage), source), store.clock.now()
    try:
        made = conform(Batch(stage.id, frame, "", piece.origin), stage, named_by_time(stage, source), moment)
    except ConnectorError as error:
        reject = Reject(piece.origin, piece.offset, piece.raw, piece.reason, str(error))
        return Reread(piece, source, Conformed(frame.clear(), (reject,), 1), str(error))
    made = replace(made, rejects=tuple(_placed(reject, piece) for reject in made.rejects))
    return Reread(piece, source, made, made.rejects[0].message if made.rejects else "")


def _placed(reject: Reject, piece: Quarantined) -> Reject:
    """Return the reject at the place of its row in the delivery: read alone it was the first."""
    message = reject.message.replace(f"row 1 of {piece.origin}", f"row {piece.offset + 1} of {piece.origin}", 1)
    return replace(reject, offset=piece.offset, message=message)


def _whole_row(piece: Quarantined) -> bool:
    """Tell a row with its fields from a broken line and from a whole file."""
    try:
        row = json.loads(piece.raw) if piece.offset >= 0 else None
    except ValueError:
        return False
    return isinstance(row, dict) and bool(row)


def _keep(store: Store, plant: Plant, piece: Quarantined, source: Source, made: Conformed) -> Counts:
    """Store what one piece became; a piece that is refused for the same reason stays held as it is."""
    after = checkpoint(store, source)
    refused = after is None or made.rows.is_empty()
    if piece.id is not None and not (refused and all(r.reason == piece.reason for r in made.rejects)):
        store.journal.quarantine.mark([piece.id], "replayed", store.clock.now())
        hold(store, source, made.rejects, store.clock.now())
    if after is None or refused:
        return Counts(received=1, quarantined=1)
    return stored(store, source, as_delivered(plant.stage(source.stage), source), made, after)


def _told(total: Counts, elsewhere: int, predicted: int) -> str:
    words = f"{total.received} rows read again: {total.new + total.revisions} stored, {total.quarantined} still refused"
    known = f", {total.duplicates} known already" if total.duplicates else ""
    return words + known + _elsewhere(elsewhere) + (f"; {predicted} predictions" if predicted else "")


def _elsewhere(pieces: int) -> str:
    """Say how many pieces only the next ingest can read.

    Examples
    --------
    >>> _elsewhere(0), _elsewhere(1).partition(" from")[0], _elsewhere(2).partition(" from")[0]
    ('', '; 1 broken line or whole file cannot be read again', '; 2 broken lines or whole files cannot be read again')
    """
    if not pieces:
        return ""
    if pieces == 1:
        cure = "correct the mapping or the file, and the next ingest reads it"
        return f"; 1 broken line or whole file cannot be read again from here - {cure}"
    cure = "correct the mapping or the file, and the next ingest reads them"
    return f"; {pieces} broken lines or whole files cannot be read again from here - {cure}"
