"""What stands on a stage's time axis besides its units: control limits in force at the time, events."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from models.spc import chart_kind
from qc_app.errors import ActionError
from qc_app.store import Store
from qc_app.views.data.words import event_word
from qc_app.views.moments import wall_ms_of

_WORDS_A_WINDOW = 9


def span_of_event(store: Store, stage: str, event_id: int) -> tuple[datetime, datetime | None]:
    """Return from when until when what an event tells was so: until the next of its kind at the stage, if there is one.

    Raises
    ------
    ActionError
        If the stage has no such event.
    """
    events = store.journal.events.list(stage=stage)
    found = next((event for event in events if event.id == event_id), None)
    if found is None:
        raise ActionError(f"stage {stage!r} has no event {event_id} - see `qc events list`")
    return found.at, next((e.at for e in events if e.kind == found.kind and e.at > found.at), None)


def control_limits(
    store: Store, of: tuple[str, str], zone: str, first: datetime | None, last: datetime | None
) -> pl.DataFrame:
    """Return the control limits that were in force between two moments, each for its time.

    Parameters
    ----------
    store : Store
    of : (str, str)
        Stage and characteristic.
    zone : str
        The plant's zone, for wall times.
    first, last : datetime or None
        The window; None: nothing is drawn, so nothing is returned.

    Returns
    -------
    polars.DataFrame
        ``t``, ``t_end`` (wall milliseconds), ``lower``, ``center``, ``upper``, ``chart``.
    """
    schema = dict.fromkeys(("t", "t_end", "lower", "center", "upper"), pl.Float64) | {"chart": pl.String}
    if first is None or last is None:
        return pl.DataFrame(schema=schema)
    rows = []
    drawn = [one for one in store.journal.limits.history(*of) if chart_kind(one.chart).scale in {"value", "subgroup"}]
    history = sorted(drawn, key=lambda x: (x.chart, x.version))
    for n, limit in enumerate(history):
        follower = history[n + 1] if n + 1 < len(history) and history[n + 1].chart == limit.chart else None
        until = follower.since if follower else last
        if until <= first or limit.since >= last:
            continue
        begin = wall_ms_of(max(limit.since, first), zone)
        rows.append((begin, wall_ms_of(until, zone), limit.lower, limit.center, limit.upper, limit.chart))
    return pl.DataFrame(rows, schema=schema, orient="row")


def event_marks(store: Store, stage: str, zone: str, first: datetime | None, most: int) -> pl.DataFrame:
    """Return the newest events of a stage since a moment, with a word where there is room for one.

    Returns
    -------
    polars.DataFrame
        ``t`` (wall milliseconds), ``kind``, ``text``, ``word`` (empty where it would cover its neighbour's).
    """
    events = store.journal.events.list(stage=stage, since=first)[-most:]
    times = [wall_ms_of(e.at, zone) for e in events]
    begin = wall_ms_of(first, zone) if first is not None else min(times, default=0.0)
    room = (wall_ms_of(store.clock.now(), zone) - begin) / _WORDS_A_WINDOW
    rows, free = [], float("-inf")
    for t, event in zip(times, events, strict=True):
        kind = event_word(event.kind)
        word = kind if t >= free else ""
        free = t + room if word else free
        rows.append((t, kind, event.text, word))
    schema = {"t": pl.Float64, "kind": pl.String, "text": pl.String, "word": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")
