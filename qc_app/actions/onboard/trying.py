"""Trying a source that is not in the plant yet: nothing of it is changed, but it is asked from here."""

from __future__ import annotations

from data_connectors.base import Probe
from data_connectors.catalog import make_connector
from data_connectors.errors import ConnectorError
from data_connectors.schema import Source
from qc_app.access import Actor
from qc_app.actions.permission import authorise, record
from qc_app.errors import ActionError
from qc_app.store import Store

#: What is told but keeps nobody from going on.
_NOTES = ("clock",)


def try_source(store: Store, actor: Actor, source: Source) -> list[Probe]:
    """Try a source step by step, as `qc check` does: name, connection, sign-in, a value; return what each step said.

    Raises
    ------
    NotAllowed
        Below engineer.
    ActionError
        If a setting cannot be.
    """
    authorise(store, actor, "try_source", source.kind)
    try:
        connector = make_connector(source, store.clock.now)
        try:
            probes = connector.check()
        finally:
            connector.close()
    except ConnectorError as error:
        raise ActionError(str(error)) from None
    record(store, actor, "try_source", source.kind, reason="", detail={"steps": {p.step: p.ok for p in probes}})
    return probes


def stopped(probes: list[Probe]) -> Probe | None:
    """Return the step at which a source failed; a clock that is wrong stops nothing.

    Examples
    --------
    >>> stopped([Probe("tcp", True, "it answers"), Probe("clock", False, "an hour ahead")]) is None
    True
    """
    return next((p for p in probes if not p.ok and p.step not in _NOTES), None)
