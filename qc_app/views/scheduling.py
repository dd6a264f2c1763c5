"""Whether a scheduler works: without one nothing is read, and what is asked for waits."""

from __future__ import annotations

from datetime import datetime

from qc_app.store import Store


def silence(store: Store, now: datetime) -> str:
    """Return what to do where no scheduler works, an empty string where one does.

    Parameters
    ----------
    store : Store
    now : datetime
        The machine's time, aware: a lease lives by it, not by the plant's clock.
    """
    lease = store.journal.lease.holder()
    if lease is not None and lease.until > now:
        return ""
    return "No scheduler works: nothing is read, no night runs, and what is asked for waits. Start it with `qc up`."
