"""Commands on people: who may come in, and what was done."""

from __future__ import annotations

import typer

from qc_app.cli.people import accounts, auditing

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for room in (accounts, auditing):
        room.register(app)
