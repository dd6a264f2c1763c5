"""Which alarm concerns whom, and the words of a letter: pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.words import counted
from qc_app.alarming.kinds import PRIORITIES
from qc_app.plant import Plant, Route, shift_at
from qc_app.records import Alarm, AlarmMove, Letter

MOST_NAMED = 10
_TITLE = 160


@dataclass(frozen=True, slots=True)
class News:
    """An alarm and the move of it that must be told."""

    alarm: Alarm
    move: AlarmMove


def asks(move: AlarmMove) -> bool:
    """Whether a move makes an alarm ask for a person, anew or more urgently.

    Examples
    --------
    >>> from datetime import UTC
    >>> moved = lambda *how: AlarmMove(1, datetime(2026, 1, 1, tzinfo=UTC), *how, "the program")
    >>> asks(moved("raise", "normal", "unacknowledged")), asks(moved("raise", "shelved", "shelved"))
    (True, False)
    """
    return move.event == "escalate" or (move.after == "unacknowledged" and move.before != "unacknowledged")


def concerns(route: Route, plant: Plant, alarm: Alarm, at: datetime) -> bool:
    """Return whether a route is told of an alarm that asked at a moment.

    Parameters
    ----------
    route : Route
    plant : Plant
        Its stages say which line, its calendar which shift.
    alarm : Alarm
    at : datetime
        Aware.
    """
    line = line_of(plant, alarm.stage)
    shift = shift_at(plant.calendar, at, plant.zone, plant.day_starts) if route.shifts else None
    return (
        PRIORITIES.index(alarm.priority) >= PRIORITIES.index(route.least)
        and (not route.lines or not line or line in route.lines)
        and (not route.kinds or alarm.kind in route.kinds)
        and (not route.shifts or (shift is not None and shift.name in route.shifts))
    )


def line_of(plant: Plant, stage: str) -> str:
    """Return a stage's line, an empty text for the plant as a whole or a stage that is no longer defined."""
    return next((one.line for one in plant.stages if one.id == stage), "")


def letter_of(route: Route, plant: Plant, news: Sequence[News], address: str, at: datetime) -> Letter:
    """Write one letter about one alarm or many.

    Parameters
    ----------
    route : Route
    plant : Plant
    news : sequence of News
        At least one.
    address : str
        Where the dashboard is reached, for the links.
    at : datetime
        When it is written.

    Returns
    -------
    Letter
        Its key is made of the route and the moves told: the same news make the same key.
    """
    gravest = sorted(news, key=lambda n: (-PRIORITIES.index(n.alarm.priority), n.move.at))
    told = "\n".join([plant.name, route.name, *(str(n.move.id) for n in news)])
    link = link_to(address, gravest[0].alarm) if len(news) == 1 else f"{address}/alarms"
    return Letter(
        route=route.name,
        key=hashlib.sha256(told.encode()).hexdigest()[:32],
        made=at,
        title=_title(gravest, plant),
        body="\n\n".join([*(_paragraph(n, address) for n in gravest[:MOST_NAMED]), *_more(gravest, address)]),
        priority=gravest[0].alarm.priority,
        content=_content(route, plant, gravest, link, address),
    )


def link_to(address: str, alarm: Alarm) -> str:
    """Return the address that opens the Alarms page on one alarm.

    Examples
    --------
    >>> from datetime import UTC
    >>> now = datetime(2026, 1, 1, tzinfo=UTC)
    >>> link_to("https://qc.works", Alarm("drift", "s", "", "low", "unacknowledged", now, now, "moved", id=7))
    'https://qc.works/alarms?alarm=7'
    """
    return f"{address}/alarms?alarm={alarm.id}"


def _title(news: Sequence[News], plant: Plant) -> str:
    first = news[0].alarm
    if len(news) == 1:
        text = f"[{first.priority}] {first.stage or plant.name}: {first.sentence}"
    else:
        high = sum(n.alarm.priority == "high" for n in news)
        many = f"{counted(len(news), 'alarm')} at {plant.name}, {high} high"
        text = f"{many}; first: {first.stage or 'plant'}: {first.sentence}"
    line = " ".join(text.split())
    return line if len(line) <= _TITLE else line[: _TITLE - 1] + "…"


def _paragraph(news: News, address: str) -> str:
    alarm = news.alarm
    where = " / ".join(part for part in (alarm.stage or "plant", alarm.subject) if part)
    state = {"returned": " (gone again, not acknowledged)"}.get(alarm.state, "")
    lines = [f"[{alarm.priority}] {where}: {alarm.sentence}{state}"]
    lines += [f"If nobody responds: {alarm.consequence}"] if alarm.consequence else []
    lines += [f"{n}. {step}" for n, step in enumerate(alarm.steps, 1)]
    lines += [f"Why again: {news.move.reason}"] if news.move.event == "escalate" else []
    return "\n".join([*lines, f"Acknowledge: {link_to(address, alarm)}"])


def _more(news: Sequence[News], address: str) -> list[str]:
    left = len(news) - MOST_NAMED
    return [f"and {left} more: {address}/alarms"] if left > 0 else []


def _content(route: Route, plant: Plant, news: Sequence[News], link: str, address: str) -> dict[str, Any]:
    def told(one: News) -> dict[str, Any]:
        alarm = one.alarm
        names = ("id", "kind", "stage", "subject", "priority", "state", "sentence", "consequence", "steps", "incident")
        return {name: getattr(alarm, name) for name in names} | {
            "line": line_of(plant, alarm.stage),
            "raised": alarm.raised.isoformat(),
            "event": one.move.event,
            "link": link_to(address, alarm),
        }

    alarms = [told(one) for one in news]
    return {"type": "alarms", "plant": plant.name, "route": route.name, "link": link, "alarms": alarms}
