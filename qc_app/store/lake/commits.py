"""One delivery into a table: what is new of it and the checkpoint of its source, both or neither."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from qc_app.clock import Clock
from qc_app.records import Receipt
from qc_app.store.lake.arrivals import arranged, counted, fresh
from qc_app.store.lake.checkpoints import Checkpoints, Delivered
from qc_app.store.lake.table import Columns, Table, telling


@dataclass(frozen=True, slots=True, eq=False)
class Delivery:
    """A delivery in the shape of the table, and the counts it came with.

    Parameters
    ----------
    where : str
        Source and stage, for messages.
    rows : polars.DataFrame
        As `qc_app.store.lake.arrivals.shaped` leaves them.
    after : str
        The checkpoint that is true once they are stored.
    received, quarantined, dropped : int
        Records in all, held back, and never handed over.
    """

    where: str
    rows: pl.DataFrame
    after: str
    received: int
    quarantined: int
    dropped: int


def add(table: Table, columns: Columns, checkpoints: Checkpoints, told: Delivery, clock: Clock) -> Receipt:
    """Add what is new of a delivery to the newest version of a table, its checkpoint in the same commit.

    Parameters
    ----------
    table : Table
    columns : mapping
        Those that the table must have; missing ones are added to it.
    checkpoints : Checkpoints
        Of the source, whose lock is held.
    told : Delivery
    clock : Clock
        Tells the moment of the commit.

    Raises
    ------
    StoreError
        If the counts do not balance or the disk refuses; nothing of the delivery is stored then.
    """
    base, source = table.ensure(columns), checkpoints.source
    before = checkpoints.at(base)
    with telling(f"looking for duplicates of {told.where}"):
        left, new, revisions = fresh(told.rows, base, source)
    counts = counted(
        told.where,
        received=told.received,
        delivered=told.rows.height,
        new=new,
        revisions=revisions,
        quarantined=told.quarantined,
        dropped=told.dropped,
    )
    newest = max((t for t in (before.newest, told.rows["t_event"].max()) if isinstance(t, datetime)), default=None)
    receipt = Receipt(source, checkpoints.stage, clock.now(), counts, before.number + 1)
    with telling(f"noting the checkpoint of {told.where}"):
        checkpoints.write(Delivered(before.number + 1, told.after, before.total + counts, receipt, newest))
    table.append(base, arranged(left, base.version + 1), (source, before.number + 1))
    return receipt
