"""Commands on data: sources and their checks, imports, columns, events, genealogy, what was known when, write-back."""

from __future__ import annotations

import typer

from qc_app.cli.data import (
    as_known,
    backfill,
    causes,
    certificates,
    events,
    genealogy,
    importing,
    schema,
    sources,
    writeback,
)

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for room in (sources, importing, schema, as_known, events, genealogy, causes, certificates, writeback, backfill):
        room.register(app)
