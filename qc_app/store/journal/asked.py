"""Who asked for a label: the queue because it teaches much, the queue's random draw, or nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from qc_app.records import Queued

CHOSEN, DRAWN = "chosen", "drawn"


def picked(labels: pl.DataFrame, queued: Sequence[Queued]) -> pl.Series:
    """Return for each label `CHOSEN`, `DRAWN` or an empty text.

    A unit was asked for if it stood in the queue when it was measured; the newest such entry counts. What is measured
    of units that the queue happens to list, but before it did, is inspection's own.

    Parameters
    ----------
    labels : polars.DataFrame
        With ``unit_id`` and ``t_measured``.
    queued : sequence of Queued
        Every entry there ever was, the oldest first.

    Returns
    -------
    polars.Series
        Named ``picked``.
    """
    entries: dict[str, list[Queued]] = {}
    for entry in queued:
        entries.setdefault(entry.unit_id, []).append(entry)

    def asked(unit: str, measured: datetime) -> str:
        there = [e for e in entries.get(unit, ()) if e.chosen <= measured <= (e.withdrawn or measured)]
        return "" if not there else DRAWN if there[-1].by_lot else CHOSEN

    found = [asked(unit, measured) for unit, measured in labels.select("unit_id", "t_measured").iter_rows()]
    return pl.Series("picked", found, pl.String)
