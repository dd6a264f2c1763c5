"""Commands on the columns of sources: what changed, and somebody's word on it."""

from __future__ import annotations

from typing import Annotated

import typer

from models.words import counted
from qc_app.access import local_actor
from qc_app.actions import answer_schema
from qc_app.cli.asking import wait_for
from qc_app.cli.data.sources import answered
from qc_app.cli.terminal import HOME, Home, Reason, opened, plant_of, say, table
from qc_app.errors import AlreadyRunning
from qc_app.jobs.sources.mending import mended
from qc_app.schedule import lead
from qc_app.views import columns_table, local, proposals_table

schema = typer.Typer(help="Columns of sources that changed.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(help="Number of the proposal, as `qc schema list` shows it.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(schema, name="schema")


@schema.command("list")
def list_schema(
    home: Home = HOME,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Every column that ever came, too.")] = False,
) -> int:
    """List changes that wait for a word: new, renamed, in another unit, of another type; and what is missing."""
    with opened(home) as store:
        plant = plant_of(store)
        waiting, columns = proposals_table(store, plant.sources), columns_table(store, plant.sources)
    rows = [(str(p["id"]), p["kind"], p["source"], p["column"], p["sentence"]) for p in waiting.to_dicts()]
    if rows:
        sides = {"no": "right", "what": "", "source": "", "column": "", "what to do": ""}
        table(f"{counted(len(rows), 'change')} to decide", sides, rows)
    shown = [
        (c["source"], c["column"], c["state"], c["usually"], local(c["missing_since"], plant.zone))
        for c in columns.to_dicts()
        if everything or c["missing_since"] is not None
    ]
    if shown:
        sides = {"source": "", "column": "", "state": "", "usually": "", "missing since": ""}
        table("columns" if everything else "missing columns", sides, shown)
    if not rows and not shown:
        say("no column changed")
    return 0


@schema.command("accept")
def accept_schema(number: Number, home: Home = HOME, reason: Reason = "") -> int:
    """Accept a change: a parameter more, an alias with its history joined, or another unit of the source."""
    return _answer(number, home, reason, accept=True)


@schema.command("decline")
def decline_schema(number: Number, home: Home = HOME, reason: Reason = "") -> int:
    """Decline a change: the column is kept no more; what was held back for its unit is let go as it came."""
    return _answer(number, home, reason, accept=False)


def _answer(number: int, home: Home, reason: str, *, accept: bool) -> int:
    with opened(home) as store:
        words, request = answer_schema(store, local_actor(), number, accept=accept, reason=reason)
        say(words)
        if request is None:
            return 0
        try:
            with lead(store) as leader:
                result = answered(store, request, lambda: mended(store, plant_of(store), number, leader.permit))
        except AlreadyRunning:
            return wait_for(store, request)
    say(result.sentence)
    return 0
