"""Whether messages arrive: a route that takes none is an alarm of its own, told by the other routes and the pages."""

from __future__ import annotations

from datetime import datetime, timedelta

from qc_app.jobs.monitoring.alarms import Condition, settle
from qc_app.store import Store

KIND = "not_told"
PATIENCE = 3
LOOK_BACK = timedelta(days=1)


def look_at_post(store: Store) -> None:
    """Raise and clear the alarm of each route whose letters do not arrive."""
    now = store.clock.now()
    settle(store, "", (KIND,), undelivered(store, now), now)


def undelivered(store: Store, now: datetime) -> list[Condition]:
    """Return a condition for each route with letters that failed three times, or were given up within a day."""
    letters = store.journal.outbox.list(since=now - LOOK_BACK)
    stuck = [one for one in letters if one.state == "given_up" or (one.state == "waiting" and one.tries >= PATIENCE)]
    found = []
    for route in sorted({one.route for one in stuck}):
        mine = [one for one in stuck if one.route == route]
        words = f"{len(mine)} messages of route {route} did not arrive; last: {mine[-1].problem}"
        found.append(Condition(KIND, route, "medium", words))
    return found
