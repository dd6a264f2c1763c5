"""The shift hand-over: what happened in one shift, for whoever comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from data_connectors.schema import Stage
from qc_app.clock import plant_day
from qc_app.errors import PlantError
from qc_app.language import dated, ntr, tr
from qc_app.plant import Plant, Span, day_span, nearest, shifts_of
from qc_app.store import Store
from qc_app.views.figures import percent
from qc_app.views.handover.parts import (
    alarms_of,
    changes,
    disposed_in,
    models_of,
    notes_of,
    owed_of,
    quality_of,
    rejects_of,
    stood,
)
from qc_app.views.vocabulary import priority_word

_LOOK_BACK_DAYS = 15


@dataclass(frozen=True, slots=True)
class Handover:
    """What one shift hands over to the next.

    Parameters
    ----------
    plant, zone, line : str
        `line` is empty for all of the plant.
    shift : Span
        Its plant day, and from when until when it lasts.
    at : datetime
        As of when this is told; results may come later.
    ended : bool
        Whether the shift was over by then.
    sentences : tuple of str
        All of it in a few lines.
    parts : mapping of str to polars.DataFrame
        Heading -> table, in the order in which they are read; times are aware.
    """

    plant: str
    zone: str
    line: str
    shift: Span
    at: datetime
    ended: bool
    sentences: tuple[str, ...]
    parts: Mapping[str, pl.DataFrame]

    @property
    def title(self) -> str:
        """The shift in words, with its local times and their offset."""
        zone = ZoneInfo(self.zone)
        start, end = self.shift.start.astimezone(zone), self.shift.end.astimezone(zone)
        name, offset = self.shift.name or tr("plant day"), f"{end:%z}"
        return tr(
            "{shift} of {day}, {start} to {end} (UTC{offset})",
            shift=f"{name[0].upper()}{name[1:]}",
            day=dated(self.shift.day),
            start=f"{start:%H:%M}",
            end=f"{end:%H:%M}",
            offset=f"{offset[:3]}:{offset[3:]}",
        )

    @property
    def name(self) -> str:
        """A name for a file, without what a file system may not like.

        Examples
        --------
        >>> from datetime import UTC, date
        >>> start, end = datetime(2026, 3, 1, 21, tzinfo=UTC), datetime(2026, 3, 2, 5, tzinfo=UTC)
        >>> span = Span("night/2", date(2026, 3, 1), start, end)
        >>> Handover("P", "UTC", "Line 1", span, end, True, (), {}).name
        'shift-2026-03-01-night-2-line-1'
        """
        words = "-".join(("shift", self.shift.day.isoformat(), self.shift.name or "day", self.line)).lower()
        return "-".join(part for part in "".join(c if c.isalnum() else "-" for c in words).split("-") if part)


def worked_shifts(plant: Plant, now: datetime, most: int = 9) -> list[Span]:
    """Return the newest shifts that have begun, the running one first; plant days where the plant has no shifts.

    Examples
    --------
    >>> from datetime import UTC
    >>> [s.day.day for s in worked_shifts(Plant("P"), datetime(2026, 3, 2, 10, tzinfo=UTC), 2)]
    [2, 1]
    """
    today = plant_day(now, plant.zone, plant.day_starts)
    found: list[Span] = []
    for back in range(_LOOK_BACK_DAYS):
        day = today - timedelta(days=back)
        if plant.calendar.shifts:
            found += shifts_of(plant.calendar, day, plant.zone, plant.day_starts)
        else:
            found.append(day_span(day, plant.zone, plant.day_starts))
    begun = sorted((s for s in found if s.start <= now), key=lambda s: s.start, reverse=True)
    return begun[:most]


def handover(store: Store, plant: Plant, shift: Span, line: str = "") -> Handover:
    """Read what happened in a shift.

    Parameters
    ----------
    store : Store
    plant : Plant
    shift : Span
    line : str
        Only of this line; empty: of all, and of the plant as a whole.

    Raises
    ------
    PlantError
        If there is no such line.
    """
    stages = _stages(plant, line)
    now = store.clock.now()
    ids = {s.id for s in stages} | (set() if line else {""})
    alarms = [a for a in store.journal.alarms.list(open_only=False, last=5_000) if a.stage in ids]
    rang, quality, owed = alarms_of(alarms, shift), quality_of(store, stages, shift), owed_of(store, stages)
    parts = {
        tr("Stages that changed"): changes(alarms, shift, now),
        tr("Alarms"): rang,
        tr("Quality"): quality,
        tr("Results out of specification"): rejects_of(store, stages, shift),
        tr("Dispositions"): disposed_in(store, ids, shift),
        tr("Results owed"): owed,
        tr("Models"): models_of(store, ids, shift),
        tr("Notes and events"): notes_of(store, ids, shift),
    }
    standing = sum(stood(a, min(shift.end, now)) for a in alarms)
    words = (_alarmed(rang, standing), *_made(quality), _owing(owed))
    return Handover(plant.name, plant.zone, line, shift, now, now >= shift.end, words, parts)


def _stages(plant: Plant, line: str) -> tuple[Stage, ...]:
    lines = list(dict.fromkeys(s.line for s in plant.stages))
    if line and line not in lines:
        raise PlantError(f"plant {plant.name!r} has no line {line!r} - {nearest(line, lines)}")
    return tuple(s for s in plant.stages if line in {"", s.line})


def _alarmed(alarms: pl.DataFrame, standing: int) -> str:
    if not alarms.height:
        return tr("No alarm rang or stood.")
    high = alarms.filter(pl.col("priority") == priority_word("high")).height
    rang = ntr("{n} alarm, {high} of them high", "{n} alarms, {high} of them high", alarms.height, high=high)
    return tr("{alarms}; {standing} still stand.", alarms=rang, standing=standing)


def _made(quality: pl.DataFrame) -> tuple[str, str]:
    """Return what was predicted and what was measured."""
    made, out = int(quality["units"].sum()), int(quality["predicted_out"].sum())
    results, rejected = int(quality["results"].sum()), int(quality["results_out"].sum())
    predicted = ntr(
        "{n} prediction, {out} of them out of specification ({share}).",
        "{n} predictions, {out} of them out of specification ({share}).",
        made,
        out=out,
        share=percent(out / made) if made else "",
    )
    came = ntr(
        "{n} result came in, {out} of them out of specification.",
        "{n} results came in, {out} of them out of specification.",
        results,
        out=rejected,
    )
    return predicted if made else tr("No unit was predicted."), came if results else tr("No result came in.")


def _owing(owed: pl.DataFrame) -> str:
    if not owed.height:
        return tr("No result is owed.")
    return ntr("{n} result is owed.", "{n} results are owed.", int(owed["owed"].sum()))
