"""Commands that run: up, scheduler, demo."""

from __future__ import annotations

import signal
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from qc_app.access import local_actor
from qc_app.actions import apply_plant
from qc_app.actions.access.signing import first_token
from qc_app.cli.serving.household import serve
from qc_app.cli.terminal import HOME, Home, fail, opened, plant_of, progress, say
from qc_app.demo.creation import create_demo
from qc_app.plant import Plant, render
from qc_app.schedule import run
from qc_app.settings import Settings
from qc_app.store import Store

Port = Annotated[
    int | None, typer.Option("--port", min=1, max=65535, help="Port of the dashboard; default: the settings, 8501.")
]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (up, demo, scheduler):
        app.command()(command)


def up(
    home: Home = HOME,
    port: Port = None,
    new: Annotated[
        str, typer.Option("--new", help="Name of a new plant without a stage yet; stages are added on the page.")
    ] = "",
    zone: Annotated[str, typer.Option("--zone", help="With --new: zone of its clocks, e.g. Europe/Berlin.")] = "UTC",
    *,
    no_browser: NoBrowser = False,
) -> int:
    """Run the scheduler and the dashboard until Ctrl-C."""
    founded(home, new, zone)
    settings = Settings.load(home)
    settings = settings.model_copy(update={"port": port or settings.port})
    with opened(home) as store:
        say(_way_in(settings, store))
    return serve(settings, settings.port, browser=not no_browser)


def founded(home: Path, new: str, zone: str) -> None:
    """Require that a home has a plant; with a name, an empty one is defined where there is none.

    Raises
    ------
    PlantError
        If there is none and none is named, or name or zone cannot be.
    StoreError
        If there is no such home, and no plant is named.
    """
    plant = Plant(new, zone) if new else None
    with opened(home, create=plant is not None) as store:
        if plant is not None and store.journal.plants.current() is None:
            apply_plant(store, local_actor(), render(plant), "a new plant", seen=0)
        plant_of(store)


def _way_in(settings: Settings, store: Store) -> str:
    """Say how one comes in."""
    if settings.sign_in == "open":
        who = local_actor()
        return f"no sign-in: whoever is at this machine acts as {who.name}, {who.role} (QC_USER, QC_ROLE)"
    if first := first_token(store):
        return f"nobody has an account yet: open {settings.address}/first with the token in {first}"
    return f"sign in at {settings.address}/sign-in; accounts: `qc users list`"


def demo(
    home: Home = Path("demo-home"),
    port: Port = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the simulated plant.")] = 1,
    weeks: Annotated[int, typer.Option("--weeks", help="Length of its history.")] = 6,
    speed: Annotated[float, typer.Option("--speed", help="Plant seconds a second.")] = 60.0,
    *,
    no_browser: NoBrowser = False,
    no_run: Annotated[bool, typer.Option("--no-run", help="Only set it up.")] = False,
) -> int:
    """Set up the simulated steel plant and run it; an existing one goes on."""
    if not (home / "clock.json").exists():
        with progress("setting up the simulated plant") as tell:
            made = create_demo(home, seed=seed, weeks=weeks, speed=speed, told=tell)
        say(f"simulated plant in {home}: {made.sentence}")
    return 0 if no_run else up(home, port, no_browser=no_browser)


def scheduler(home: Home = HOME) -> int:
    """Run the scheduler alone until it is told to stop (Ctrl-C, SIGTERM)."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with opened(home) as store:
        plant = plant_of(store)
        say(f"scheduler of {plant.name!r} in {store.home} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
        reason = run(store, stop)
    if reason:
        return fail(f"the scheduler ended: {reason}", 1)
    say("scheduler stopped")
    return 0
