"""The round of the post: moves of alarms become letters, letters are sent, what fails is tried again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from qc_app.notify.letters import News, asks, concerns, letter_of
from qc_app.notify.sending import Failed, Send, send
from qc_app.plant import Plant, Route
from qc_app.records import AlarmMove, Letter
from qc_app.store import Store

log = logging.getLogger(__name__)

HOUR = timedelta(hours=1)
#: For so long a letter is in one process's hands; if it dies meanwhile, another try follows.
CLAIM = timedelta(minutes=5)
FIRST_WAIT, LONGEST_WAIT, MOST_TRIES = timedelta(seconds=30), HOUR, 30
ASKING = frozenset({"unacknowledged", "returned"})


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did."""

    written: int = 0
    sent: int = 0
    failed: int = 0


def post(store: Store, plant: Plant, address: str, sender: Send = send) -> Round:
    """Write letters about what happened since the last round, and send what is due.

    Parameters
    ----------
    store : Store
    plant : Plant
        Its routes say who is told.
    address : str
        Where people reach the dashboard.
    sender : callable
        Sends one letter to one route.
    """
    written = collect(store, plant, address) if plant.routes else 0
    sent, failed = deliver(store, plant, sender)
    return Round(written, sent, failed)


def collect(store: Store, plant: Plant, address: str) -> int:
    """Turn moves that ask for a person into letters, grouped and within each route's rate; return how many.

    A route is told of moves from the moment on at which the plant's definition names it. Nothing is marked as told
    before its letter is in the outbox: both are one transaction. An alarm that somebody acknowledged, or
    that is hidden, before its letter is written needs none.
    """
    now, marks = store.clock.now(), store.journal.outbox.told()
    version = store.journal.plants.current()
    since = version.at if version else now
    written = 0
    for route in plant.routes:
        mark = marks.get(route.name)
        moves = store.journal.alarm_moves.list(beyond=mark, since=None if mark is not None else since)
        if moves and not _waits(store, route, [m for m in moves if asks(m)], now):
            letters = _letters(store, plant, route, [m for m in moves if asks(m)], address, now)
            written += store.journal.outbox.put(letters, route.name, mark, max(int(m.id or 0) for m in moves))
    return written


def deliver(store: Store, plant: Plant, sender: Send = send) -> tuple[int, int]:
    """Send the letters that are due; return how many arrived, and how many did not.

    A letter is marked as sent after it arrived. Of a route that fails the other letters wait for the next round, so a
    dead server holds up nobody else for long.
    """
    routes = {route.name: route for route in plant.routes}
    sent, failing = 0, set[str]()
    failed = 0
    for letter in store.journal.outbox.due(store.clock.now()):
        route = routes.get(letter.route)
        if route is None:
            store.journal.outbox.failed(letter, "the plant no longer has this route", None)
            continue
        now = store.clock.now()
        if letter.route in failing or not store.journal.outbox.claim(letter, now, now + CLAIM):
            continue
        problem = sender(route, letter)
        if problem is None:
            store.journal.outbox.sent(int(letter.id or 0), store.clock.now())
            sent += 1
            continue
        failing.add(letter.route)
        failed += 1
        _keep(store, letter, problem)
    return sent, failed


def _waits(store: Store, route: Route, moves: Sequence[AlarmMove], now: datetime) -> bool:
    """Whether a route waits: for more to group with, or because it had as many letters as it may have in an hour."""
    if not moves:
        return False
    if timedelta(0) <= now - moves[0].at < timedelta(seconds=route.group_s):
        return True
    return len([one for one in store.journal.outbox.list(route.name, since=now - HOUR) if one.made > now - HOUR]) >= (
        route.most_per_h
    )


def _letters(  # noqa: PLR0917 - moves on a route, where, when
    store: Store, plant: Plant, route: Route, moves: Sequence[AlarmMove], address: str, now: datetime
) -> list[Letter]:
    newest = {move.alarm: move for move in moves}
    found = [(store.journal.alarms.get(number), move) for number, move in newest.items()]
    news = [News(alarm, move) for alarm, move in found
            if alarm and alarm.state in ASKING and concerns(route, plant, alarm, move.at)]  # fmt: skip
    return [letter_of(route, plant, news, address, now)] if news else []


def _keep(store: Store, letter: Letter, problem: Failed) -> None:
    again = problem.again and letter.tries + 1 < MOST_TRIES
    wait = min(FIRST_WAIT * 2 ** min(letter.tries, 12), LONGEST_WAIT)
    store.journal.outbox.failed(letter, problem.problem, store.clock.now() + wait if again else None)
    log.warning("letter to %s not sent (%s); %s", letter.route, problem.problem,
                f"again in {wait.total_seconds():.0f} s" if again else "given up")  # fmt: skip
