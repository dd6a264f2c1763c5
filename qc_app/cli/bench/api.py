"""``qc bench api``: how fast one unit is scored over HTTP, alone and beside a night."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qc_app.cli.terminal import progress, say, table

Plant = Annotated[Path | None, typer.Option("--home", help="Copy this plant; default: a simulated one is set up.")]
Rate = Annotated[float, typer.Option("--rate", min=1, max=1000, help="Questions a second.")]
Seconds = Annotated[float, typer.Option("--seconds", min=3, help="For how long beside the night.")]
Night = Annotated[bool, typer.Option("--night/--no-night", help="Whether nights run meanwhile.")]


def answering(home: Plant = None, rate: Rate = 50.0, seconds: Seconds = 30.0, *, night: Night = True) -> int:
    """Ask a served plant for scores at a steady rate; exit code 1 if p99 is above 20 ms or an answer is missing."""
    from qc_app.speed.serving import TARGET_MS, run_serving

    with progress("bench api") as tell:
        found = run_serving(home, rate=rate, seconds=seconds, night=night, told=tell)
    sides = ("answered", "p50 ms", "p90 ms", "p99 ms", "worst ms", "server's CPU ms", "load average")
    table(f"one unit, {rate:g} a second", {"": "", **dict.fromkeys(sides, "right")}, [one.row for one in found])
    last = found[-1]
    say(f"{'met' if last.met else 'NOT met'}: p99 within {TARGET_MS:g} ms {last.what}; found {last.p99_ms:.1f} ms")
    return 0 if last.met else 1
