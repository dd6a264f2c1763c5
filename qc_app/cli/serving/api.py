"""The HTTP API on the command line: serve it, describe it, make and revoke tokens."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from models.words import counted
from qc_app.access import local_actor
from qc_app.actions import SCOPES, create_token, revoke_token
from qc_app.cli.serving.household import free_port
from qc_app.cli.terminal import HOME, Home, Reason, fail, opened, plant_of, say, table
from qc_app.logs import configure
from qc_app.settings import Settings

LOG = "api.log"
api = typer.Typer(help="Serve programs over HTTP; its commands make tokens.", invoke_without_command=True)
token = typer.Typer(help="Tokens: who may come in over HTTP, and for what.", no_args_is_help=True)
Bind = Annotated[str | None, typer.Option("--bind", help="Address; default: the settings, 127.0.0.1.")]
Port = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Default: the settings, 8700.")]
Name = Annotated[str, typer.Argument(help="What the program is called in the audit trail.")]
Role = Annotated[str, typer.Option("--role", help="The rights in which it acts: viewer, operator, ...")]
Scopes = Annotated[str, typer.Option("--scopes", help=f"By commas, of: {', '.join(SCOPES)}.")]
Days = Annotated[int, typer.Option("--days", help="Until it expires.")]
Rate = Annotated[int, typer.Option("--per-minute", help="Requests a minute.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    api.add_typer(token, name="token")
    app.add_typer(api, name="api")


@api.callback()
def serve_api(context: typer.Context, home: Home = HOME, bind: Bind = None, port: Port = None) -> int:
    """Serve until Ctrl-C; or run one of the commands."""
    if context.invoked_subcommand is not None:
        return 0
    from qc_app.api.serving import serve

    settings = Settings.load(home)
    here, number = bind or settings.api_bind, port or settings.api_port
    free_port(here, number)
    with opened(home) as store:
        plant_of(store)
        configure(store.home, settings.log_level, file=LOG)
        say(f"api: http://{here}:{number}/api/v1  (description: /api/v1/openapi.json; Ctrl-C stops it)")
        began = serve(store, here, number)
    return 0 if began else fail(f"the api could not begin - see {store.home / 'logs' / LOG}", 1)


@api.command("describe")
def describe() -> int:
    """Print the OpenAPI description, as GET /api/v1/openapi.json answers it."""
    from qc_app.api.app import described

    typer.echo(json.dumps(described(), indent=1, ensure_ascii=False))
    return 0


@token.command("create")
def create(  # noqa: PLR0917 - typer reads them as options
    name: Name,
    home: Home = HOME,
    role: Role = "operator",
    scopes: Scopes = "read,score",
    days: Days = 90,
    per_minute: Rate = 6000,
    reason: Reason = "",
) -> int:
    """Make a token and show it once; it is kept nowhere (role administrator)."""
    wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
    with opened(home) as store:
        made, shown = create_token(
            store, local_actor(), name, role=role, scopes=wanted, days=days, per_minute=per_minute, reason=reason
        )
    say(f"token {made.name!r}: role {made.role}, scopes {', '.join(made.scopes)}, until {made.expires:%Y-%m-%d}")
    typer.echo(shown)
    return 0


@token.command("list")
def list_tokens(home: Home = HOME) -> int:
    """List all tokens ever made; none shows its secret."""
    now = datetime.now(UTC)
    with opened(home) as store:
        found = store.journal.tokens.list()
    rows = [
        (t.name, t.state(now), t.role, ", ".join(t.scopes), _day(t.created), _day(t.expires), _moment(t.last_used),
         str(t.per_minute), t.author)
        for t in found
    ]  # fmt: skip
    sides = {"name": "", "state": "", "role": "", "scopes": "", "made": "", "expires": "", "last used (UTC)": "",
             "a minute": "right", "by": ""}  # fmt: skip
    if rows:
        table(counted(len(rows), "token"), sides, rows)
    else:
        say("no token - `qc api token create NAME` makes one")
    return 0


@token.command("revoke")
def revoke(name: Name, home: Home = HOME, reason: Reason = "") -> int:
    """Let a token no longer in, from the next second on (role administrator)."""
    with opened(home) as store:
        say(revoke_token(store, local_actor(), name, reason))
    return 0


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _moment(moment: datetime | None) -> str:
    return "never" if moment is None else f"{moment:%Y-%m-%d %H:%M}"
