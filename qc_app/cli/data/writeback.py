"""Commands on write-back: how it stands, stop it, let it go on."""

from __future__ import annotations

from typing import Annotated

import typer

from qc_app.access import local_actor
from qc_app.actions import start_writeback, stop_writeback
from qc_app.cli.terminal import HOME, Home, Reason, opened, plant_of, say, table
from qc_app.views import local

writeback = typer.Typer(help="Predictions told to the plant.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The write-back, as the plant definition names it; none: all.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(writeback, name="writeback")


@writeback.command("status")
def status(home: Home = HOME) -> int:
    """Show each write-back: on, off or stopped, what it told, why the last attempt failed."""
    with opened(home) as store:
        plant = plant_of(store)
        rows = []
        for outlet in plant.writeback:
            room = store.outlet(outlet.name)
            stopped, done = room.stopped(), room.progress()
            state = "off" if not outlet.on else f"stopped by {stopped.who}: {stopped.why}" if stopped else "on"
            newest = local(done.told_until, plant.zone) if done.told_until else "nothing yet"
            counts = f"{done.told} told, {done.withheld} as dead value, {done.left_out} left out"
            rows.append(
                (outlet.name, outlet.kind, outlet.stage, outlet.characteristic, state, newest, counts, done.problem)
            )
    if not rows:
        say("the plant has no write-back: nothing is told to it")
        return 0
    head = ("write-back", "kind", "stage", "characteristic", "state", "newest unit", "values", "last problem")
    table("Write-back", dict.fromkeys(head, ""), rows)
    return 0


@writeback.command("stop")
def stop(name: Name = "", home: Home = HOME, reason: Reason = "") -> int:
    """Stop write-back at once: the dead value is told, then nothing more, until someone starts it again."""
    with opened(home) as store:
        say(f"stopped: {', '.join(stop_writeback(store, local_actor(), name, reason))}")
    return 0


@writeback.command("start")
def start(name: Name = "", home: Home = HOME, reason: Reason = "") -> int:
    """Let write-back go on after a stop (where the plant definition has it on)."""
    with opened(home) as store:
        say(f"goes on: {', '.join(start_writeback(store, local_actor(), name, reason))}")
    return 0
