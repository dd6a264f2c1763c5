"""Labels: what inspection measured, when it measured it, and when we knew; nothing is ever overwritten."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from qc_app.errors import StoreError
from qc_app.records import Counts, Label, Receipt
from qc_app.store.journal.base.columns import METADATA, Real, identity, microseconds, moment, text
from qc_app.store.journal.base.room import Room, fact, matching, newest
from qc_app.store.journal.books import counting, enter

LABELS = sa.Table(
    "labels",
    METADATA,
    identity(),
    text("stage"),
    text("characteristic"),
    text("unit_id"),
    sa.Column("value", Real(), nullable=False),
    moment("t_measured"),
    moment("t_known"),
    text("source"),
    text("author"),
    text("note"),
    moment("stored"),
)
sa.Index("ix_labels_known", LABELS.c.stage, LABELS.c.characteristic, LABELS.c.t_known)
sa.Index("ix_labels_unit", LABELS.c.stage, LABELS.c.source, LABELS.c.unit_id)
CHECKPOINTS = sa.Table(
    "label_checkpoints",
    METADATA,
    sa.Column("stage", sa.Text(), primary_key=True),
    sa.Column("source", sa.Text(), primary_key=True),
    sa.Column("after", sa.Text(), nullable=True),
    *counting(),
)
RECEIPTS = sa.Table(
    "receipts",
    METADATA,
    identity(),
    text("stage"),
    text("source"),
    moment("at"),
    *counting(),
)
sa.Index("ix_receipts_source", RECEIPTS.c.stage, RECEIPTS.c.source, RECEIPTS.c.id)

_TIME = pl.Datetime("us", "UTC")
_FRAME = {
    "characteristic": pl.String(),
    "unit_id": pl.String(),
    "value": pl.Float64(),
    "t_measured": _TIME,
    "t_known": _TIME,
    "source": pl.String(),
    "author": pl.String(),
    "note": pl.String(),
}
_KNOWN = ("unit_id", "value", "t_measured", "t_known", "source", "author")
#: The source of what people enter.
BY_HAND = "entered by hand"
_CHUNK = 500
Identity = tuple[str, str]
Content = tuple[float, int]


class Labels(Room):
    """Inspection results of all stages."""

    def commit(  # noqa: PLR0917 - the contract's order
        self,
        stage_id: str,
        source: str,
        labels: Sequence[Label],
        after: str | None,
        received: int,
        quarantined: int,
        at: datetime,
        dropped: int = 0,
    ) -> Receipt:
        """Store a delivery of labels and its checkpoint in one transaction.

        A source's delivery is a duplicate if the same content was ever stored for that unit, characteristic and
        source; an entry by hand (`after` is None) only if it repeats the newest: whoever enters an old value
        again means it.

        Parameters
        ----------
        stage_id, source : str
        labels : sequence of Label
            In order of delivery.
        after : str or None
            The checkpoint that is true from now on; None for entry by hand.
        received, quarantined, dropped : int
            ``received == len(labels) + quarantined + dropped``.
        at : datetime
            The moment of the commit, aware; the books of its hour are kept in the same transaction.

        Raises
        ------
        StoreError
            If the counts do not balance, a value is not a number, or the database refuses; nothing is stored then.
        """
        if received != len(labels) + quarantined + dropped:
            raise StoreError(
                f"labels of source {source!r} of stage {stage_id!r}: received {received}, but {len(labels)} labels,"
                f" {quarantined} quarantined and {dropped} dropped - every record must be in one of them"
            )
        with self._database.write() as connection:
            known = _contents(connection, stage_id, source, {label.unit_id for label in labels})
            rows, new = _fresh(labels, known, by_hand=after is None)
            if rows:
                own = {"stage": stage_id, "source": source, "stored": at}
                connection.execute(LABELS.insert(), [_row(label) | own for label in rows])
            counts = Counts(received, new, len(rows) - new, len(labels) - len(rows), quarantined, dropped)
            _advance(connection, stage_id, source, after, counts)
            made = {"stage": stage_id, "source": source, "at": at, **asdict(counts)}
            key = connection.execute(RECEIPTS.insert().values(made)).inserted_primary_key
            receipt = Receipt(source, stage_id, at, counts, key[0] if key else None)
            enter(connection, [receipt])
        return receipt

    def checkpoint(self, stage_id: str, source: str) -> str | None:
        """Return the checkpoint of a source, None if it never stored one."""
        with self._database.read() as connection:
            return connection.execute(
                sa.select(CHECKPOINTS.c.after).where(CHECKPOINTS.c.stage == stage_id, CHECKPOINTS.c.source == source)
            ).scalar_one_or_none()

    def counts(self, stage_id: str, source: str) -> Counts:
        """Return what became of all labels of a source since the beginning."""
        return self._first(matching(CHECKPOINTS, stage=stage_id, source=source), Counts) or Counts()

    def receipts(self, stage_id: str, source: str | None = None, last: int = 500) -> list[Receipt]:
        """Return the receipts of the `last` commits, oldest first."""
        query = newest(matching(RECEIPTS, stage=stage_id, source=source), RECEIPTS, last)
        with self._database.read() as connection:
            rows = connection.execute(query).mappings().all()
        return [Receipt(r["source"], r["stage"], r["at"], fact(r, Counts), r["id"]) for r in rows]

    def rows_of(self, stage_id: str, source: str) -> int:
        """Return how many labels of a source are stored, every revision counted."""
        query = sa.select(sa.func.count()).where(LABELS.c.stage == stage_id, LABELS.c.source == source)
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def sources(self, stage_id: str) -> list[str]:
        """Return who ever delivered labels for a stage, in order of name."""
        query = sa.select(CHECKPOINTS.c.source).where(CHECKPOINTS.c.stage == stage_id).order_by(CHECKPOINTS.c.source)
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def known(self, stage_id: str, characteristic: str, at: datetime | None = None) -> pl.DataFrame:
        """Return the labels as they were known at a moment: one row a unit, the latest known.

        Parameters
        ----------
        stage_id, characteristic : str
        at : datetime, optional
            Aware; default: all that is known.

        Returns
        -------
        polars.DataFrame
            unit_id, value, t_measured, t_known, source, author; in order of `t_known`.
        """
        test = [LABELS.c.t_known <= at] if at is not None else []
        frame = self._frame(matching(LABELS, stage=stage_id, characteristic=characteristic).where(*test))
        return frame.unique("unit_id", keep="last", maintain_order=True).select(_KNOWN)

    def history(self, stage_id: str, characteristic: str, unit_id: str | None = None) -> pl.DataFrame:
        """Return every revision ever stored, in order of `t_known`."""
        found = matching(LABELS, stage=stage_id, characteristic=characteristic, unit_id=unit_id)
        return self._frame(found).drop("characteristic")

    def count(self, stage_id: str, characteristic: str) -> int:
        """Return how many units carry a label of a characteristic."""
        units = sa.func.count(sa.distinct(LABELS.c.unit_id))
        query = sa.select(units).where(LABELS.c.stage == stage_id, LABELS.c.characteristic == characteristic)
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def _frame(self, query: sa.Select[Any]) -> pl.DataFrame:
        stored = [sa.type_coerce(LABELS.c[name], sa.BigInteger) for name in ("t_measured", "t_known")]
        raw = {"t_measured": stored[0].label("t_measured"), "t_known": stored[1].label("t_known")}
        picked = [raw.get(name, LABELS.c[name]) for name in _FRAME]
        ordered = query.with_only_columns(*picked).order_by(LABELS.c.t_known, LABELS.c.id)
        with self._database.read() as connection:
            rows = connection.execute(ordered).all()
        numbers = {name: pl.Int64() if dtype == _TIME else dtype for name, dtype in _FRAME.items()}
        frame = pl.DataFrame([tuple(row) for row in rows], schema=numbers, orient="row")
        times = [pl.from_epoch(pl.col(name), "us").dt.replace_time_zone("UTC") for name in ("t_measured", "t_known")]
        return frame.with_columns(times)


def _row(label: Label) -> dict[str, Any]:
    names = ("characteristic", "unit_id", "value", "t_measured", "t_known", "author", "note")
    return {name: getattr(label, name) for name in names}


def _content(value: float, measured: datetime) -> Content:
    return (value, microseconds(measured))


def _contents(
    connection: Connection, stage_id: str, source: str, units: Iterable[str]
) -> dict[Identity, list[Content]]:
    """Return all that is stored of some units, in order of arrival."""
    found: dict[Identity, list[Content]] = defaultdict(list)
    query = sa.select(LABELS.c.characteristic, LABELS.c.unit_id, LABELS.c.value, LABELS.c.t_measured).where(
        LABELS.c.stage == stage_id, LABELS.c.source == source
    )
    asked = sorted(units)
    for start in range(0, len(asked), _CHUNK):
        part = query.where(LABELS.c.unit_id.in_(asked[start : start + _CHUNK])).order_by(LABELS.c.id)
        for row in connection.execute(part):
            found[row.characteristic, row.unit_id].append(_content(row.value, row.t_measured))
    return found


def _fresh(labels: Sequence[Label], known: dict[Identity, list[Content]], *, by_hand: bool) -> tuple[list[Label], int]:
    """Return the labels to store and how many of them are the first of their identity."""
    kept, new = [], 0
    for label in labels:
        before = known[label.characteristic, label.unit_id]
        content = _content(label.value, label.t_measured)
        if content in (before[-1:] if by_hand else before):
            continue
        new += not before
        before.append(content)
        kept.append(label)
    return kept, new


def _advance(connection: Connection, stage_id: str, source: str, after: str | None, counts: Counts) -> None:
    where = (CHECKPOINTS.c.stage == stage_id, CHECKPOINTS.c.source == source)
    row = connection.execute(sa.select(CHECKPOINTS).where(*where)).mappings().one_or_none()
    total = counts + fact(row, Counts) if row else counts
    changed = asdict(total) | ({"after": after} if after is not None else {})
    if row:
        connection.execute(CHECKPOINTS.update().where(*where).values(changed))
    else:
        connection.execute(CHECKPOINTS.insert().values(stage=stage_id, source=source, **changed))
