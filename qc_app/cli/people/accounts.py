"""Commands on accounts: who may come in, in which role."""

from __future__ import annotations

from typing import Annotated

import typer

from models.words import counted
from qc_app.access import ROLES, local_actor
from qc_app.actions import (
    add_display,
    add_user,
    disable_user,
    enable_user,
    remove_user,
    reset_user,
    set_role,
    sign_out_user,
)
from qc_app.cli.terminal import HOME, Home, Reason, opened, say, table
from qc_app.settings import Settings
from qc_app.views import accounts_table, local

users = typer.Typer(help="Accounts: who may come in, in which role. Needs QC_ROLE=administrator.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Name of the account.")]
RoleName = Annotated[str, typer.Argument(help=f"One of {', '.join(ROLES)}.")]
Why = Annotated[str, typer.Option("--reason", help="Why; it goes to the audit trail.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(users, name="users")


@users.command("list")
def list_users(home: Home = HOME) -> int:
    """List accounts with role, state and when they were last here."""
    with opened(home) as store:
        found = accounts_table(store)
    rows = [
        (a["name"], a["role"], a["kind"], a["state"], str(a["sessions"]), local(a["last_seen"], "UTC"))
        for a in found.iter_rows(named=True)
    ]
    if rows:
        table(
            counted(len(rows), "account"),
            {"name": "", "role": "", "by": "", "state": "", "in": "right", "last seen": ""},
            rows,
        )
    else:
        say("no account yet - `qc up` says how the first administrator signs in")
    return 0


@users.command("add")
def add(name: Name, role: RoleName, home: Home = HOME, reason: Reason = "") -> int:
    """Add a person and show their one-time code; with it they choose their own password."""
    with opened(home) as store:
        code = add_user(store, local_actor(), name, role, reason)
    say(f"{name} may sign in as {role} at {Settings.load(home).address}/password with the code {code} (for 24 hours)")
    return 0


@users.command("display")
def display(name: Name, home: Home = HOME, reason: Reason = "") -> int:
    """Add a screen on the wall, a viewer without a password, and show its link."""
    with opened(home) as store:
        token = add_display(store, local_actor(), name, reason)
    say(f"open this once on the screen, where it stays signed in: {Settings.load(home).address}/display?token={token}")
    say(f"whoever has the link sees what the screen sees; end it with `qc users remove {name} --reason ...`")
    return 0


@users.command("role")
def role(name: Name, new: RoleName, reason: Why, home: Home = HOME) -> int:
    """Give an account another role, from its next action on."""
    with opened(home) as store:
        say(set_role(store, local_actor(), name, new, reason))
    return 0


@users.command("disable")
def disable(name: Name, reason: Why, home: Home = HOME) -> int:
    """Close an account for now; whoever is in is out."""
    with opened(home) as store:
        say(disable_user(store, local_actor(), name, reason))
    return 0


@users.command("enable")
def enable(name: Name, home: Home = HOME, reason: Reason = "") -> int:
    """Open a closed account again, also one that waits after wrong passwords."""
    with opened(home) as store:
        say(enable_user(store, local_actor(), name, reason))
    return 0


@users.command("remove")
def remove(name: Name, reason: Why, home: Home = HOME) -> int:
    """Remove an account for good; whoever is in is out, and the name stays taken."""
    with opened(home) as store:
        say(remove_user(store, local_actor(), name, reason))
    return 0


@users.command("reset")
def reset(name: Name, home: Home = HOME, reason: Reason = "") -> int:
    """Replace a password by a one-time code; whoever is in is out."""
    with opened(home) as store:
        code = reset_user(store, local_actor(), name, reason)
    say(f"{name} chooses a new password at {Settings.load(home).address}/password with the code {code} (for 24 hours)")
    return 0


@users.command("signout")
def sign_out(name: Name, home: Home = HOME, reason: Reason = "") -> int:
    """End all sessions of an account."""
    with opened(home) as store:
        say(sign_out_user(store, local_actor(), name, reason))
    return 0
