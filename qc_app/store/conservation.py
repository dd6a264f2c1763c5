"""Promise S4: whatever a source delivered is stored, held back, or dropped with a reason; and the books say so."""

from __future__ import annotations

from collections.abc import Sequence

from data_connectors.schema import Carries
from qc_app.records import Counts, Receipt
from qc_app.store.home import Store
from qc_app.store.journal.labels import Labels
from qc_app.store.lake import Lake


def book(store: Store, receipt: Receipt) -> None:
    """Enter a commit of the lake in the books; what a crash left out before it is entered as well.

    Parameters
    ----------
    store : Store
    receipt : Receipt
        As `Lake.commit` returned it.
    """
    store.journal.books.keep(receipt, lambda missing: _newest(store.lake, receipt, missing))


def catch_up(store: Store, stage: str) -> None:
    """Enter what was stored for a stage by a process that was killed before it came to the books."""
    for source in store.lake.sources(stage):
        newest = store.lake.receipts(stage, source, last=1)
        if newest and (newest[0].id or 0) > store.journal.books.last(stage, source):
            book(store, newest[0])


def _newest(lake: Lake, receipt: Receipt, missing: int) -> list[Receipt]:
    """Return receipts; what older ones said whose files are gone stands in one before the oldest."""
    found = lake.receipts(receipt.stage, receipt.source, last=missing)
    oldest = found[0] if found else receipt
    if len(found) >= missing or missing != receipt.id:
        return found
    before = lake.counts(receipt.stage, receipt.source) - sum((r.counts for r in found), Counts())
    return [Receipt(receipt.source, receipt.stage, oldest.at, before, (oldest.id or 1) - 1), *found]


def of_lake(lake: Lake, stage: str, source: str) -> list[str]:
    """Return what contradicts conservation in the lake for one source, in sentences; nothing where all is well.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> of_lake(Lake(Path(tempfile.mkdtemp())), "rolling-2", "files")
    []
    """
    return _faults(lake.counts(stage, source), lake.rows_of(stage, source), "rows")


def of_labels(labels: Labels, stage: str, source: str) -> list[str]:
    """Return what contradicts conservation among the labels of one source, in sentences."""
    return _faults(labels.counts(stage, source), labels.rows_of(stage, source), "labels")


def of_source(store: Store, stage: str, source: str, carries: Carries) -> list[str]:
    """Return what contradicts conservation for one source of a plant: rows, quarantine and books.

    Parameters
    ----------
    store : Store
    stage, source : str
    carries : {"measurements", "labels"}

    Returns
    -------
    list of str
        Sentences; empty where every record is accounted for.
    """
    measured = carries == "measurements"
    counts = (store.lake if measured else store.journal.labels).counts(stage, source)
    found = of_lake(store.lake, stage, source) if measured else of_labels(store.journal.labels, stage, source)
    pieces = store.journal.quarantine.times(source)
    if counts.quarantined > pieces:
        found.append(f"{counts.quarantined} records counted as quarantined, {pieces} are in quarantine")
    booked = store.journal.books.total(stage, source)
    if booked != counts:
        found.append(f"the books say {_said(booked)}, the store {_said(counts)}")
    return found


def _faults(counts: Counts, rows: int, what: str) -> list[str]:
    found = [] if counts.balanced else [f"received is not the sum of what became of it ({_said(counts)})"]
    if counts.new + counts.revisions != rows:
        found.append(f"{counts.new + counts.revisions} {what} counted as stored, {rows} are there")
    return found


def _said(counts: Counts) -> str:
    names: Sequence[str] = ("received", "new", "revisions", "duplicates", "quarantined", "dropped")
    return ", ".join(f"{getattr(counts, name)} {name}" for name in names)
