"""Commands on what is learned: nights, drift, reasons, what to measure, verdicts, replays."""

from __future__ import annotations

import typer

from qc_app.cli.learning import daily, drifting, explaining, measuring, replaying, verdicts

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for room in (daily, drifting, explaining, measuring, verdicts, replaying):
        room.register(app)
