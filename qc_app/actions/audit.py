"""The audit trail leaves the house: who took it is in it."""

from __future__ import annotations

import json
from datetime import datetime

from qc_app.access import Actor
from qc_app.actions.permission import authorise, record
from qc_app.store import Store


def export_audit(
    store: Store, actor: Actor, since: datetime | None = None, until: datetime | None = None, reason: str = ""
) -> bytes:
    """Return the trail, or a part of it by time, as lines of JSON; the export is itself recorded first.

    Every line holds its digest: with a later `qc audit verify --known DIGEST` it shows whether the trail that is
    there then still contains what was exported.

    Raises
    ------
    NotAllowed
        Below administrator.
    """
    authorise(store, actor, "export_audit", "audit trail", reason)
    stretch = {"since": since.isoformat() if since else "", "until": until.isoformat() if until else ""}
    record(store, actor, "export_audit", "audit trail", reason=reason, detail=stretch)
    lines = []
    for link in store.journal.audit.list():
        if (since is None or link.at >= since) and (until is None or link.at < until):
            told = {name: getattr(link, name) for name in link.__dataclass_fields__}
            lines.append(json.dumps({**told, "at": link.at.isoformat()}, ensure_ascii=True))
    return ("\n".join(lines) + "\n").encode("ascii") if lines else b""
