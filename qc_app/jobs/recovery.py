"""After a crash: what was under way is marked as failed, so that it is done again."""

from __future__ import annotations

from qc_app.jobs.step import ORPHANED
from qc_app.store import Store, conservation


def recover(store: Store) -> int:
    """Mark runs and requests of a dead process as failed, and enter what it stored in the books.

    Call it only while no other process works on the store.

    Parameters
    ----------
    store : Store

    Returns
    -------
    int
        How many runs were left behind.
    """
    now = store.clock.now()
    for request in store.journal.requests.list(state="taken"):
        if request.id is not None:
            store.journal.requests.finish(request.id, "failed", "the program ended before it was done; ask again", now)
    for stage in store.lake.stages():
        conservation.catch_up(store, stage)
    return store.journal.runs.orphans(now, ORPHANED)
