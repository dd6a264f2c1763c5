"""Commands of the day: ingest, night, retune, rollback."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from models.words import counted
from qc_app.access import local_actor
from qc_app.actions import request_run, roll_back
from qc_app.actions.permission import authorise
from qc_app.cli.asking import wait_for
from qc_app.cli.terminal import HOME, Home, fail, opened, plant_of, progress, say
from qc_app.errors import AlreadyRunning
from qc_app.jobs.nightly import nightly
from qc_app.jobs.refresh import refresh
from qc_app.jobs.requests import now, retuned
from qc_app.plant import Plant
from qc_app.plant.nights import newest_night, night_moment
from qc_app.records import Run
from qc_app.schedule import Watchdog, lead


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (ingest, night, retune, rollback):
        app.command()(command)


def ingest(home: Home = HOME) -> int:
    """Read what is new from every source, now, and predict it with the models that answer."""
    with opened(home) as store:
        plant_of(store)
        authorise(store, local_actor(), "request_run", "plant")
        try:
            with lead(store) as leader, progress("ingest") as tell:
                plant = plant_of(store)  # who leads may have mended where its own files are
                names = [s.name for s in plant.sources]
                run = refresh(
                    store, plant, permit=leader.permit, told=lambda s: tell(s.name, names.index(s.name) / len(names))
                )
        except AlreadyRunning:
            return wait_for(store, request_run(store, local_actor(), "ingest", reason="command line"))
    if run.numbers.get("quarantined"):
        aside = counted(run.numbers["quarantined"], "record")
        say(f"{aside} set aside with a reason each - see `qc quarantine list`")
    return _told(run)


def night(home: Home = HOME) -> int:
    """Run the night of the present plant day, now; what is done is not done again."""
    with opened(home) as store:
        plant_of(store)
        authorise(store, local_actor(), "request_run", "plant")
        began = store.clock.now()
        try:
            with lead(store) as leader, Watchdog(store), progress("night") as tell:
                plant = plant_of(store)
                run = nightly(
                    store, plant, permit=leader.permit, told=lambda what, done, of: tell(what, done / max(of, 1))
                )
        except AlreadyRunning:
            return wait_for(store, request_run(store, local_actor(), "night", reason="command line"))
    return _told(run) if run.started >= began else _done_before(plant, run, began)


def retune(home: Home = HOME) -> int:
    """Search better settings of the learner: tried on stages held out, adopted only if the gate says so."""
    with opened(home) as store:
        plant = plant_of(store)
        actor = local_actor()
        authorise(store, actor, "request_run", "plant")
        try:
            with lead(store) as leader, progress("retune") as tell:
                tell("settings are tried on stages held out", 0.0)
                found = retuned(now(store, plant, leader.permit), f"asked for by {actor.name}")
        except AlreadyRunning:
            return wait_for(store, request_run(store, actor, "retune", reason="command line"))
    say(found.sentence)
    return 0


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
    """Say how it ended; a source or a step that failed makes it a failure."""
    trouble = bool(run.numbers.get("failed") or run.numbers.get("failed_sources"))
    if run.status == "failed":
        return fail(run.sentence, 1)
    if trouble:
        return fail(f"{run.status} in part: {run.sentence} - see `qc status`", 1)
    say(f"{run.status}: {run.sentence}")
    return 0


def _done_before(plant: Plant, run: Run, now: datetime) -> int:
    """There is one night a plant day: say when it was, and when the next is."""
    zone = ZoneInfo(plant.zone)
    at = f"{run.started.astimezone(zone):%Y-%m-%d %H:%M}"
    following = night_moment(plant, max(run.plant_day, newest_night(plant, now)) + timedelta(days=1))
    say(f"nothing was done: the night of {run.plant_day} ran at {at} already ({run.sentence})")
    say(
        f"what came since is adapted to in the next night, due {following.astimezone(zone):%Y-%m-%d %H:%M} {plant.zone}"
    )
    return 0
