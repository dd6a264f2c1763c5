"""The definition through time: who changed what and why, what it was, and back to an old one."""

from __future__ import annotations

from typing import Annotated

import typer

from models.words import counted
from qc_app.access import local_actor
from qc_app.actions import roll_back_plant
from qc_app.cli.terminal import HOME, Home, Reason, opened, out, plant_of, say, table
from qc_app.clock import plant_time
from qc_app.plant import difference, parse, shortened
from qc_app.views import changes_between, plant_version, plant_versions

Number = Annotated[int, typer.Argument(help="Number of a version, see `qc plant history`.")]


def register(app: typer.Typer) -> None:
    """Add the group to the program."""
    group = typer.Typer(no_args_is_help=True, help="The plant definition through time.")
    for command in (history, show, diff, rollback):
        group.command()(command)
    app.add_typer(group, name="plant")


def history(home: Home = HOME) -> int:
    """List every definition that was ever in force: when, whose, why, and what it changed."""
    with opened(home) as store:
        plant = plant_of(store)
        versions = plant_versions(store)
    rows = [
        (str(v["version"]), plant_time(v["at"], plant.zone), v["author"], v["reason"] or "-", str(v["changes"]),
         v["what"][:100])
        for v in versions.iter_rows(named=True)
    ]  # fmt: skip
    sides = {"": "right", "in force from": "", "by": "", "because": "", "changes": "right", "first of them": ""}
    table(f"{plant.name}: {counted(len(rows), 'version')}, the first listed is in force", sides, rows)
    return 0


def show(number: Number, home: Home = HOME) -> int:
    """Print a definition as it was."""
    with opened(home) as store:
        out.file.write(plant_version(store, number).definition)
    return 0


def diff(first: Number, second: Number, home: Home = HOME) -> int:
    """Say what changed from one version to another."""
    with opened(home) as store:
        changes = changes_between(store, first, second)
    for line in changes or ["nothing differs"]:
        say(line)
    return 0


def rollback(
    number: Number,
    home: Home = HOME,
    reason: Reason = "",
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the differences and change nothing.")] = False,
) -> int:
    """Put an old definition in force again, as a new version."""
    with opened(home) as store:
        now = plant_of(store)
        seen = store.journal.plants.current()
        old = parse(plant_version(store, number).definition, where=f"version {number}")
        changes = difference(now, old)
        for line in shortened(changes) or [f"nothing changes: version {number} is what is in force"]:
            say(f"  {line}")
        if dry_run or not changes:
            return 0
        roll_back_plant(store, local_actor(), number, reason, seen=seen.id if seen else None)
    say(f"the definition of version {number} is in force again")
    return 0
