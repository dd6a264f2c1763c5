"""A scheduler leads: ask it for the work, and wait for its answer."""

from __future__ import annotations

import time

from qc_app.cli.terminal import fail, progress, say
from qc_app.records import Request
from qc_app.store import Store

WAIT_S = 3600.0


def wait_for(store: Store, request: Request) -> int:
    """Wait until the scheduler has answered a request, say its sentence and return the exit code."""
    say(f"the scheduler of {store.home} is asked for it (request {request.id}); waiting")
    began = time.monotonic()
    what = f"waiting for the scheduler: {request.action.replace('_', ' ')}"
    with progress("request") as tell:
        while time.monotonic() - began < WAIT_S:
            found = [r for r in store.journal.requests.list(last=200) if r.id == request.id]
            if found and found[0].state in {"done", "failed"}:
                break
            tell(what, 0.0)
            time.sleep(0.5)
        else:
            return fail("the scheduler did not answer within an hour - see `qc status`", 1)
    if found[0].state == "failed":
        return fail(found[0].sentence, 1)
    say(f"done: {found[0].sentence}")
    return 0
