"""``qc bench likeness``: whether a representation of stages knows where a model will carry over."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qc_app.cli.terminal import fail, progress, say, table

Data = Annotated[Path, typer.Option("--data", help="Folder of packs (each: data.parquet, dataset.json).")]
Packs = Annotated[str, typer.Option("--packs", help="Only these packs, by commas; default: all of regression.")]
Seeds = Annotated[int, typer.Option("--seeds", min=1, help="How often stages and labels are drawn.")]


def compare_representations(data: Data, packs: Packs = "", seeds: Seeds = 3) -> int:
    """Compare distances between stages with how well models carried over between them."""
    from models.bench import likeness
    from models.errors import ModelsError

    try:
        with progress("bench likeness") as tell:
            found = likeness.compare(
                data,
                packs=tuple(p.strip() for p in packs.split(",") if p.strip()) or None,
                seeds=seeds,
                progress=lambda done, total, words: tell(words, done / total),
            )
    except ModelsError as error:
        return fail(str(error), 2)
    columns = ("representation", "packs", "rank correlation", "gain of 3 nearest", "in hindsight", "worst pack")
    table(
        "transfer between stages", {c: "" if i == 0 else "right" for i, c in enumerate(columns)}, likeness.table(found)
    )
    say("rank correlation of distance and error after transfer: 1 perfect, 0 chance")
    return 0
