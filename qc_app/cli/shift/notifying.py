"""Commands on messages: try a route, see the outbox, send again."""

from __future__ import annotations

from typing import Annotated

import typer

from models.words import counted
from qc_app.access import local_actor
from qc_app.actions import resend_letters, try_route
from qc_app.cli.terminal import HOME, Home, Reason, opened, plant_of, say, table
from qc_app.views import local

SHOWN = 50
notify = typer.Typer(help="Messages that alarms send: routes are in the plant's definition.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(notify, name="notify")


@notify.command("test")
def trial(route: Annotated[str, typer.Argument(help="Name of the route.")], home: Home = HOME) -> int:
    """Send a trial message by one route, now, and say whether it arrived."""
    with opened(home) as store:
        say(try_route(store, local_actor(), route))
    return 0


@notify.command("list")
def outbox(home: Home = HOME) -> int:
    """List the newest messages: sent, waiting with the reason, given up."""
    with opened(home) as store:
        zone = plant_of(store).zone
        letters = store.journal.outbox.list(last=SHOWN)
    rows = [
        (str(one.id), one.route, one.state.replace("_", " "), str(one.tries), local(one.made, zone),
         local(one.sent, zone), one.title, one.problem)
        for one in letters
    ]  # fmt: skip
    sides = {
        "no": "right",
        "route": "",
        "state": "",
        "tries": "right",
        "written": "",
        "sent": "",
        "": "",
        "problem": "",
    }
    if rows:
        table(f"the newest {counted(len(rows), 'message')}", sides, rows)
    else:
        say("no message was ever written")
    return 0


@notify.command("resend")
def resend(home: Home = HOME, reason: Reason = "") -> int:
    """Let messages that were given up be sent again."""
    with opened(home) as store:
        say(resend_letters(store, local_actor(), reason))
    return 0
