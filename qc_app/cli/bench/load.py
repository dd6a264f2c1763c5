"""``qc bench load``, a whole plant under load, and ``qc bench pages``, what people wait for."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from models.words import counted
from qc_app.cli.terminal import fail, progress, say, table

Sized = Annotated[str, typer.Option("--size", help="Which plant: small, medium, large (or tiny, to try the command).")]
Seconds = Annotated[float, typer.Option("--seconds", min=2.0, help="Of steady running; the rest follows from it.")]
Profiles = Annotated[str, typer.Option("--profiles", help="Of steady, burst, outage, restart, night, by commas.")]
Feed = Annotated[str, typer.Option("--feed", help="mixed as the size says, or all by mqtt, opcua, table or folder.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write everything that was measured as JSON.")]
Keep = Annotated[Path | None, typer.Option("--keep", help="Work in this folder, new or empty, and leave it there.")]


def load(  # noqa: PLR0917 - options of a command
    size: Sized = "small",
    seconds: Seconds = 600.0,
    profiles: Profiles = "steady,burst,outage,restart,night",
    feed: Feed = "mixed",
    out: Out = None,
    keep: Keep = None,
) -> int:
    """Feed a plant, kill it, let it catch up and adapt meanwhile; exit code 1 if a target is missed."""
    from qc_app.load import load_table, run_load

    if keep is not None and keep.exists() and any(keep.iterdir()):
        return fail(f"--keep {keep} is not empty - name a new folder", 2)
    asked = tuple(name.strip() for name in profiles.split(",") if name.strip())
    with progress("load") as tell:
        run = run_load(size, seconds=seconds, profiles=asked, feed=feed, keep=keep, told=tell)
    rows = load_table(run)
    table(f"{size}: {run.size.stages} stages x {run.size.parameters}", {"profile": "", "figures": ""}, rows)
    for target in run.targets:
        say(f"{'met' if target.met else 'NOT met'}: {target.words}; found {target.found:.3g}")
    if feed == "mixed" and run.size.live and "mqtt" not in run.sources:
        say("no broker here (mosquitto and qc-app[mqtt] are needed): tables fed the live stages")
    say(f"load average before {run.busy['before']:.1f}, after {run.busy['after']:.1f}, bench included")
    if out is not None:
        out.write_text(run.to_json(), encoding="utf-8")
        say(f"written to {out}")
    return 0 if run.met else 1


def pages(
    stages: Annotated[int, typer.Option("--stages", min=1, help="Of the plant.")] = 1000,
    days: Annotated[int, typer.Option("--days", min=1, help="Of its past.")] = 90,
    out: Out = None,
    browser: Annotated[
        Path | None, typer.Option("--browser", help="Look with this Chromium, as a person does.")
    ] = None,
) -> int:
    """Draw the pages of a large plant with a past as ten people would; exit code 1 if a target is missed."""
    from qc_app.load.browsing import run_browsing
    from qc_app.load.pages import run_pages

    with tempfile.TemporaryDirectory(prefix="qc-pages-") as made, progress("pages") as tell:
        home = Path(made) / "home"
        if browser is None:
            run = run_pages(home, stages=stages, days=days, told=tell)
        else:
            run = run_browsing(home, browser, _dashboard, stages=stages, days=days, told=tell)
    sides = {"page": "", "drawn": "right", "median": "right", "worst": "right", "processor": "right"}
    table(f"{stages:,} {'stage' if stages == 1 else 'stages'}, {counted(days, 'day')}", sides, run.rows())
    for target in run.targets:
        say(f"{'met' if target.met else 'NOT met'}: {target.words}; found {target.found:.3g}")
    say(f"load average {run.busy:.1f}, bench included")
    if out is not None:
        out.write_text(run.to_json(), encoding="utf-8")
        say(f"written to {out}")
    return 0 if all(target.met for target in run.targets) else 1


def _dashboard(home: Path, port: int) -> tuple[list[str], dict[str, str]]:
    """Return the command and environment that serve the dashboard of a home, as `qc up` does."""
    from qc_app.dashboard.launch import launch_command, launch_environment

    return launch_command(home, port=port), launch_environment(home)
