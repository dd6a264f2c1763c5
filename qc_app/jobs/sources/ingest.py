"""Read what is new from the sources; nothing is lost, nothing is stored twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import polars as pl

from data_connectors.base import Batch, Conformed, Connector, Gap, Happening, Reject
from data_connectors.catalog import make_connector
from data_connectors.rows.conform import conform
from data_connectors.schema import Source, Stage
from models.words import counted
from qc_app.clock import plant_day
from qc_app.errors import StoreError
from qc_app.jobs.faultpoint import reached
from qc_app.jobs.sources.columns import Columns, widened
from qc_app.jobs.sources.filling import completed
from qc_app.jobs.sources.watermark import marked
from qc_app.jobs.sources.windowing import as_delivered, assemble, named_by_time, samples_come
from qc_app.jobs.step import Key, Permit, Result, always, step
from qc_app.plant import Plant
from qc_app.records import Counts, Event, Label, Quarantined, Run
from qc_app.records import Gap as Unknown
from qc_app.store import Store, conservation

JOB = "ingest"
Told = Callable[[Source], None]


def ingest(
    store: Store,
    plant: Plant,
    *,
    sources: Iterable[Source] | None = None,
    permit: Permit = always,
    told: Told | None = None,
) -> Run:
    """Read every source once; a source that fails is recorded and does not stop the others.

    Parameters
    ----------
    store : Store
    plant : Plant
    sources : iterable of Source, optional
        Default: all.
    permit : callable
        Raises if another scheduler leads now.
    told : callable, optional
        Hears each source before it is read, to show progress.

    Returns
    -------
    Run
        Of the pass, with the counts of all sources together.
    """
    day = plant_day(store.clock.now(), plant.zone, plant.day_starts)

    def once() -> Run:
        return step(
            store, Key(JOB, "", day), lambda: _pass(store, plant, sources, permit, told), permit=permit, repeat=True
        )

    try:
        return once()
    except StoreError as error:  # the journal itself had no room: with the reserve it has, to say so
        if not (store.reserve.there and store.reserve.gave(error)):
            raise
        return once()


def _pass(store: Store, plant: Plant, sources: Iterable[Source] | None, permit: Permit, told: Told | None) -> Result:
    total, flawed, fed = Counts(), 0, set()
    failed: dict[str, str] = {}
    store.reserve.require()
    for source in plant.sources if sources is None else sources:
        if told is not None:
            told(source)
        counts, sentence, bad = read_source(store, plant, source, permit)
        total, flawed = total + counts, flawed + bad
        if sentence:
            failed[source.name] = sentence.partition(" failed: ")[2] or sentence
        if counts.new or counts.revisions:
            fed.add(source.stage)
        if not store.reserve.there:  # given away: the disk is full, and reading on would fail source by source
            break
    words = (
        f"{counted(total.received, 'record')} from {counted(len(fed), 'stage')}:"
        f" {total.new} new, {total.revisions} revisions, {total.duplicates} duplicates, {total.quarantined} quarantined"
    )
    if total.dropped:
        words += f", {total.dropped} dropped by their sources"
    if flawed:
        words += f"; {_flawed(flawed)}"
    if failed:
        words += f"; {unread(failed)}"
    numbers = {name: getattr(total, name) for name in Counts.__slots__}
    return Result(words, numbers | {"flawed": flawed, "fed": sorted(fed), "failed_sources": failed})


def _flawed(rows: int) -> str:
    if rows == 1:
        return "1 row has a value that is bad or uncertain"
    return f"{rows} rows have values that are bad or uncertain"


def unread(failed: Mapping[str, str]) -> str:
    """Say which sources could not be read, and why the first could not.

    Examples
    --------
    >>> unread({"b": "no such table", "a": "no such folder"})
    'could not read a, b; the first: no such folder'
    """
    names = sorted(failed)
    more = f" and {len(names) - 5} others" if len(names) > 5 else ""
    first = f"; the first: {failed[names[0]]}" if len(names) > 1 else f": {failed[names[0]]}"
    return f"could not read {', '.join(names[:5])}{more}{first}"


def read_source(store: Store, plant: Plant, source: Source, permit: Permit = always) -> tuple[Counts, str, int]:
    """Read one source from its checkpoint on, through a step of its own if it fails.

    Returns
    -------
    counts : Counts
        Of this reading.
    sentence : str
        Why it failed; empty if it did not.
    flawed : int
        Rows of which a value is bad or uncertain; they are kept, bad values as empty ones.
    """
    stage = plant.stage(source.stage)
    day = plant_day(store.clock.now(), plant.zone, plant.day_starts)
    read = _Reading(store, plant, source, permit)
    run = step(store, Key(f"{JOB} {source.name}", stage.id, day), read, permit=permit, quiet=True)
    return read.counts, run.sentence if run.status == "failed" else "", read.flawed


class _Reading:
    """Reads one source; keeps the counts also where it fails half way."""

    def __init__(self, store: Store, plant: Plant, source: Source, permit: Permit) -> None:
        stage = plant.stage(source.stage)
        self._store, self._plant, self._permit = store, plant, permit
        self._stage, self._source = stage, named_by_time(stage, source)
        self._kept = as_delivered(stage, source)
        self._columns: Columns | None = None
        self.counts, self.flawed = Counts(), 0
        self._whole: dict[str, list[int]] | None = None

    def __call__(self) -> Result:
        with self._store.reading(self._source.name):
            return self._read()

    def _read(self) -> Result:
        if self._source.carries == "measurements" and self._stage.window is None:
            self._columns = Columns(self._store, self._stage, self._source)
        columns = self._columns
        source = columns.source if columns else self._source
        connector = make_connector(source, self._store.clock.now, self._store.spool(source.name))
        try:
            for batch in connector.read(self._stage, checkpoint(self._store, self._source)):
                with self._store.arriving():
                    self._keep(connector, batch)
            if samples_come(self._stage, self._source):
                with self._store.arriving():
                    assemble(self._store, self._plant, self._stage)
        except StoreError as error:
            self._store.reserve.gave(error)
            raise
        finally:
            connector.close()
            if columns is not None:
                columns.save()
        numbers = {name: getattr(self.counts, name) for name in Counts.__slots__}
        return Result(f"{self.counts.received} records, {self.counts.new} new", numbers)

    def _keep(self, connector: Connector, batch: Batch) -> None:
        """Rejects, events, gaps; then rows and checkpoint in one commit; then the source may forget (S2, S3)."""
        now = self._store.clock.now()
        columns = self._columns
        made = columns.conformed(batch, now) if columns else conform(batch, self._kept, self._source, now)
        if batch.completing and self._source.carries == "measurements":
            made = completed(self._store, self._source, self._kept, made, batch.completing)
        self._permit()
        hold(self._store, self._source, made.rejects, now)
        note(self._store, self._source, batch.happenings)
        miss(self._store, self._source, batch.gaps)
        reached("after_hold")
        self.counts += stored(
            self._store,
            self._source,
            widened(self._kept, made.rows),
            made,
            batch.after,
            dropped=batch.dropped,
        )
        reached("after_store")
        connector.acknowledge(batch.after)
        self.flawed += made.rows["quality"].count() if "quality" in made.rows.columns else 0
        self._settle(batch, now)

    def _settle(self, batch: Batch, now: datetime) -> None:
        """A delivery that was refused as a whole and can be read now is not held any more."""
        if any(reject.offset < 0 for reject in batch.rejects):
            return
        quarantine = self._store.journal.quarantine
        if self._whole is None:
            self._whole = {}
            for piece in quarantine.list(source=self._source.name):
                if piece.offset < 0 and piece.id is not None:
                    self._whole.setdefault(piece.origin, []).append(piece.id)
        if ids := self._whole.pop(batch.origin, None):
            quarantine.mark(ids, "replayed", now)


def checkpoint(store: Store, source: Source) -> str | None:
    """Return up to where a source is stored."""
    if source.carries == "labels":
        return store.journal.labels.checkpoint(source.stage, source.name)
    return store.lake.checkpoint(source.stage, source.name)


def stored(
    store: Store, source: Source, stage: Stage, made: Conformed, after: str, *, dropped: int = 0, asked: bool = False
) -> Counts:
    """Store conformed rows and the checkpoint together, and keep the books; what a person `asked` for is never late."""
    received, refused = made.received + dropped, len(made.rejects)
    if source.carries == "measurements":
        store.lake.append_links(stage.id, source.name, made.links, whole=True)
        newest = None if asked else store.lake.newest(stage.id, source.name)
        rows = marked(made.rows, newest, source.lateness_s)
        receipt = store.lake.commit(stage, source.name, rows, after, received, refused, dropped)
        reached("before_books")
        conservation.book(store, receipt)
        return receipt.counts
    found = labels_of(stage.id, made.rows)
    now = store.clock.now()
    return store.journal.labels.commit(stage.id, source.name, found, after, received, refused, now, dropped).counts


def labels_of(stage_id: str, rows: pl.DataFrame) -> list[Label]:
    """Return one Label a row of LABEL_COLUMNS."""
    names = ("characteristic", "unit_id", "value", "t_measured", "t_known", "source")
    return [Label(stage_id, *row) for row in rows.select(names).iter_rows()]


def note(store: Store, source: Source, happenings: Iterable[Happening]) -> int:
    """Keep what happened at a stage besides its units, once, in the source's name; return how much is new."""
    return store.journal.events.add_new([Event(source.stage, h.at, h.kind, h.text, source.name) for h in happenings])


def miss(store: Store, source: Source, gaps: Iterable[Gap]) -> int:
    """Keep the stretches in which the source could not show continuity, each once; return how many are new."""
    noticed = store.clock.now()
    found = [Unknown(source.name, source.stage, g.since, g.until, g.cause, noticed, g.text) for g in gaps]
    return store.journal.gaps.add_new(found) if found else 0


def hold(store: Store, source: Source, rejects: Iterable[Reject], now: datetime) -> int:
    """Keep what cannot be stored, raw, with its reason; return how many pieces are new."""
    pieces = [
        Quarantined(source.name, source.stage, r.origin, r.offset, r.raw, r.reason, r.message, now, now)
        for r in rejects
    ]
    return store.journal.quarantine.hold(pieces) if pieces else 0
