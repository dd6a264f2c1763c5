"""Commands on what units were made of: search up and down, what something bad touched, links from a file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import polars as pl
import typer

from models.words import counted
from qc_app.access import local_actor
from qc_app.actions import decode, import_links
from qc_app.cli.terminal import HOME, Home, Reason, opened, plant_of, say, table
from qc_app.errors import ActionError
from qc_app.plant import Plant
from qc_app.views import family_view, local, span_of_event, touched_table

SHOWN = 60
MOST_BYTES = 20_000_000
genealogy = typer.Typer(help="What units were made of, and what was made of them.", no_args_is_help=True)
StageId = Annotated[str, typer.Argument(help="Id of the stage.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(genealogy, name="genealogy")


@genealogy.command("show")
def show(
    stage: StageId,
    unit: Annotated[str, typer.Argument(help="Id of the unit.")],
    home: Home = HOME,
    *,
    up: Annotated[bool, typer.Option("--up", help="Only what it was made of.")] = False,
    down: Annotated[bool, typer.Option("--down", help="Only what was made of it.")] = False,
) -> int:
    """Show what a unit was made of and what was made of it, over all stages."""
    with opened(home) as store:
        plant = plant_of(store)
        plant.stage(stage)
        found = family_view(store, plant, stage, unit)
        if up or not down:
            _told(found.up, f"{unit} was made of", plant.zone)
        if down or not up:
            _told(found.down, f"made of {unit}", plant.zone)
    return 0


@genealogy.command("touched")
def touched(
    stage: StageId,
    *,
    unit: Annotated[list[str] | None, typer.Option("--unit", help="A bad unit; may be given more than once.")] = None,
    lot: Annotated[str, typer.Option("--lot", help="A bad lot: units named LOT/...")] = "",
    since: Annotated[str, typer.Option("--since", help="Made from then on, e.g. 2026-03-01T14:05.")] = "",
    until: Annotated[str, typer.Option("--until", help="Made until then.")] = "",
    event: Annotated[int | None, typer.Option("--event", help="From this event to the next of its kind.")] = None,
    home: Home = HOME,
) -> int:
    """List the units that a bad unit, lot, tool or stretch of time touched, down to the end of the line."""
    with opened(home) as store:
        plant = plant_of(store)
        plant.stage(stage)
        first, last = _moment(since, plant), _moment(until, plant)
        if event is not None:
            first, last = span_of_event(store, stage, event)
        found = touched_table(store, plant, stage, units=unit or None, since=first, until=last, lot=lot)
        _told(found, "touched", plant.zone)
        say(_summary(found))
    return 0


@genealogy.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV with the columns unit, parent (parent_stage, share).")],
    stage: Annotated[str, typer.Option("--stage", help="Stage of the units.")],
    home: Home = HOME,
    reason: Reason = "",
    *,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="These links are wrong and hold no more.")] = False,
) -> int:
    """Keep links from a file; what is known already changes nothing."""
    if not file.is_file():
        raise ActionError(f"there is no file {file} - give a CSV with the columns unit and parent")
    with opened(home) as store:
        say(
            import_links(
                store, local_actor(), stage, decode(file.read_bytes(), MOST_BYTES), withdraw=withdraw, reason=reason
            )
        )
    return 0


def _moment(text: str, plant: Plant) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ActionError(f"time {text!r} is not like 2026-03-01T14:05 - write it so") from None
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(plant.zone))


def _told(found: pl.DataFrame, title: str, zone: str) -> None:
    if found.is_empty():
        say(f"{title}: nothing is known")
        return
    columns = {"steps": "right", "stage": "", "unit": "", "made": "", "known by": "", "from": "", "": ""}
    rows = [
        (str(r["hops"]), r["stage"], r["unit_id"], local(r["t_event"], zone), r["known_by"], r["via"], r["quality"])
        for r in found.head(SHOWN).iter_rows(named=True)
    ]
    table(title, columns, rows)
    if found.height > SHOWN:
        say(f"and {found.height - SHOWN} more")


def _summary(found: pl.DataFrame) -> str:
    counts = found.group_by("stage", maintain_order=True).len()
    bad = found.filter(pl.col("quality") != "").height
    words = ", ".join(f"{n} at {stage}" for stage, n in counts.iter_rows())
    return f"{counted(found.height, 'unit')}: {words}; {bad} of them out of specification"
