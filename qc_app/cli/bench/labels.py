"""``qc bench labels``: what to measure next, chosen against by chance, on packs of real stages."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from models.words import counted
from qc_app.cli.terminal import fail, progress, say, table

Data = Annotated[Path, typer.Option("--data", help="Folder of packs (each: data.parquet, dataset.json).")]
Policies = Annotated[str, typer.Option("--policies", help="Of random, width, information, rl2, by commas.")]
Learner = Annotated[str, typer.Option("--learner", help="The learner that predicts and is asked what it knows.")]
Packs = Annotated[str, typer.Option("--packs", help="Only these packs, by commas; default: all of regression.")]
Seeds = Annotated[int, typer.Option("--seeds", min=1, help="How often stages are drawn; three judge each stage once.")]
Repeats = Annotated[int, typer.Option("--repeats", min=1, help="Walks of each stage with other draws.")]
Stages = Annotated[int, typer.Option("--stages", min=1, help="New stages of each pack and seed at most.")]
Share = Annotated[float, typer.Option("--share", min=0, max=1, help="Share of a chosen batch that is drawn by lot.")]
Outlook = Annotated[bool, typer.Option("--outlook", help="Instead: hold outlooks for more labels against the truth.")]
Written = Annotated[Path | None, typer.Option("--out", help="Write settings, summary and rows as JSON.")]
Drawn = Annotated[Path | None, typer.Option("--plot", help="Draw error over labels (PNG or SVG).")]


def compare_policies(  # noqa: PLR0917 - typer reads them as options
    data: Data,
    policies: Policies = "random,width,information",
    learner: Learner = "prior_mixture",
    packs: Packs = "",
    seeds: Seeds = 3,
    repeats: Repeats = 2,
    stages: Stages = 4,
    share: Share = 0.2,
    out: Written = None,
    picture: Drawn = None,
    *,
    outlook: Outlook = False,
) -> int:
    """Measure new stages batch by batch, chosen by each policy, and compare the errors at equal numbers of labels."""
    from models.bench.labels import compare, plot, sentences, tables
    from models.errors import ModelsError

    if outlook:
        return _foretold(data, learner=learner, packs=_names(packs) or None, seeds=seeds, most_stages=stages, out=out)
    try:
        with progress("bench labels") as tell:
            found = compare(
                data,
                learner=learner,
                policies=_names(policies),
                seeds=seeds,
                repeats=repeats,
                packs=_names(packs) or None,
                most_stages=stages,
                share=share,
                progress=lambda done, total, words: tell(words, done / total),
            )
    except ModelsError as error:
        return fail(str(error), 2)
    for part in tables(found):
        sides = {name: "" if i < 2 else "right" for i, name in enumerate(part.columns)}
        table(part.title, sides, list(part.rows))
        say("")
    for sentence in sentences(found):
        say(sentence)
    if out is not None:
        out.write_text(found.to_json(), encoding="utf-8")
        say(f"written to {out}")
    if picture is not None:
        say(f"drawn to {plot(found, str(picture))}")
    say(f"{counted(len(found.rows), 'walk')} in {found.seconds:.0f} s")
    return 0


def _foretold(data: Path, *, out: Path | None, **asked: Any) -> int:
    """Let new stages foretell their error with more labels, and say how often the intervals held it."""
    from models.bench.labels import foretell, foretold_table
    from models.errors import ModelsError

    try:
        with progress("bench labels --outlook") as tell:
            rows = foretell(data, **asked, progress=lambda done, total, words: tell(words, done / total))
    except ModelsError as error:
        return fail(str(error), 2)
    part = foretold_table(rows)
    table(part.title, {name: "" if i == 0 else "right" for i, name in enumerate(part.columns)}, list(part.rows))
    if out is not None:
        out.write_text(json.dumps([asdict(row) for row in rows], indent=1), encoding="utf-8")
        say(f"written to {out}")
    return 0


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
