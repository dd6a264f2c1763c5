"""The rows near the end of what was read: they are met again by the next reading and must not count twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data_connectors.errors import SchemaError
from data_connectors.incremental.cursor import MAX_SEEN, Cursor, Value, before, capped, plain


class Overlap:
    """Follows a reading page by page and says which checkpoint is true after each.

    Parameters
    ----------
    start : Cursor
        The checkpoint that the reading began at.
    lag_s : float
        Overlap of the next reading, before the newest row.
    now : datetime
        No time after it becomes the cursor.
    zone : str or None
        Zone of naive times.
    """

    def __init__(self, start: Cursor, lag_s: float, now: datetime, zone: str | None) -> None:
        self._start = start
        self._lag_s = lag_s
        self._now = now
        self._zone = zone
        self._value = start.value
        self._met: list[tuple[Value | None, int]] = []

    def after(self, values: Sequence[object], hashes: pl.Series, *, last: bool) -> Cursor:
        """Take in one page, in the order of the cursor column, and return the checkpoint after it.

        Raises
        ------
        SchemaError
            If the column holds values that cannot be put in order.
        """
        found = [plain(v) for v in values]
        known = [v for v in found if v is not None]
        try:
            for value in known[-1:] and [max(known)]:
                newest = capped(value, self._now, self._zone)
                self._value = newest if self._value is None else max(self._value, newest)
            self._met += zip(found, hashes, strict=True)
            self._prune()
        except TypeError as error:
            raise SchemaError("the modified column mixes numbers, texts or times - choose another") from error
        return Cursor(self._value, self._seen(last=last))

    def _prune(self) -> None:
        if self._value is not None:
            low = before(self._value, self._lag_s)
            self._met = [(v, h) for v, h in self._met if v is None or v >= low]  # type: ignore[operator]

    def _seen(self, *, last: bool) -> NDArray[np.uint64]:
        met = np.array([h for _, h in self._met], dtype=np.uint64)
        seen = met if last else np.union1d(met, self._start.seen)
        return seen if seen.size <= MAX_SEEN else np.empty(0, np.uint64)
