"""``qc bench gate``: promotions on many made plants, judged by the truth of later units."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qc_app.cli.terminal import progress, say, table

Plants = Annotated[int, typer.Option("--plants", min=1, help="Made plants; each has a seed of its own.")]
First = Annotated[int, typer.Option("--first", min=1, help="Seed of the first plant: fresh ones judge a rule anew.")]
Days = Annotated[int, typer.Option("--days", min=40, help="Length of each play.")]
Stages = Annotated[int, typer.Option("--stages", min=1, max=6, help="Stages a plant.")]
Delta = Annotated[
    float | None, typer.Option("--delta", min=0.0, max=1.0, help="delta_share of the gate; default: as plants have it.")
]
Faults = Annotated[bool, typer.Option("--faults", help="Plants that suffer faults; default: undisturbed ones.")]
Written = Annotated[Path | None, typer.Option("--out", help="Write all as JSON.")]


def prove_gate(  # noqa: PLR0917 - typer reads them as options
    plants: Plants = 4,
    first: First = 1,
    days: Days = 150,
    stages: Stages = 4,
    delta: Delta = None,
    out: Written = None,
    *,
    faults: Faults = False,
) -> int:
    """Let challengers meet champions night by night in memory, and tell how many promotions were right."""
    from qc_app.plant import Gate
    from qc_app.proof import promoted, study_gate, worth

    rules = Gate() if delta is None else Gate(delta_share=delta)
    with progress("bench gate") as tell:
        found = study_gate(range(first, first + plants), days, stages, rules, tell, faulty=faults)
    title, heads, rows = worth(found.promotions)
    table(title, {name: "" if i == 0 else "right" for i, name in enumerate(heads)}, rows)
    say("")
    say(promoted([p for p in found.promotions if p.rule.startswith("paired")]))
    say(f"true error of whoever answered, after the warm-up: {found.error:.4f} standard deviations")
    if out is not None:
        out.write_text(found.to_json(), encoding="utf-8")
        say(f"written to {out}")
    return 0
