"""Commands of the day: ingest, night, rollback."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from qc_app.access import local_actor
from qc_app.actions import request_run, roll_back
from qc_app.cli.terminal import HOME, Home, fail, opened, plant_of, progress, say
from qc_app.errors import AlreadyRunning
from qc_app.jobs.ingest import ingest as read_sources
from qc_app.jobs.nightly import nightly
from qc_app.records import Run
from qc_app.schedule import lead
from qc_app.store import Store

WAIT_S = 3600.0


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (ingest, night, rollback):
        app.command()(command)


def ingest(home: Home = HOME) -> int:
    """Read what is new from every source, now."""
    with opened(home) as store:
        plant = plant_of(store)
        try:
            with lead(store) as leader, progress("ingest") as tell:
                names = [s.name for s in plant.sources]
                run = read_sources(
                    store, plant, permit=leader.permit, told=lambda s: tell(s.name, names.index(s.name) / len(names))
                )
        except AlreadyRunning:
            return _asked(store, "ingest")
    return _told(run) or (1 if run.numbers.get("failed_sources") else 0)


def night(home: Home = HOME) -> int:
    """Run the night of the present plant day, now; what is done is not done again."""
    with opened(home) as store:
        plant = plant_of(store)
        try:
            with lead(store) as leader, progress("night") as tell:
                run = nightly(
                    store, plant, permit=leader.permit, told=lambda what, done, of: tell(what, done / max(of, 1))
                )
        except AlreadyRunning:
            return _asked(store, "night")
    return _told(run) or (1 if run.numbers.get("failed") else 0)


def rollback(
    stage: Annotated[str, typer.Argument(help="Id of the stage.")],
    characteristic: Annotated[str, typer.Argument(help="Name of the characteristic.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; it goes to the audit trail.")],
    home: Home = HOME,
) -> int:
    """Let the previous model answer again; the present one is quarantined and does not come back by itself."""
    with opened(home) as store:
        plant_of(store).stage(stage).characteristic(characteristic)
        decision = roll_back(store, local_actor(), stage, characteristic, reason)
    say(decision.sentence)
    return 0


def _told(run: Run) -> int:
    if run.status == "failed":
        return fail(run.sentence, 1)
    say(f"{run.status}: {run.sentence}")
    return 0


def _asked(store: Store, what: str) -> int:
    """A scheduler leads: ask it, and wait for its answer."""
    request = request_run(store, local_actor(), what, reason="command line")
    say(f"the scheduler of {store.home} is asked for it (request {request.id}); waiting")
    began = time.monotonic()
    with progress(f"waiting for the scheduler: {what}") as tell:
        while time.monotonic() - began < WAIT_S:
            found = [r for r in store.journal.requests.list(last=200) if r.id == request.id]
            if found and found[0].state in {"done", "failed"}:
                break
            tell(f"waiting for the scheduler: {what}", 0.0)
            time.sleep(0.5)
        else:
            return fail("the scheduler did not answer within an hour - see `qc status`", 1)
    if found[0].state == "failed":
        return fail(found[0].sentence, 1)
    say(f"done: {found[0].sentence}")
    return 0
