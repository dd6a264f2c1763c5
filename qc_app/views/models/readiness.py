"""Whether the plant is looked after: the store can be written, and how old the newest good value is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from qc_app.errors import StoreError
from qc_app.store import Store
from qc_app.store.readiness import unready
from qc_app.views.moments import moment


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a load balancer or a watchman asks.

    Parameters
    ----------
    reasons : tuple of str
        Codes, as in `qc_app.errors.StoreError`; empty: ready.
    last_value_at : datetime or None
        Event time of the newest unit of any stage.
    last_value_age_s : float or None
        By the plant's clock.
    """

    reasons: tuple[str, ...]
    last_value_at: datetime | None = None
    last_value_age_s: float | None = None


def readiness(store: Store) -> Readiness:
    """Ask the store now."""
    reason = unready(store)
    reasons = (reason,) if reason else ()
    try:
        newest = max(filter(None, last_units(store).values()), default=None) if reason != "no_home" else None
    except StoreError as error:
        return Readiness(tuple(dict.fromkeys([*reasons, error.reason or "unreachable"])))
    age = None if newest is None else max((store.clock.now() - newest).total_seconds(), 0.0)
    return Readiness(reasons, newest, age)


def last_units(store: Store) -> dict[str, datetime | None]:
    """Return the event time of each stage's newest unit, by the journal's latest numbers."""
    found: dict[str, datetime | None] = {}
    for one in store.journal.latest.all():
        at = moment(one.values.get("last_unit_at"))
        before = found.get(one.stage)
        found[one.stage] = at if before is None or (at is not None and at > before) else before
    return found
