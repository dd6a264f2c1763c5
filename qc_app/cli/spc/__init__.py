"""Commands on statistical process control: the chart of a characteristic, its limits, capability, gauge."""

from __future__ import annotations

import typer

from qc_app.cli.spc import capability, charting, gauging, limits
from qc_app.cli.spc.group import ChartFirst

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    group = typer.Typer(
        cls=ChartFirst,
        no_args_is_help=True,
        help="Control charts: `qc spc STAGE CHARACTERISTIC` prints one; its limits, capability and gauge.",
    )
    for room in (charting, limits, capability, gauging):
        room.register(group)
    app.add_typer(group, name="spc")
