"""The yardstick on the command line: ``qc bench run`` and ``qc bench speed``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, cast

import typer

from qc_app.cli.terminal import fail, progress, say, table
from qc_app.errors import SettingsError

bench = typer.Typer(help="Measure learners and peers on packs of real stages.", invoke_without_command=True)

Data = Annotated[Path, typer.Option("--data", help="Folder of packs.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(bench, name="bench")


@bench.callback()
def measure(  # noqa: PLR0917 - typer reads them as options
    context: typer.Context,
    data: Data = Path("../shared/data"),
    learners: Annotated[str, typer.Option("--learners", help="Own learners, by commas.")] = "portfolio",
    peers: Annotated[str, typer.Option("--peers", help="Peers by commas, 'all' or 'none'.")] = "all",
    protocols: Annotated[str, typer.Option("--protocols", help="random, time, rolling.")] = "",
    packs: Annotated[str, typer.Option("--packs", help="Only these packs.")] = "",
    shots: Annotated[str, typer.Option("--shots", help="Numbers of labels, e.g. 5,10.")] = "",
    most_training: Annotated[int | None, typer.Option("--training-stages", help="Learn from so many at most.")] = None,
    seeds: Annotated[int, typer.Option("--seeds", help="How often stages are drawn.")] = 3,
    workers: Annotated[int, typer.Option("--workers", help="Processes.")] = 2,
    out: Annotated[Path | None, typer.Option("--out", help="Write settings and rows as JSON.")] = None,
    picture: Annotated[Path | None, typer.Option("--plot", help="Draw error over labels (PNG or SVG).")] = None,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="One seed, 10 labels, few stages.")] = False,
) -> int:
    """Judge learners and peers on stages that no training has seen."""
    if context.invoked_subcommand is not None:
        return 0
    from models.bench import SHOTS, plot, report, run, summary
    from models.errors import ModelsError

    try:
        with progress("bench") as tell:
            result = run(
                data,
                learners=_names(learners),
                peers=None if peers == "all" else () if peers == "none" else _names(peers),
                protocols=cast("Any", _names(protocols)) or None,
                shots=_numbers(shots) or SHOTS,
                most_training=most_training,
                seeds=seeds,
                packs=_names(packs) or None,
                quick=quick,
                workers=workers,
                progress=lambda done, total, words: tell(words, done / total),
            )
    except ModelsError as error:
        return fail(str(error), 2)
    for found in report(result):
        table(found.title, {c: "" if i == 0 else "right" for i, c in enumerate(found.columns)}, list(found.rows))
    if out is not None:
        out.write_text(result.to_json(summary(result)), encoding="utf-8")
        say(f"written to {out}")
    if picture is not None:
        say(f"drawn to {plot(result, picture)}")
    say(f"{len(result.rows)} answers in {result.seconds:.0f} s")
    return 0


@bench.command("speed")
def speed(
    size: Annotated[str, typer.Option("--size", help="full, small or tiny.")] = "full",
    parts: Annotated[str, typer.Option("--parts", help="ingest, adapt, overview.")] = "ingest,adapt,overview",
    out: Annotated[Path | None, typer.Option("--out", help="Write the figures as JSON.")] = None,
) -> int:
    """Time ingest, adaptation and the overview on this machine, against what they are built on."""
    from qc_app.speed import run_speed, speed_table

    with progress("speed") as tell:
        measured = run_speed(
            size, parts=_names(parts), progress=lambda words, done, total: tell(words, done / max(total, 1))
        )
    table("speed", {"what": "", "figures": "", "ratio": "right", "target": ""}, speed_table(measured))
    if out is not None:
        out.write_text(measured.to_json(), encoding="utf-8")
        say(f"written to {out}")
    return 0 if all(found.met for found in measured.speeds) else 1


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(name) for name in _names(text))
    except ValueError:
        raise SettingsError(f"--shots {text!r} - give numbers of labels by commas, e.g. 5,10") from None
