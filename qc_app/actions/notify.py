"""What people do with messages: try a route, send again what was given up."""

from __future__ import annotations

from datetime import datetime

from qc_app.access import Actor
from qc_app.actions.permission import authorise, current_plant, record
from qc_app.errors import ActionError
from qc_app.notify import Failed, send
from qc_app.plant import nearest
from qc_app.records import Letter
from qc_app.store import Store


def try_route(store: Store, actor: Actor, route: str) -> str:
    """Send a message that says it is a trial, at once and past the outbox.

    Raises
    ------
    NotAllowed
        Below engineer.
    ActionError
        If there is no such route, or the message did not arrive; says why.
    """
    authorise(store, actor, "try_route", f"route {route}"[:200])
    routes = {one.name: one for one in current_plant(store).routes}
    if route not in routes:
        raise ActionError(f"the plant has no route {route!r} - {nearest(route, routes)}")
    problem = send(routes[route], _trial(route, actor, store.clock.now()))
    told = problem.problem if isinstance(problem, Failed) else ""
    record(store, actor, "try_route", f"route {route}", reason="", detail={"problem": told})
    if told:
        raise ActionError(f"route {route}: the message did not arrive: {told}")
    return f"A message went out by route {route}."


def resend_letters(store: Store, actor: Actor, reason: str = "") -> str:
    """Let the messages that were given up be sent again.

    Raises
    ------
    NotAllowed
        Below engineer.
    """
    authorise(store, actor, "resend_letters", "outbox", reason)
    count = store.journal.outbox.again(store.clock.now())
    record(store, actor, "resend_letters", "outbox", reason=reason, detail={"letters": count})
    return f"{count} messages wait to be sent again."


def _trial(route: str, actor: Actor, now: datetime) -> Letter:
    body = f"{actor.name} tries route {route}. Nothing is wrong; alarms will arrive like this."
    key = f"trial-{route}-{now.timestamp():.0f}"
    return Letter(route, key, now, "[trial] a message of the quality control", body, "low", {"type": "trial"})
