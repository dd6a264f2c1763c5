"""Commands on certificates of OPC UA: which there are, accept one, reject one."""

from __future__ import annotations

from typing import Annotated

import typer

from models.words import counted
from qc_app.access import local_actor
from qc_app.actions import accept_certificate, reject_certificate
from qc_app.cli.terminal import HOME, Home, opened, plant_of, say, table
from qc_app.views.data.certificates import certificates_table

certificates = typer.Typer(help="Certificates of OPC UA servers, and ours.", no_args_is_help=True)
Thumbprint = Annotated[str, typer.Argument(help="SHA-256 of the certificate, or at least its first eight digits.")]
Source = Annotated[str, typer.Option("--source", help="Only for this source or write-back; else for all.")]
Why = Annotated[str, typer.Option("--reason", help="How it was compared; it goes to the audit trail.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(certificates, name="certificates")


@certificates.command("list")
def list_certificates(home: Home = HOME) -> int:
    """List ours, and those of servers that are trusted, wait for a decision, or were rejected."""
    with opened(home) as store:
        found = certificates_table(store, plant_of(store))
    if not found.height:
        say("there is no certificate: no source of OPC UA has connected yet")
        return 0
    head = {"used by": "", "state": "", "whose": "", "valid until": "", "left": "right"}
    until = [f"{t:%Y-%m-%d}" if t else "" for t in found["until"]]
    rows = zip(found["used_by"], found["state"], found["subject"], until, found["left"], strict=True)
    table(counted(found.height, "certificate"), head, list(rows))
    for state, thumb, path in found.select("state", "thumbprint", "path").iter_rows():
        say(f"  {state:8} SHA-256 {thumb or 'none'}  {path}")
    if "pending" in set(found["state"]):
        say("compare a pending one with what the server shows, then: qc certificates accept THUMBPRINT --reason ...")
    return 0


@certificates.command("accept")
def accept(thumbprint: Thumbprint, reason: Why, home: Home = HOME, source: Source = "") -> int:
    """Trust a server's certificate: its data are read from the next connection on."""
    with opened(home) as store:
        for sentence in accept_certificate(store, local_actor(), thumbprint, reason, source):
            say(sentence)
    return 0


@certificates.command("reject")
def reject(thumbprint: Thumbprint, reason: Why, home: Home = HOME, source: Source = "") -> int:
    """Trust a certificate no more, or never: its server is refused at the next connection."""
    with opened(home) as store:
        for sentence in reject_certificate(store, local_actor(), thumbprint, reason, source):
            say(sentence)
    return 0
