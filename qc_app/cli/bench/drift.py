"""``qc bench drift``: how often drift is told where nothing happens, and how soon where something does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qc_app.cli.terminal import progress, say, table

Plants = Annotated[int, typer.Option("--plants", min=1, help="Made plants; each has a seed of its own.")]
First = Annotated[int, typer.Option("--first", min=1, help="Seed of the first plant.")]
Days = Annotated[int, typer.Option("--days", min=40, help="Length of each play; nights begin after 14.")]
Stages = Annotated[int, typer.Option("--stages", min=1, max=6, help="Stages a plant.")]
Graded = Annotated[bool, typer.Option("--by-grade/--no-grade", help="Hold units against those of their own grade.")]
Faults = Annotated[bool, typer.Option("--faults", help="Plants that suffer faults; default: undisturbed ones.")]
Written = Annotated[Path | None, typer.Option("--out", help="Write all as JSON.")]


def prove_drift(
    plants: Plants = 2,
    first: First = 1,
    days: Days = 130,
    stages: Stages = 6,
    out: Written = None,
    *,
    by_grade: Graded = True,
    faults: Faults = False,
) -> int:
    """Look for drift night by night in memory, with windows, models and tests of the real nights."""
    from qc_app.proof import drift_sentences, drift_tables, study_drift

    with progress("bench drift") as tell:
        found = study_drift(range(first, first + plants), days, stages, tell, by_grade=by_grade, faulty=faults)
    for title, heads, rows in drift_tables(found):
        table(title, {name: "" if i == 0 else "right" for i, name in enumerate(heads)}, rows)
        say("")
    for sentence in drift_sentences(found):
        say(sentence)
    if out is not None:
        out.write_text(found.to_json(), encoding="utf-8")
        say(f"written to {out}")
    return 0
