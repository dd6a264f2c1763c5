"""The first steps of `check` of a server asked over HTTP: the name, its address, the connection, TLS."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from data_connectors.base import Probe
from data_connectors.errors import ConnectorError, SourceRefused
from data_connectors.http.addresses import addresses
from data_connectors.http.options import HttpOptions
from data_connectors.http.session import Answer
from data_connectors.live.probing import offset_probe, reaches

#: How far a server's clock may be ahead before it is said to be wrong.
AHEAD = timedelta(minutes=5)
Step = tuple[str, Callable[[], str]]


def probed(options: HttpOptions, where: str, steps: list[Step]) -> list[Probe]:
    """Try name, TCP and TLS, then each further step; the first that fails ends the list.

    Parameters
    ----------
    options : HttpOptions
    where : str
        For messages.
    steps : list of (str, callable)
        A step's name, and what tries it: it returns what to say, or raises ConnectorError.
    """
    host, port = options.place
    try:
        addresses(host, port, where)
        tls = (lambda: options.tls(where)) if options.secure else None
        probes = reaches(host, port, tls)
    except ConnectorError as error:
        step = "address" if isinstance(error, SourceRefused) else "name"
        return [Probe(step, ok=False, message=str(error))]
    for name, attempt in steps:
        if not probes[-1].ok:
            break
        try:
            probes.append(Probe(name, ok=True, message=attempt()))
        except ConnectorError as error:
            probes.append(Probe(name, ok=False, message=str(error)))
    return probes


def clock(answer: Answer) -> str:
    """Say how far the server's clock is off, by the date of its answer."""
    if answer.date is None:
        return "the server does not tell its clock"
    return offset_probe(answer.date, datetime.now(UTC), AHEAD).message
