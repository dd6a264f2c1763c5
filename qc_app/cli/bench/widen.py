"""``qc bench widen``: packs with what happened at the stages before, to learn whether it is worth knowing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from models.words import counted
from qc_app.cli.terminal import fail, say

Data = Annotated[Path, typer.Option("--data", help="Folder of packs (each: data.parquet, dataset.json).")]
Below = Annotated[str, typer.Option("--below", help="Pack to widen.")]
AboveNames = Annotated[list[str], typer.Option("--above", help="Pack of a stage before; may be given more than once.")]
Delays = Annotated[list[float], typer.Option("--delay-s", help="Seconds from there to here, one for each --above.")]
Tolerance = Annotated[float, typer.Option("--tolerance-s", help="Give or take so many seconds.")]
Results = Annotated[bool, typer.Option("--results", help="Take what was measured there too, as known by then.")]
Out = Annotated[Path, typer.Option("--out", help="Folder to write the widened pack into; not --data.")]


def widen_packs(
    data: Data, below: Below, above: AboveNames, delay_s: Delays, out: Out, *, tolerance_s: Tolerance = 1800.0,
    results: Results = False,
) -> int:  # fmt: skip
    """Write a pack with the columns of the stages before; run `qc bench` on both and compare with --against."""
    from models.bench import folders
    from models.bench.upstream import Above, widen
    from models.errors import ModelsError

    if len(above) != len(delay_s):
        given = f"{counted(len(above), 'pack')} above and {counted(len(delay_s), 'delay')}"
        return fail(f"{given} - give one --delay-s for each --above", 2)
    if out.resolve() == data.resolve():
        return fail("--out is --data - a widened pack has the name of the plain one, so give another folder", 2)
    try:
        there = {path.name: path for path in folders(data, [below, *above])}
        feeds = [Above(there[name], d, tolerance_s, results) for name, d in zip(above, delay_s, strict=True)]
        folder = widen(there[below], feeds, out)
    except ModelsError as error:
        return fail(str(error), 2)
    columns = sum(len(feed.names) for feed in feeds)
    say(f"written to {folder}: {columns} columns of {', '.join(above)} beside its own")
    return 0
