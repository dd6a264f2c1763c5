"""The yardstick on the command line: ``qc bench``; its commands ``labels``, ``monitor``, ``speed``, ..."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from models.words import counted
from qc_app.cli.bench.api import answering
from qc_app.cli.bench.drift import prove_drift
from qc_app.cli.bench.gate import prove_gate
from qc_app.cli.bench.labels import compare_policies
from qc_app.cli.bench.likeness import compare_representations
from qc_app.cli.bench.load import load, pages
from qc_app.cli.bench.monitor import prove_monitoring
from qc_app.cli.bench.widen import widen_packs
from qc_app.cli.terminal import fail, progress, say, table
from qc_app.errors import SettingsError

if TYPE_CHECKING:
    from models.bench import Comparison, Result

bench = typer.Typer(
    help="Measure learners and peers on packs of real stages; its commands measure other parts.",
    invoke_without_command=True,
)

_JUDGED_SYNTHETIC = 12  # new stages a pack and seed: made-up stages are alike, more of them say little more
LEARNERS = "prior_mixture,portfolio"
FULL = "full"

Data = Annotated[Path | None, typer.Option("--data", help="Folder of packs (each: data.parquet, dataset.json).")]
Synthetic = Annotated[
    int | None,
    typer.Option("--synthetic", min=2, help="Instead of --data: made-up packs with so many stages to learn from."),
]
Learners = Annotated[str, typer.Option("--learners", help="Own learners, by commas; 'none' for peers alone.")]
Members = Annotated[bool, typer.Option("--members", help="The portfolio and each of its members as well.")]
Peers = Annotated[
    str, typer.Option("--peers", help="Peers by commas, 'all' or 'none'; peer_tabpfn, peer_tabicl say what they need.")
]
Protocols = Annotated[
    str,
    typer.Option(
        "--protocols", help="Of random, time, rolling, nightly, normal, normal_time, by commas; default: all."
    ),
]
Packs = Annotated[str, typer.Option("--packs", help="Only these packs, by commas; default: all in the folder.")]
Shots = Annotated[str, typer.Option("--shots", help="Numbers of labels, by commas, default 5,10,20,50.")]
Training = Annotated[
    str, typer.Option("--training", help="Learn from so many stages at most, sizes by commas, e.g. 3,5,10,all.")
]
Stages = Annotated[
    int | None, typer.Option("--stages", min=1, help="Judge at most so many new stages a pack and seed; default: all.")
]
Seeds = Annotated[int, typer.Option("--seeds", min=1, help="How often stages are drawn; three judge each stage once.")]
Workers = Annotated[int, typer.Option("--workers", min=1, help="Processes at a time.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the run that --out began: only what is missing.")]
Written = Annotated[Path | None, typer.Option("--out", help="Write settings, targets, summary and rows as JSON.")]
Against = Annotated[
    Path | None, typer.Option("--against", help="Compare with an earlier --out file, exam by exam, learner by learner.")
]
Drawn = Annotated[Path | None, typer.Option("--plot", help="Draw error over labels (PNG or SVG).")]
Html = Annotated[
    Path | None, typer.Option("--html", help="Write one page with targets, tables and charts; opens in any browser.")
]
Parts = Annotated[str, typer.Option("--parts", help="Of ingest, adapt, growth, loop, overview, by commas.")]
Quick = Annotated[bool, typer.Option("--quick", help="One seed, 10 labels (3 defects), three new stages a pack.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    bench.command("api")(answering)
    bench.command("labels")(compare_policies)
    bench.command("likeness")(compare_representations)
    bench.command("widen")(widen_packs)
    bench.command("monitor")(prove_monitoring)
    bench.command("drift")(prove_drift)
    bench.command("gate")(prove_gate)
    bench.command("load")(load)
    bench.command("pages")(pages)
    app.add_typer(bench, name="bench")


@bench.callback()
def measure(  # noqa: PLR0917 - typer reads them as options
    context: typer.Context,
    data: Data = None,
    synthetic: Synthetic = None,
    learners: Learners = LEARNERS,
    peers: Peers = "all",
    protocols: Protocols = "",
    packs: Packs = "",
    shots: Shots = "",
    training: Training = "all",
    most_stages: Stages = None,
    seeds: Seeds = 3,
    workers: Workers = 2,
    out: Written = None,
    against: Against = None,
    picture: Drawn = None,
    html: Html = None,
    *,
    members: Members = False,
    resume: Resume = False,
    quick: Quick = False,
) -> int:
    """Judge learners and peers on stages that no training has seen."""
    if context.invoked_subcommand is not None:
        return 0
    if (data is None) == (synthetic is None):
        wanted = "one of them" if data else "name it: qc bench --data DIR, or made-up ones: --synthetic 200"
        return fail(f"qc bench needs a folder of packs - {wanted} (see also `qc bench speed`)", 2)
    from models.bench import SHOTS, write_page

    earlier = None if against is None else _earlier(against)
    with _packs_in(data, synthetic) as folder:
        result = _measured(
            folder,
            learners=() if learners == "none" else _names(learners),
            members=members,
            peers=None if peers == "all" else () if peers == "none" else _names(peers),
            protocols=_names(protocols) or None,
            shots=_numbers(shots) or SHOTS,
            training=_sizes(training),
            most_stages=most_stages or (_JUDGED_SYNTHETIC if synthetic else None),
            seeds=seeds,
            packs=_names(packs) or None,
            quick=quick,
            workers=workers,
            out=out,
            resume=resume,
        )
    if isinstance(result, str):
        return fail(result, 2)
    _tell(result)
    comparison = None if earlier is None else _compared(result, earlier)
    _keep(result, out, picture)
    if html is not None:
        say(f"page: {write_page(result, html, comparison)}")
    say(f"{counted(len(result.rows), 'answer')} in {result.seconds:.0f} s")
    return 0


@contextmanager
def _packs_in(data: Path | None, synthetic: int | None) -> Iterator[Path]:
    """Name the folder of the packs; made-up ones are removed afterwards."""
    if data is not None:
        yield data
        return
    from models.bench import invent

    with tempfile.TemporaryDirectory(prefix="qc-bench-") as made:
        yield invent(made, -(-3 * (synthetic or 2) // 2))


def _measured(data: Path, **asked: Any) -> Result | str:
    """Run the bench with progress; return why not, if what was asked cannot be."""
    from models.bench import run
    from models.errors import ModelsError

    try:
        with progress("bench") as tell:
            return run(data, **asked, progress=lambda done, total, words: tell(words, done / total))
    except ModelsError as error:
        return str(error)
    except KeyboardInterrupt:
        if asked["out"] is not None:
            say(f"the cells done so far are kept beside {asked['out']}: the same command with --resume goes on")
        raise


def _tell(result: Result) -> None:
    from models.bench import report, sentences

    for found in report(result):
        table(found.title, {c: "" if i == 0 else "right" for i, c in enumerate(found.columns)}, list(found.rows))
        say("")
    for sentence in sentences(result):
        say(sentence)


def _earlier(path: Path) -> Result:
    """Read the earlier run before the new one is measured: a wrong name is said at once."""
    from models.bench import Result

    if not path.is_file():
        raise SettingsError(f"--against {path}: no such file - name one that `qc bench --out` wrote")
    return Result.from_json(path.read_text(encoding="utf-8"))


def _compared(result: Result, earlier: Result) -> Comparison | None:
    from models.bench import compare
    from models.errors import ModelsError

    try:
        found = compare(result, earlier)
    except ModelsError as error:
        say(f"no comparison: {error}")
        return None
    say("")
    for words in (*found.sentences(), found.scope):
        say(words)
    return found


def _keep(result: Result, out: Path | None, picture: Path | None) -> None:
    from models.bench import plot

    if out is not None:
        say(f"written to {out}")
    if picture is not None:
        say(f"drawn to {plot(result, picture)}")


@bench.command("speed")
def speed(
    size: Annotated[str, typer.Option("--size", help="How much is measured: full, small or tiny.")] = FULL,
    parts: Parts = "ingest,adapt,growth,loop,overview",
    out: Annotated[Path | None, typer.Option("--out", help="Write the figures as JSON.")] = None,
) -> int:
    """Time ingest, adaptation, meta-training, MAML, the overview; exit code 1 if a target is not met at full size."""
    from qc_app.speed import run_speed, speed_table

    with progress("speed") as tell:
        measured = run_speed(
            size, parts=_names(parts), progress=lambda words, done, total: tell(words, done / max(total, 1))
        )
    table("speed", {"what": "", "figures": "", "ratio": "right", "target": ""}, speed_table(measured))
    if out is not None:
        out.write_text(measured.to_json(), encoding="utf-8")
        say(f"written to {out}")
    if size != FULL:
        say(f"the targets are meant for --size {FULL}")
    return 0 if size != FULL or all(found.met for found in measured.speeds) else 1


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _numbers(text: str, option: str = "--shots") -> tuple[int, ...]:
    try:
        return tuple(int(name) for name in _names(text))
    except ValueError:
        raise SettingsError(f"{option} {text!r} - give whole numbers by commas, e.g. 5,10") from None


def _sizes(text: str) -> tuple[int | None, ...]:
    """Read sizes of the meta-training; `all` is None."""
    return tuple(None if name == "all" else _numbers(name, "--training")[0] for name in _names(text)) or (None,)
