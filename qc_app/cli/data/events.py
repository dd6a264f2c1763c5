"""Commands on events: what is noted, a note by hand, a file of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from models.words import counted
from qc_app.access import local_actor
from qc_app.actions import add_event, decode, import_events
from qc_app.actions.table_text import moment_of
from qc_app.cli.terminal import HOME, Home, Reason, opened, plant_of, say, table
from qc_app.errors import ActionError
from qc_app.plant import shift_at
from qc_app.views import events_table, local

SHOWN = 60
events = typer.Typer(help="Marks on the time axis: tools, grades, maintenance, lots, notes.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(events, name="events")


@events.command("list")
def list_(
    stage: Annotated[str | None, typer.Option("--stage", help="Only of this stage.")] = None, home: Home = HOME
) -> int:
    """Show the events of the last 90 days, the newest first, with the shift in which they were."""
    with opened(home) as store:
        plant = plant_of(store)
        stages = {plant.stage(stage).id} if stage else {s.id for s in plant.stages}
        found = events_table(store, stages).head(SHOWN)
        rows = []
        for e in found.iter_rows(named=True):
            shift = shift_at(plant.calendar, e["at"], plant.zone, plant.day_starts)
            who = shift.name if shift else ""
            rows.append((str(e["id"]), local(e["at"], plant.zone), who, e["stage"], e["kind"], e["text"], e["author"]))
        columns = {"no": "right", "time": "", "shift": "", "stage": "", "kind": "", "what": "", "by": ""}
        if rows:
            table(counted(len(rows), "event"), columns, rows)
        else:
            say("no event is noted - `qc events add` notes one, `qc events import` a file of them")
    return 0


@events.command("add")
def add(
    stage: Annotated[str, typer.Argument(help="Id of the stage.")],
    kind: Annotated[str, typer.Argument(help="Kind, e.g. tool_change.")],
    text: Annotated[str, typer.Argument(help="What happened.")],
    *,
    at: Annotated[str, typer.Option("--at", help="When, e.g. 2026-03-01T14:05; default: now.")] = "",
    home: Home = HOME,
    reason: Reason = "",
) -> int:
    """Note an event."""
    with opened(home) as store:
        plant = plant_of(store)
        moment = moment_of(at, plant.zone, 1) if at else None
        kept = add_event(store, local_actor(), stage, kind, text, at=moment, reason=reason)
        say(f"noted: {kept.kind} at {stage}, {local(kept.at, plant.zone)}")
    return 0


@events.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV with the columns stage, time, kind, text.")],
    home: Home = HOME,
    reason: Reason = "",
) -> int:
    """Keep the events of a file; the same again changes nothing."""
    if not file.is_file():
        raise ActionError(f"there is no file {file} - give a CSV with the columns stage, time, kind and text")
    with opened(home) as store:
        say(import_events(store, local_actor(), decode(file.read_bytes()), reason=reason))
    return 0
