"""The dead man's switch as a command: for cron or a timer, so that somebody else than the scheduler looks."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

from models.words import counted
from qc_app.cli.terminal import HOME, Home, fail, opened, plant_of, say
from qc_app.jobs.monitoring.watchman import look_at_night, look_at_scheduler
from qc_app.notify import post
from qc_app.settings import Settings
from qc_app.views import night_account


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(watch)


def watch(home: Home = HOME) -> int:
    """Look whether a scheduler works and the night reported; if not, raise the alarm, tell the routes, exit with 1."""
    with opened(home) as store:
        plant = plant_of(store)
        silent = look_at_scheduler(store, plant, datetime.now(UTC))
        found = [*silent, *look_at_night(store, plant)]
        if silent:
            store.journal.alarms.advance(store.clock.now())
            done = post(store, plant, Settings.load(home).address)
            failed = f", {done.failed} could not be sent - see `qc notify list`" if done.failed else ""
            say(f"told in the scheduler's place: {counted(done.sent, 'message')} sent{failed}")
        night = night_account(store, plant, datetime.now(UTC))
    say(night.sentence)
    for condition in found:
        fail(condition.sentence, 1)
    return 1 if found else 0
