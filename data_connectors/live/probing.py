"""The first steps of every network check: the name, the connection, TLS; each a sentence that says what to do."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta

from data_connectors.base import Probe

CONNECT_S = 5.0


def reaches(host: str, port: int, tls: Callable[[], ssl.SSLContext] | None = None) -> list[Probe]:
    """Try name, TCP and TLS in this order; the first failed step ends the list.

    Parameters
    ----------
    host : str
    port : int
    tls : callable or None
        Returns the context; None: no TLS. May raise SourceRefused.
    """
    probes: list[Probe] = []
    try:
        address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4]
        probes.append(Probe("name", ok=True, message=f"{host} has the address {address[0]}"))
        with socket.create_connection((host, port), CONNECT_S) as connection:
            probes.append(Probe("tcp", ok=True, message=f"{host}:{port} accepts connections"))
            if tls is not None:
                with tls().wrap_socket(connection, server_hostname=host) as secured:
                    probes.append(Probe("tls", ok=True, message=f"{secured.version()}, certificate and name are right"))
    except socket.gaierror as error:
        return [Probe("name", ok=False, message=f"{host} is not known ({error.strerror}) - check host")]
    except ssl.SSLError as error:
        return [*probes, Probe("tls", ok=False, message=f"{host}:{port}: {_of_tls(error)}")]
    except OSError as error:
        words, step = _plain(error), "tls" if len(probes) > 1 else "tcp"
        return [*probes, Probe(step, ok=False, message=f"{host}:{port}: {words} - check port, server and firewall")]
    return probes


def _of_tls(error: ssl.SSLError) -> str:
    """Say why there is no secure connection, and what to do."""
    if isinstance(error, ssl.SSLCertVerificationError):
        why = error.verify_message.rstrip(".").lower()
        if "hostname" in why or "ip address" in why:
            return f"the certificate is of another name ({why}) - ask for it under the name that stands in it"
        if "expired" in why or "not yet" in why:
            return f"the certificate is not valid now ({why}) - renew it there, or set the clock of this machine"
        return f"the certificate is not trusted ({why}) - name the one that signed it in ca_file"
    words = (error.reason or str(error)).replace("_", " ").lower()
    return f"it speaks no TLS here ({words}) - check port and tls"


def _plain(error: OSError) -> str:
    return "no answer within 5 s" if isinstance(error, TimeoutError) else error.strerror or str(error)


def offset_probe(told: datetime | None, now: datetime, most: timedelta) -> Probe:
    """Compare a source's clock with ours.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> offset_probe(noon + timedelta(hours=1), noon, timedelta(minutes=5)).message
    "the source's clock is 3600 s ahead of ours - set one of the two; times so far ahead are not believed"
    """
    if told is None:
        return Probe("clock", ok=True, message="values carry no time of their own: the time of arrival is used")
    offset = (told - now).total_seconds()
    side = "ahead of" if offset > 0 else "behind"
    words = f"the source's clock is {abs(offset):.0f} s {side} ours"
    if offset > most.total_seconds():
        return Probe("clock", ok=False, message=f"{words} - set one of the two; times so far ahead are not believed")
    return Probe("clock", ok=True, message=words)
