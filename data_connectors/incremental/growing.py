"""Pages of a source that grows, as batches: what was met before is left out, and each checkpoint is true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from data_connectors.base import Batch, Reject
from data_connectors.incremental.cursor import MAX_SEEN, Cursor
from data_connectors.incremental.overlap import Overlap
from data_connectors.rows.row_hash import row_hash
from data_connectors.rows.values import as_text


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a source.

    Parameters
    ----------
    frame : polars.DataFrame
    cursor : sequence of object
        The cursor column's value of each row; None where it has none.
    rejects : tuple of Reject
        What could not be split into fields.
    """

    frame: pl.DataFrame
    cursor: Sequence[object] = field(default_factory=list)
    rejects: tuple[Reject, ...] = ()


@dataclass(frozen=True, slots=True)
class _Fresh:
    frame: pl.DataFrame
    rejects: tuple[Reject, ...]


class Growing:
    """Makes batches of pages.

    Parameters
    ----------
    stage : str
        Id of the stage, for the batches.
    origin : str
        For messages.
    start : Cursor
        The checkpoint at which the reading began.
    overlap : Overlap
        Of this reading.
    ordered : bool
        Whether pages come in the order of the cursor column. If not, the cursor moves with the last batch alone: a
        reading that is broken off begins anew, and leaves out what it delivered already.
    whole : bool
        Whether every reading brings all rows there are, not only those of the overlap: then all are remembered, up to
        MAX_SEEN; of a longer list those before the overlap come again, and the store drops them.
    """

    def __init__(
        self, stage: str, origin: str, start: Cursor, overlap: Overlap, *, ordered: bool, whole: bool = False
    ) -> None:
        self._stage, self._origin, self._start, self._overlap = stage, origin, start, overlap
        self._ordered, self._whole = ordered, whole
        self._met = np.empty(0, np.uint64)

    def batches(self, pages: Iterable[Page]) -> Iterator[Batch]:
        """Yield what is new in the pages; nothing where nothing is."""
        held: _Fresh | None = None
        moved = self._start
        for page in pages:
            fresh, after = self._taken(page)
            if fresh.frame.height or fresh.rejects:
                if held is not None:
                    yield self._batch(held, moved)
                held = fresh
            moved = after
        if held is not None:
            yield self._batch(held, self._ended())

    def _taken(self, page: Page) -> tuple[_Fresh, Cursor]:
        """Return what of a page is new, and the checkpoint once everything up to its end is stored."""
        rows = row_hash(page.frame.select(as_text(c) for c in page.frame))
        raws = row_hash(pl.DataFrame({"raw": [r.raw for r in page.rejects]}, schema={"raw": pl.String}))
        fresh = page.frame.filter(~self._start.knows(rows)) if page.frame.height else page.frame
        again = self._start.knows(raws)
        rejects = tuple(r for r, known in zip(page.rejects, again, strict=True) if not known)
        hashes = pl.concat([rows, raws])
        after = self._overlap.after([*page.cursor, *(None for _ in page.rejects)], hashes, last=False)
        if self._met.size <= MAX_SEEN:
            self._met = np.union1d(self._met, hashes.to_numpy())
        return _Fresh(fresh, rejects), after if self._ordered else self._unmoved()

    def _unmoved(self) -> Cursor:
        """Return the checkpoint of a reading under way whose rows come in no order."""
        seen = np.union1d(self._met, self._start.seen)
        return Cursor(self._start.value, seen if seen.size <= MAX_SEEN else self._start.seen)

    def _ended(self) -> Cursor:
        after = self._overlap.after([], pl.Series([], dtype=pl.UInt64), last=True)
        return Cursor(after.value, self._met) if self._whole and self._met.size <= MAX_SEEN else after

    def _batch(self, fresh: _Fresh, after: Cursor) -> Batch:
        return Batch(self._stage, fresh.frame, after.text(), self._origin, fresh.rejects)
