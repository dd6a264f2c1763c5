"""What every live kind shares: reading its spool as any source is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import polars as pl

from data_connectors.base import Batch, Column, Conformed, Gap, Offer, Reject
from data_connectors.discovery import columns_of
from data_connectors.errors import SourceRefused, SourceUnavailable
from data_connectors.frames import frame_of
from data_connectors.live.assembly import Assembly, Made, assembly_of, table
from data_connectors.live.options import LiveOptions, Rows
from data_connectors.live.progress import Progress
from data_connectors.live.sample import Heard, Record, Sample
from data_connectors.live.spool import Kept, Place, Standing, forget, kept_since, resumed
from data_connectors.rows.conform import conform
from data_connectors.rows.windows import windowed
from data_connectors.schema import Source, Stage

BATCH_ITEMS = 20_000
DISCOVERED = 1_000
_LONG = timedelta(days=1)


class LiveConnector:
    """Base of the kinds that are told instead of asking: `listen` fills the spool, everything else reads it.

    A kind gives `kind`, `listen` and `check`, and `overhear` for `discover` and `preview`; it checks its own settings
    in ``__init__`` (with LIVE_KEYS among the known ones) and calls this one.

    Parameters
    ----------
    source : Source
    now : callable
        The present moment, aware.
    folder : Path or None
        The spool of this source; None where it is only to be looked at.
    """

    kind: ClassVar[str]
    #: Tells `make_connector` to hand over the folder.
    live: ClassVar[bool] = True
    #: How this kind makes rows where the source does not say.
    rows: ClassVar[Rows] = "message"

    def __init__(self, source: Source, now: Callable[[], datetime], folder: Path | None = None) -> None:
        self.source = source
        self.live_options = LiveOptions.of(source, self.rows)
        self._now = now
        self._folder = folder

    @property
    def standing(self) -> Standing:
        """How the listener of this source stands, as it last wrote."""
        return Standing() if self._folder is None else Standing.read(self._folder)

    def read(self, stage: Stage, since: str | None) -> Iterator[Batch]:
        """Yield rows of what was heard since the checkpoint.

        Raises
        ------
        SourceUnavailable
            If the spool cannot be read.
        SourceRefused
            If the checkpoint is not one of a live source.
        """
        progress = Progress.parse(since)
        if self._folder is None:
            raise SourceRefused(f"source {self.source.name!r} has no spool here - it is read where the plant runs")
        try:
            seen, gap = resumed(self._folder, progress.seen)
            progress = replace(progress, seen=seen, begin=min(progress.begin, seen))
            yield from self._batches(stage, progress, kept_since(self._folder, progress.begin), gap)
        except OSError as error:
            raise SourceUnavailable(f"spool {self._folder} cannot be read: {error} - check the disk") from error

    def _batches(
        self, stage: Stage, progress: Progress, frames: Iterable[tuple[Kept, Place, Place]], gap: Gap | None
    ) -> Iterator[Batch]:
        assembly = assembly_of(self.source, stage, self.live_options, progress)
        pile = _Pile(progress.seen, [] if gap is None else [gap])
        for kept, before, after in frames:
            fresh = before >= progress.seen
            assembly.take(pile.sort(kept, after, fresh=fresh), before, fresh=fresh)
            if pile.items >= BATCH_ITEMS:
                yield self._batch(stage, assembly, pile, assembly.made(self._now(), ended=False))
                pile = _Pile(pile.seen)
        made = assembly.made(self._now(), ended=True)
        if pile.items or pile.gaps or made.rows or made.rejects:
            yield self._batch(stage, assembly, pile, made)

    def _batch(self, stage: Stage, assembly: Assembly, pile: _Pile, made: Made) -> Batch:
        """Return what was made; only now is the checkpoint true."""
        after = assembly.progress(pile.seen).text()
        rejects = (*pile.rejects, *made.rejects)
        frame = table(self.source, windowed(stage), made.rows)
        return Batch(
            stage.id, frame, after, self.kind, rejects, gaps=tuple(pile.gaps), completing=frozenset(made.completing)
        )

    def acknowledge(self, after: str) -> None:
        """Forget what is stored for good and needed for no row any more."""
        if self._folder is not None:
            forget(self._folder, Progress.parse(after).begin)

    def overhear(self, stage: Stage | None, items: int) -> Sequence[Heard]:  # noqa: ARG002 - the kinds use them
        """Listen for some seconds beside the running listener and keep nothing; a kind says how."""
        return ()

    def discover(self) -> list[Column]:
        """List what the source tells: from the spool, or else by listening for some seconds."""
        return list(self.heard(DISCOVERED).columns)

    def offer(self, items: int = DISCOVERED) -> Offer:
        """Return what is heard, or, of a source that lists its tags, those."""
        return self.heard(items)

    def heard(self, items: int) -> Offer:
        """Return the fields of messages with the messages, and the tags that tell by themselves."""
        heard = self._kept(items) or self.overhear(None, items)
        records = [item for item in heard if isinstance(item, Record)]
        samples = {item.tag: item for item in heard if isinstance(item, Sample)}
        names = list(dict.fromkeys(name for record in records for name in record.fields))
        told = frame_of(names, [[r.fields.get(n) for n in names] for r in records], self.source.decimal)
        one = frame_of(list(samples), [[s.value for s in samples.values()]], self.source.decimal)
        columns = (*(columns_of(told) if records else ()), *(columns_of(one) if samples else ()))
        refused = next((item for item in heard if isinstance(item, Reject)), None)
        if refused is not None and not columns:
            raise SourceRefused(refused.message)
        return Offer(columns, told if records else pl.DataFrame())

    def preview(self, stage: Stage, rows: int = 20) -> Conformed:
        """Make rows of what the spool holds, or else of what is heard now; nothing is stored or forgotten."""
        heard = self._kept(BATCH_ITEMS) or self.overhear(stage, rows)
        assembly = assembly_of(self.source, stage, self.live_options, Progress())
        assembly.take([item for item in heard if not isinstance(item, Reject)], Place(), fresh=True)
        made = assembly.made(self._now() + _LONG, ended=True)
        rejects = [item for item in heard if isinstance(item, Reject)][: rows - len(made.rows[:rows])]
        batch = Batch(stage.id, table(self.source, windowed(stage), made.rows[:rows]), "", self.kind, tuple(rejects))
        return conform(batch, windowed(stage), self.source, self._now())

    def _kept(self, items: int) -> list[Heard]:
        """Return the first things that the spool still holds."""
        found: list[Heard] = []
        for kept, _, _ in kept_since(self._folder, Place()) if self._folder is not None else ():
            found += kept.heard
            if len(found) >= items:
                break
        return found

    def close(self) -> None:
        """Hold nothing open between readings, so there is nothing to close."""


class _Pile:
    """What one batch brings besides rows, and up to where it was seen."""

    def __init__(self, seen: Place, gaps: Iterable[Gap] = ()) -> None:
        self.seen, self.items = seen, 0
        self.gaps = list(gaps)
        self.rejects: list[Reject] = []

    def sort(self, kept: Kept, after: Place, *, fresh: bool) -> list[Sample | Record]:
        """Note gaps and refused messages, once; return the values and rows."""
        if fresh:
            self.seen = max(self.seen, after)
            self.items += len(kept.heard) + len(kept.gaps)
            self.gaps += kept.gaps
            self.rejects += [item for item in kept.heard if isinstance(item, Reject)]
        return [item for item in kept.heard if not isinstance(item, Reject)]
