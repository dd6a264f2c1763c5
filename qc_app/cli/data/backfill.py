"""The command that asks a source again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from qc_app.access import local_actor
from qc_app.actions import backfill as asked
from qc_app.cli.asking import wait_for
from qc_app.cli.data.sources import answered
from qc_app.cli.terminal import HOME, Home, Reason, opened, plant_of, progress, say
from qc_app.errors import AlreadyRunning, WrongUse
from qc_app.jobs.sources.backfill import Stretch, backfilled, rehearsed
from qc_app.schedule import lead


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(backfill)


def backfill(
    source: Annotated[str, typer.Argument(help="Name of the source.")],
    since: Annotated[str, typer.Option("--from", help="2026-03-01T06:00, by the plant's clocks, or with a zone.")],
    until: Annotated[str, typer.Option("--to", help="Likewise; not in it itself.")],
    home: Home = HOME,
    reason: Reason = "",
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would come; store nothing.")] = False,
) -> int:
    """Ask a source again for a stretch of time: what is new is stored and closes gaps, what is there stays once."""
    with opened(home) as store:
        plant, actor = plant_of(store), local_actor()
        stretch = Stretch(source, _moment(since, plant.zone), _moment(until, plant.zone), actor.name)
        if dry_run:
            with progress("backfill") as tell:
                tell(f"asking {source}", 0.0)
                words = rehearsed(store, plant, stretch)
            say(words)
            return 0
        request = asked(store, actor, source, stretch.since, stretch.until, reason=reason)
        try:
            with lead(store) as leader, progress("backfill") as tell:
                tell(f"asking {source}", 0.0)
                result = answered(store, request, lambda: backfilled(store, plant, stretch, leader.permit))
        except AlreadyRunning:
            return wait_for(store, request)
    say(result.sentence)
    return 0


def _moment(text: str, zone: str) -> datetime:
    """Return a time that a person wrote; without a zone it is the plant's.

    Examples
    --------
    >>> _moment("2026-03-01 06:00", "Europe/Berlin").isoformat(), _moment("2026-03-01T06:00Z", "UTC").isoformat()
    ('2026-03-01T05:00:00+00:00', '2026-03-01T06:00:00+00:00')
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise WrongUse(f"{text!r} is no time - write 2026-03-01T06:00") from None
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
