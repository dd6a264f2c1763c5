"""``qc bench monitor``: faults of known onset in the simulated plant, and what the nights make of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qc_app.cli.terminal import progress, say, table

Seeds = Annotated[int, typer.Option("--seeds", min=1, help="Plants; each seed deals other faults.")]
Days = Annotated[int, typer.Option("--days", min=40, help="Length of each play; faults begin after 30.")]
Stages = Annotated[int, typer.Option("--stages", min=1, max=6, help="Stages a plant.")]
Learner = Annotated[str, typer.Option("--learner", help="Kind of the prior that all stages share.")]
Only = Annotated[str, typer.Option("--only", help="'faults' or 'quiet' plants alone; default: both.")]
Written = Annotated[Path | None, typer.Option("--out", help="Write all as JSON; a stopped run of it goes on.")]
Drawn = Annotated[Path | None, typer.Option("--plot", help="Draw delays and gains (PNG or SVG).")]


def prove_monitoring(  # noqa: PLR0917 - typer reads them as options
    seeds: Seeds = 2,
    days: Days = 120,
    stages: Stages = 4,
    learner: Learner = "ridge",
    only: Only = "",
    out: Written = None,
    picture: Drawn = None,
) -> int:
    """Play simulated plants with faults, and without, through the night's own jobs: delays, misses, false alarms."""
    from qc_app.proof import PARTS, Asked, plot, run_proof, sentences, tables

    asked = Asked(seeds, days, stages, learner, (only,) if only else PARTS)
    with progress("bench monitor") as tell:
        proof = run_proof(asked, out, tell)
    for title, heads, rows in tables(proof):
        table(title, {name: "" if i == 0 else "right" for i, name in enumerate(heads)}, rows)
        say("")
    for sentence in sentences(proof):
        say(sentence)
    if out is not None:
        say(f"written to {out}")
    if picture is not None:
        say(f"drawn to {plot(proof, str(picture))}")
    return 0
