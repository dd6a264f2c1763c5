"""Commands that run: scheduler and dashboard, the HTTP API, the dead man's switch."""

from __future__ import annotations

import typer

from qc_app.cli.serving import api, running, watching

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for room in (running, api, watching):
        room.register(app)
