"""``qc replay``: play packs of real stages through the product."""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from models.bench.packs import PackError, folders
from models.words import counted
from qc_app.cli.terminal import fail, out, progress, say, table
from qc_app.replay import Replayed, Summary, replay, summarize


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("replay")(play)


def play(  # noqa: PLR0917 - typer reads them as options
    packs: Annotated[Path, typer.Argument(help="A pack, or a folder of packs.")],
    home: Annotated[Path | None, typer.Option("--home", help="Keep the plants made of them here.")] = None,
    labels_per_night: Annotated[
        int, typer.Option("--labels-per-night", min=0, help="Results that arrive each night.")
    ] = 5,
    nights_per_stage: Annotated[int, typer.Option("--nights-per-stage", min=1, help="Nights to play.")] = 6,
    seed: Annotated[int, typer.Option("--seed", help="Which units are labelled.")] = 0,
    target: Annotated[Path | None, typer.Option("--out", help="Write every row as JSON.")] = None,
    *,
    quiet: Annotated[bool, typer.Option("--quiet", help="Only the summary.")] = False,
) -> int:
    """Play real stages night by night, each judged on units that no job has seen."""
    try:
        found = folders(packs)
    except PackError as error:
        return fail(str(error), 2)
    results: list[Replayed] = []
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="qc-replay-") as scratch, progress("replay") as tell:
        for i, folder in enumerate(found):
            place = (home or Path(scratch)) / folder.name
            results.append(
                replay(
                    folder,
                    place,
                    labels_per_night=labels_per_night,
                    nights_per_stage=nights_per_stage,
                    seed=seed,
                    told=lambda words, share, i=i: tell(words, (i + share) / len(found)),  # type: ignore[misc]
                )
            )
    summaries = summarize([night for result in results for night in result.nights])
    if not quiet:
        _nights(results)
    _told(results, summaries, time.monotonic() - began)
    if target is not None:
        target.write_text(json.dumps(_data(results, summaries), indent=1, allow_nan=False), encoding="utf-8")
        say(f"written to {target}")
    return 0 if all(c.balanced for result in results for c in result.sources) else 1


def _nights(results: list[Replayed]) -> None:
    heads = {"stage": "", "characteristic": "", "night": "right", "units": "right", "labels": "right", "verdict": "",
             "tier": "", "n": "right", "score": "right", "baseline": "right", "coverage": "right", "alarms": "right",
             "reason": ""}  # fmt: skip
    for result in results:
        rows = [
            (n.stage, n.characteristic, str(n.night + 1), str(n.units), str(n.labels), n.verdict, n.tier,
             str(n.champion_labels), _number(n.score), _number(n.baseline), _number(n.coverage), str(n.alarms),
             n.reason)
            for n in result.nights
        ]  # fmt: skip
        table(f"{result.pack}: after each night, on units still to come", heads, rows)


def _told(results: list[Replayed], summaries: list[Summary], seconds: float) -> None:
    heads = {"pack": "", "characteristic": "", "metric": "", "nights": "right", "champion": "right",
             "stage mean": "right", "better by": "right", "coverage": "right", "promoted": "right", "kept": "right",
             "undecided": "right"}  # fmt: skip
    rows = [
        (s.pack, s.characteristic, s.metric, str(s.nights), _number(s.score), _number(s.baseline),
         f"{s.better:+.1%}" if s.metric == "nrmse" else f"{s.better:+.3f}", _number(s.coverage), str(s.promoted),
         str(s.kept), str(s.undecided))
        for s in summaries
    ]  # fmt: skip
    table("champion and stage mean on later units (nrmse: lower is better; brier_skill: higher is better)", heads, rows)
    for result in results:
        totals = [sum(getattr(c.counts, name) for c in result.sources) for name in _COUNTS]
        offered = sum(c.offered for c in result.sources)
        words = ", ".join(f"{n} {name}" for name, n in zip(_COUNTS, totals, strict=True))
        unbalanced = [c.source for c in result.sources if not c.balanced]
        verdict = f"NOT balanced: {', '.join(unbalanced[:5])}" if unbalanced else "every source is balanced"
        say(f"{result.pack}: {offered} offered, {words}; {verdict}")
        for failure in result.failures[:5]:
            say(f"{result.pack}: {failure}")
    out.print(f"{counted(sum(len(r.nights) for r in results), 'row')} in {seconds:.0f} s", highlight=False)


_COUNTS = ("received", "new", "revisions", "duplicates", "quarantined")


def _data(results: list[Replayed], summaries: list[Summary]) -> dict[str, object]:
    return {
        "summary": [asdict(s) for s in summaries],
        "rows": [asdict(n) for result in results for n in result.nights],
        "conservation": [
            {"pack": result.pack, "source": c.source, "offered": c.offered, "balanced": c.balanced} | asdict(c.counts)
            for result in results
            for c in result.sources
        ],
        "failures": {result.pack: list(result.failures) for result in results if result.failures},
    }


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
