"""Commands on dispositions: decide what is done with a unit, and see what was decided."""

from __future__ import annotations

from typing import Annotated

import typer

from models.words import counted
from qc_app.access import local_actor
from qc_app.actions import dispose
from qc_app.cli.terminal import HOME, Home, Reason, opened, plant_of, say, table
from qc_app.views import dispositions_table, local

disposition = typer.Typer(help="What is done with units that are not as they should be.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(disposition, name="disposition")


@disposition.command("set")
def set_(
    stage: Annotated[str, typer.Argument(help="Id of the stage.")],
    unit: Annotated[str, typer.Argument(help="Id of the unit.")],
    verdict: Annotated[str, typer.Argument(help="hold, 'use as is', rework, regrade or scrap.")],
    *,
    reason: Reason = "",
    home: Home = HOME,
) -> int:
    """Decide what is done with a unit; needs a reason."""
    with opened(home) as store:
        kept = dispose(store, local_actor(), stage, unit, verdict, reason)
    say(f"{kept.stage} / {kept.unit_id}: {kept.verdict}")
    return 0


@disposition.command("list")
def list_(
    *,
    stage: Annotated[str | None, typer.Option("--stage", help="Only of this stage.")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="Only of this unit.")] = None,
    home: Home = HOME,
) -> int:
    """Show what was decided, the newest first."""
    with opened(home) as store:
        zone = plant_of(store).zone
        found = dispositions_table(store, stage, unit)
    rows = [
        (local(d["at"], zone), d["stage"], d["unit_id"], d["verdict"], d["reason"], d["author"])
        for d in found.iter_rows(named=True)
    ]
    if rows:
        table(
            counted(len(rows), "disposition"),
            dict.fromkeys(("when", "stage", "unit", "verdict", "reason", "by"), ""),
            rows,
        )
    else:
        say("nothing was decided - `qc disposition set STAGE UNIT hold --reason ...` decides")
    return 0
