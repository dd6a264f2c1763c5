"""Commands on the audit trail: list, verify, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from models.words import counted
from qc_app.access import local_actor
from qc_app.actions import export_audit
from qc_app.cli.terminal import HOME, Home, Reason, fail, opened, say, table
from qc_app.views import AuditSieve, audit_table, audit_verdict, local

audit = typer.Typer(help="The audit trail: who did what, when, from where and why.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(audit, name="audit")


@audit.command("list")
def list_audit(
    home: Home = HOME,
    who: Annotated[str, typer.Option("--who", help="Only of this person.")] = "",
    action: Annotated[str, typer.Option("--action", help="Only actions with this word.")] = "",
    text: Annotated[str, typer.Option("--text", help="Only entries with these words anywhere.")] = "",
    last: Annotated[int, typer.Option("--last", min=1, help="The newest so many.")] = 50,
) -> int:
    """List entries, the newest last."""
    with opened(home) as store:
        found = audit_table(store, AuditSieve(who=who, action=action, text=text), last=last)
    rows = [
        (
            str(a["id"]),
            local(a["at"], "UTC"),
            a["author"],
            a["role"],
            a["action"],
            a["subject"],
            a["reason"],
            a["place"],
        )
        for a in found.reverse().iter_rows(named=True)
    ]
    sides = dict.fromkeys(("no", "when (UTC)", "who", "role", "what", "on", "why", "from"), "")
    if rows:
        table(counted(len(rows), "entry"), sides, rows)
    else:
        say("no such entry")
    return 0


@audit.command("verify")
def verify(
    home: Home = HOME,
    known: Annotated[
        str, typer.Option("--known", help="A digest written down earlier; it must still be in the trail.")
    ] = "",
    against: Annotated[
        Path | None,
        typer.Option("--against", help="An earlier export; all its entries must still be there, unchanged."),
    ] = None,
) -> int:
    """Check that no entry was changed, removed, moved or cut off; exit code 1 if one was."""
    export = against.read_bytes() if against else b""
    with opened(home) as store:
        verdict = audit_verdict(store, known=known, export=export)
    if verdict.wrong:
        return fail(verdict.wrong, 1)
    say(verdict.sentence)
    return 0


@audit.command("export")
def export(
    out: Annotated[Path, typer.Option("--out", help="File to write: one entry a line, as JSON.")],
    home: Home = HOME,
    reason: Reason = "",
) -> int:
    """Write the whole trail to a file; that it was exported is in it. Needs QC_ROLE=administrator."""
    with opened(home) as store:
        data = export_audit(store, local_actor(), reason=reason)
        out.write_bytes(data)
        verdict = audit_verdict(store)
    written = counted(len(data.splitlines()), "entry")
    say(f"{written} in {out}; keep it, or the newest digest, where nobody here can change it")
    say(verdict.wrong or verdict.sentence)
    return 1 if verdict.wrong else 0
