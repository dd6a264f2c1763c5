"""Deciding whom we believe: accepting and rejecting certificates of OPC UA servers."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from data_connectors.errors import ConnectorError
from data_connectors.pki.trust import Known, decide, known
from qc_app.access import Actor
from qc_app.actions.permission import authorise, current_plant, record
from qc_app.errors import ActionError
from qc_app.store import Store, trust_folders


def accept_certificate(store: Store, actor: Actor, thumbprint: str, reason: str = "", source: str = "") -> list[str]:
    """Trust a server's certificate from now on, in every folder in which it stands.

    Parameters
    ----------
    store : Store
    actor : Actor
    thumbprint : str
        SHA-256 in hexadecimal, or its beginning (eight digits at least).
    reason : str
        How it was compared, and with what; it goes to the audit trail.
    source : str
        Only for this source or write-back; empty: for all of them.

    Returns
    -------
    list of str
        What was done, a sentence a folder.

    Raises
    ------
    NotAllowed
        Below engineer.
    ActionError
        If no reason is given, or nothing or several certificates are called so.
    """
    authorise(store, actor, "accept_certificate", thumbprint, reason)
    return _decided(store, actor, thumbprint, "trusted", reason, source)


def reject_certificate(store: Store, actor: Actor, thumbprint: str, reason: str = "", source: str = "") -> list[str]:
    """Trust a certificate no more, or never; the next connection to its server is refused.

    Raises
    ------
    NotAllowed
        Below engineer.
    ActionError
        As `accept_certificate`.
    """
    authorise(store, actor, "reject_certificate", thumbprint, reason)
    return _decided(store, actor, thumbprint, "rejected", reason, source)


def _decided(  # noqa: PLR0917 - an action's own, and what it decides
    store: Store, actor: Actor, text: str, to: Literal["trusted", "rejected"], reason: str, source: str
) -> list[str]:
    folders = {f: w for f, w in trust_folders(store, current_plant(store)).items() if _of(source, w)}
    if not folders:
        none = f"source {source!r} has no" if source else "no source or write-back of OPC UA has a"
        raise ActionError(f"{none} folder of certificates - name one as pki in the plant definition")
    holding = {folder: whose for folder, whose in folders.items() if any(c.called(text) for c in known(folder))}
    found = {c.thumbprint for folder in holding for c in known(folder) if c.called(text)}
    if len(found) != 1:
        words = f"{len(found)} certificates begin with {text} - give more of it" if found else _none(text)
        raise ActionError(words)
    done = []
    for folder, whose in holding.items():
        certificate = _one(folder, text, to)
        detail = {"thumbprint": certificate.thumbprint, "subject": certificate.subject, "folder": str(folder)}
        record(store, actor, f"{'accept' if to == 'trusted' else 'reject'}_certificate", whose, reason=reason,
               detail=detail)  # fmt: skip
        done.append(f"{whose}: {certificate.subject} ({certificate.thumbprint}) is {to} now")
    return done


def _one(folder: Path, text: str, to: Literal["trusted", "rejected"]) -> Known:
    try:
        return decide(folder, text, to)
    except ConnectorError as error:
        raise ActionError(str(error)) from None


def _of(source: str, whose: str) -> bool:
    return not source or source in whose.split(", ")


def _none(text: str) -> str:
    return f"no certificate begins with {text!r} - `qc certificates list` shows them (give eight digits at least)"
