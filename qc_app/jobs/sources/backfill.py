"""A source is asked again for a stretch of time: what is there stays once, what is new is stored and closes a gap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

import polars as pl

from data_connectors.base import Batch, Conformed, Gap, Remembering
from data_connectors.catalog import make_connector
from data_connectors.rows.conform import conform
from data_connectors.schema import Source
from models.words import counted
from qc_app.errors import ActionError
from qc_app.jobs.refresh import feeds, follow
from qc_app.jobs.sources.columns import Columns, widened
from qc_app.jobs.sources.filling import filled
from qc_app.jobs.sources.ingest import checkpoint, hold, note, stored
from qc_app.jobs.sources.windowing import as_delivered, assemble, named_by_time, samples_come
from qc_app.jobs.step import Permit, Result, always
from qc_app.plant import Plant
from qc_app.records import Closed, Counts
from qc_app.store import Store

_FORGETFUL: Mapping[str, str] = {
    "file_folder": "its files are its memory: put the file of that time into the folder and `qc ingest` reads it",
    "kafka": "it is read without holes by its offsets; what stands as a gap the cluster had deleted",
    "mtconnect": "an agent's buffer is read as far as it reaches by itself; what stands as a gap it had lost",
    "synthetic": "it delivers everything by itself",
}
_IMPORT = "it keeps no history: take in what a historian exports of it, with `qc import FILE --stage {stage}`"

#: Stored rows so near to the stretch are looked at: of a unit whose time was corrected.
_NEAR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is asked for.

    Parameters
    ----------
    source : str
    since, until : datetime
        By event time, aware; `until` itself is not in it.
    author : str
        Who asks.
    """

    source: str
    since: datetime
    until: datetime
    author: str

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Stretch:
        """Return what a request asks for."""
        since, until = (datetime.fromisoformat(str(told[name])) for name in ("since", "until"))
        return cls(str(told["source"]), since, until, str(told["author"]))

    def holds(self, rows: pl.DataFrame, column: str) -> pl.DataFrame:
        """Return the rows within it."""
        return rows.filter((pl.col(column) >= self.since) & (pl.col(column) < self.until)) if rows.height else rows


@dataclass(frozen=True, slots=True)
class Piece:
    """What the source tells of a part of the stretch, ready to be stored.

    Parameters
    ----------
    made : Conformed
        Rows within the stretch; a value that the source does not tell any more stands as it is stored.
    new : polars.DataFrame
        Those among them of units that are not stored yet.
    batch : Batch
    """

    made: Conformed
    new: pl.DataFrame
    batch: Batch


def rehearsed(store: Store, plant: Plant, stretch: Stretch) -> str:
    """Say what a backfill would bring; nothing is stored."""
    missed = list[Gap]()
    with _Asking(store, plant, stretch) as asking:
        rows = new = refused = known = 0
        for piece in asking.pieces():
            rows, new = rows + piece.made.rows.height, new + piece.new.height
            known += asking.known(piece.made.rows)
            refused += len(piece.made.rejects)
            missed += piece.batch.gaps
    _require_told(asking.source, rows + refused, missed)
    revised = rows - new - known
    words = f"{stretch.source} tells {rows:,} rows: {new:,} new, {revised:,} revisions, {known:,} duplicates"
    return f"{words}, {refused:,} refused{_untold(missed)}; nothing was stored"


def backfilled(store: Store, plant: Plant, stretch: Stretch, permit: Permit = always) -> Result:
    """Store what a source tells again of a stretch, close the gaps of which something new came, and predict.

    Parameters
    ----------
    store : Store
    plant : Plant
    stretch : Stretch
    permit : callable
        Raises if another scheduler leads now.

    Raises
    ------
    ActionError
        If the source keeps no history (says what to do), or nothing of it was ever read; its gaps stand then.
    ConnectorError
        If it cannot be asked; what was stored until then stays, and is a duplicate the next time.
    """
    total, came, missed = Counts(), list[pl.Series](), list[Gap]()
    with store.reading(stretch.source), _Asking(store, plant, stretch) as asking:
        for piece in asking.pieces():
            permit()
            total += asking.keep(piece)
            came += [piece.new["t_event"]] if "t_event" in piece.new.columns else []
            missed += piece.batch.gaps
        asking.finish()
    _require_told(asking.source, total.received, missed)
    closed = _closed(store, asking.source, stretch, pl.concat(came) if came else None, missed)
    store.journal.gaps.close(closed)
    predicted, _ = follow(store, plant, feeds(plant, {stretch.source}), permit=permit)
    words = (
        f"{stretch.source}: {total.new:,} new, {total.revisions:,} revisions, {total.duplicates:,} duplicates,"
        f" {total.quarantined:,} quarantined"
    )
    words += f"; {counted(len(closed), 'gap')} closed" if closed else "; no gap closed"
    words += _untold(missed)
    words += f"; {predicted} predictions" if predicted else ""
    return Result(words, {"new": total.new, "revisions": total.revisions, "closed": len(closed)})


def _require_told(source: Source, received: int, missed: Sequence[Gap]) -> None:
    """Raise ActionError where a source that has a way to be asked has nothing of the stretch to tell."""
    if missed and not received:
        why = _IMPORT.format(stage=source.stage).removeprefix("it keeps no history: ")
        told = f"{source.name} ({source.kind}) cannot tell that stretch: {missed[0].text}"
        raise ActionError(f"{told}; its gaps stand (`qc gaps`) - {why}")


def _untold(missed: Sequence[Gap]) -> str:
    return f"; not all of it can be told: {missed[0].text}" if missed else ""


class _Asking:
    """One source, asked again."""

    def __init__(self, store: Store, plant: Plant, stretch: Stretch) -> None:
        found = next((s for s in plant.sources if s.name == stretch.source), None)
        if found is None:
            raise ActionError(f"there is no source {stretch.source!r} - see `qc status` for their names")
        self.source = found
        self._store, self._plant, self._stretch = store, plant, stretch
        self._stage = plant.stage(found.stage)
        self._kept = as_delivered(self._stage, found)
        named = named_by_time(self._stage, found)
        measured = found.carries == "measurements"
        self._columns = Columns(store, self._stage, named) if measured and self._stage.window is None else None
        self._named = self._columns.source if self._columns else named
        self._connector = make_connector(self._named, store.clock.now)

    def __enter__(self) -> Self:
        """Refuse what cannot be asked."""
        if not isinstance(self._connector, Remembering):
            why = _FORGETFUL.get(self.source.kind, _IMPORT.format(stage=self.source.stage))
            raise ActionError(f"{self.source.name} ({self.source.kind}) cannot be asked for a stretch of time: {why}")
        if checkpoint(self._store, self.source) is None:
            raise ActionError(f"nothing of {self.source.name} was ever read - `qc ingest` reads it from its beginning")
        return self

    def __exit__(self, *_: object) -> None:
        self._connector.close()

    def pieces(self) -> Iterator[Piece]:
        """Yield what the source tells."""
        assert isinstance(self._connector, Remembering)  # noqa: S101 - asked for when this was entered
        for batch in self._connector.past(self._stage, self._stretch.since, self._stretch.until):
            yield self._piece(batch)

    def _piece(self, batch: Batch) -> Piece:
        now = self._store.clock.now()
        columns = self._columns
        made = columns.conformed(batch, now) if columns else conform(batch, self._kept, self._named, now)
        if self.source.carries == "labels":
            rows = self._stretch.holds(made.rows, "t_measured")
            return Piece(_cut(made, rows), pl.DataFrame(), batch)
        rows = self._stretch.holds(made.rows, "t_event")
        stored_rows = self._stored(rows)
        rows = filled(rows, stored_rows, [p.name for p in self._kept.parameters])
        new = rows.join(stored_rows, on="unit_id", how="anti") if rows.height else rows
        return Piece(_cut(made, rows), new, batch)

    def _stored(self, rows: pl.DataFrame, *, revisions: bool = False) -> pl.DataFrame:
        """Return what is stored of the units of some rows, told by this source; as it was told last, or ever."""
        lake, stage = self._store.lake, self._stage.id
        if not rows.height:
            return rows
        if samples_come(self._stage, self.source):
            found = lake.samples(stage, since=self._stretch.since)
            found = found.with_columns(pl.col("row_hash").reinterpret(signed=False))
        else:
            since, until = self._stretch.since - _NEAR, self._stretch.until + _NEAR
            found = lake.measurements(stage, since=since, until=until, revisions=revisions)
        return found.filter((pl.col("source") == self.source.name) & pl.col("unit_id").is_in(rows["unit_id"].implode()))

    def known(self, rows: pl.DataFrame) -> int:
        """Return how many of these rows are stored exactly so; labels count as known by the journal alone."""
        if self.source.carries == "labels":
            return 0
        there = self._stored(rows, revisions=True)
        return rows.join(there, on=["unit_id", "row_hash"], how="semi").height if there.height else 0

    def keep(self, piece: Piece) -> Counts:
        """Store one piece; the checkpoint stays where it is."""
        after, now = checkpoint(self._store, self.source), self._store.clock.now()
        with self._store.arriving():
            hold(self._store, self.source, piece.made.rejects, now)
            note(self._store, self.source, piece.batch.happenings)
            stage = widened(self._kept, piece.made.rows) if self.source.carries == "measurements" else self._kept
            return stored(self._store, self.source, stage, piece.made, after or "", asked=True)

    def finish(self) -> None:
        """Make units of samples, and write what was learnt of the columns."""
        if samples_come(self._stage, self.source):
            with self._store.arriving():
                assemble(self._store, self._plant, self._stage)
        if self._columns is not None:
            self._columns.save()


def _cut(made: Conformed, rows: pl.DataFrame) -> Conformed:
    """Return what was conformed with fewer rows: those beside the stretch were not asked for."""
    links = made.links.join(rows.select("unit_id").unique(), on="unit_id", how="semi") if rows.height else made.links
    return replace(made, rows=rows, received=rows.height + len(made.rejects), links=links)


def _closed(
    store: Store, source: Source, stretch: Stretch, came: pl.Series | None, missed: Sequence[Gap]
) -> list[Closed]:
    """Return the parts of known gaps within the stretch of which something new came, and nothing is missing."""
    if came is None or came.is_empty():
        return []
    now, found = store.clock.now(), []
    for gap in store.journal.gaps.list(stage=source.stage, source=source.name):
        start, end = max(gap.start, stretch.since), min(gap.end, stretch.until)
        new = int(came.is_between(start, end).sum()) if start < end else 0
        if new and not any(one.since < end and one.until > start for one in missed):
            words = f"asked again: {new:,} new rows of it"
            found.append(Closed(source.name, source.stage, start, end, now, stretch.author, words))
    return found
