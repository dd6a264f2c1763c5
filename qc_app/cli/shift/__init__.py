"""Commands of a shift: alarms, messages, dispositions, the hand-over."""

from __future__ import annotations

import typer

from qc_app.cli.shift import alarming, disposing, notifying, reporting

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for room in (alarming, notifying, disposing, reporting):
        room.register(app)
