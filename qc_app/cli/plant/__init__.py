"""Commands on the plant: its definition now and through time, what is written out, what is kept."""

from __future__ import annotations

import typer

from qc_app.cli.plant import definition, exporting, keeping, life

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for room in (definition, life, exporting, keeping):
        room.register(app)
