"""`qc spc STAGE CHARACTERISTIC` is short for `qc spc chart STAGE CHARACTERISTIC`."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

SHORT_FOR = "chart"


class ChartFirst(TyperGroup):
    """A group in which a first word that is no command is the stage of a chart.

    A stage that is called like a command is reached by the long form.
    """

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Put the command in front of a stage's name."""
        known = not args or args[0] in self.commands or args[0].startswith("-")
        return super().resolve_command(ctx, args if known else [SHORT_FOR, *args])
