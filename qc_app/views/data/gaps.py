"""Gaps: stretches in which continuity cannot be shown, those that were closed since, and about how much is missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from data_connectors.schema import Source
from qc_app.language import ntr, number, tr
from qc_app.records import Closed, Gap
from qc_app.store import Store

_TIME = pl.Datetime("us", "UTC")
_SHOWN = 500
_GAPS: dict[str, Any] = {
    "state": pl.String,
    "source": pl.String,
    "stage": pl.String,
    "start": _TIME,
    "end": _TIME,
    "hours": pl.Float64,
    "missed": pl.Int64,
    "cause": pl.String,
    "text": pl.String,
    "filled": pl.String,
    "author": pl.String,
    "closed": _TIME,
}
#: What a source tells in so long before a gap is its usual pace.
_BEFORE = timedelta(days=1)


def gaps_table(store: Store, sources: Sequence[Source]) -> pl.DataFrame:
    """Return the stretches in which continuity cannot be shown, then those that were closed; the newest first.

    Parameters
    ----------
    store : Store
    sources : sequence of Source

    Returns
    -------
    polars.DataFrame
        `missed` is about how many rows the source would have told at its pace of the day before its newest open gap;
        null for results, and where nothing came on that day. `filled`, `author` and `closed` are of closed ones alone.
    """
    names = {s.name for s in sources}
    gaps = [g for g in store.journal.gaps.list() if g.source in names]
    pace = _paces(store, [s for s in sources if s.carries == "measurements"], gaps)
    ever = store.journal.gaps.noticed()
    rows = [_open(gap, pace) for gap in gaps]
    rows += [_closed(one, ever) for one in store.journal.gaps.closed() if one.source in names]
    found = pl.DataFrame(rows, schema=_GAPS, orient="row")
    return found.sort(pl.col("state") == "closed", pl.col("start"), descending=[False, True]).head(_SHOWN)


def gaps_sentence(gaps: pl.DataFrame) -> str:
    """Return in a sentence how much is unknown, and how much was filled in.

    Parameters
    ----------
    gaps : polars.DataFrame
        As `gaps_table` returns it.

    Examples
    --------
    >>> rows = [("open", 2.0, 120), ("closed", 1.0, None)]
    >>> gaps_sentence(pl.DataFrame(rows, schema=["state", "hours", "missed"], orient="row"))
    '1 stretch is open (2.0 h, about 120 rows at the usual pace). 1 was closed since.'
    >>> gaps_sentence(pl.DataFrame(rows[1:], schema=["state", "hours", "missed"], orient="row"))
    'No stretch is open. 1 was closed since.'
    """
    left, closed = gaps.filter(pl.col("state") == "open"), gaps.filter(pl.col("state") == "closed")
    words = [_of_open(left)]
    if closed.height:
        words.append(ntr("{n} was closed since.", "{n} were closed since.", closed.height))
    return " ".join(words)


def _of_open(left: pl.DataFrame) -> str:
    if not left.height:
        return tr("No stretch is open.")
    hours, rows = number(float(left["hours"].sum()), 1), int(left["missed"].sum() or 0)
    if not rows:
        return ntr("{n} stretch is open ({hours} h).", "{n} stretches are open ({hours} h).", left.height, hours=hours)
    return ntr(
        "{n} stretch is open ({hours} h, about {rows} rows at the usual pace).",
        "{n} stretches are open ({hours} h, about {rows} rows at the usual pace).",
        left.height,
        hours=hours,
        rows=rows,
    )


def _paces(store: Store, sources: Sequence[Source], gaps: Sequence[Gap]) -> dict[str, float]:
    """Return rows an hour by source, of the day before its newest open gap; other gaps of that day do not count."""
    found: dict[str, float] = {}
    for source in sources:
        own = [gap for gap in gaps if gap.source == source.name]
        if own:
            end = max(gap.start for gap in own)
            told = store.lake.measurements(source.stage, since=end - _BEFORE, until=end, columns=["source"])
            silent = sum((_overlap(gap, end - _BEFORE, end) for gap in own), timedelta())
            known = max((_BEFORE - silent).total_seconds() / 3600, 1.0)
            found[source.name] = int((told["source"] == source.name).sum()) / known
    return found


def _overlap(gap: Gap, since: datetime, until: datetime) -> timedelta:
    return max(min(gap.end, until) - max(gap.start, since), timedelta())


def _open(gap: Gap, pace: dict[str, float]) -> tuple[Any, ...]:
    hours = (gap.end - gap.start).total_seconds() / 3600
    rows = round(pace.get(gap.source, 0.0) * hours) or None
    told = ("open", gap.source, gap.stage, gap.start, gap.end, hours, rows)
    return (*told, gap.cause, gap.text, "", "", None)


def _closed(one: Closed, ever: Sequence[Gap]) -> tuple[Any, ...]:
    of = [g for g in ever if (g.source, g.stage) == (one.source, one.stage) and g.start <= one.start < g.end]
    cause, text = (of[-1].cause, of[-1].text) if of else ("", "")
    hours = (one.end - one.start).total_seconds() / 3600
    told = ("closed", one.source, one.stage, one.start, one.end, hours, None)
    return (*told, cause, text, one.text, one.author, one.at)
