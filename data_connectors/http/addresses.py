"""Which addresses a plant definition may make this program reach: never the machine's own neighbourhood services.

Whoever may write a plant definition could else read from inside what the cloud's or the machine's metadata services
tell their own machine (server-side request forgery; OWASP ASVS 5.0, 1.3.6). Private networks are allowed: plants live
there. The environment variable QC_SOURCE_HOSTS, where set, names all that may be reached.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Sequence
from fnmatch import fnmatchcase

from data_connectors.errors import SourceRefused, SourceUnavailable

#: Names, patterns (``*.works.example``) or networks (``10.20.0.0/16``), with commas.
ALLOWED = "QC_SOURCE_HOSTS"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: Metadata services outside the link-local ranges: AWS over IPv6, Alibaba Cloud, Azure's virtual public address.
_METADATA = frozenset(map(ipaddress.ip_address, ("fd00:ec2::254", "100.100.100.200", "168.63.129.16")))


def refusal(address: Address) -> str | None:
    """Return why an address is never reached, or None.

    Examples
    --------
    >>> [refusal(ipaddress.ip_address(a)) for a in ("10.20.0.7", "169.254.169.254", "::ffff:169.254.169.254")]
    [None, 'it is a link-local address', 'it is a link-local address']
    """
    mapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    plain: Address = mapped or address
    if plain.is_link_local:
        return "it is a link-local address"
    if plain in _METADATA:
        return "it is a metadata service of a cloud"
    if plain.is_multicast or plain.is_unspecified or plain == ipaddress.ip_address("255.255.255.255"):
        return "it is no address of one machine"
    return None


def addresses(host: str, port: int, where: str) -> list[str]:
    """Return the addresses of a host, all of them such as may be reached.

    Parameters
    ----------
    host : str
    port : int
    where : str
        For messages.

    Raises
    ------
    SourceUnavailable
        If the name is not known now.
    SourceRefused
        If one of its addresses is never reached, or the host is not among those allowed.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise SourceUnavailable(f"{where}: the name {host!r} is not known ({error}) - check url and name server") from (
            error
        )
    there = list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))
    for address in map(ipaddress.ip_address, there):
        why = refusal(address)
        if why is not None:
            raise SourceRefused(f"{where}: {host} is {address}, which is never asked: {why} - check url")
    require_allowed(host, there, where)
    return there


def require_allowed(host: str, there: Sequence[str], where: str) -> None:
    """Raise SourceRefused where QC_SOURCE_HOSTS is set and names neither the host nor the networks of its addresses."""
    allowed = [entry.strip().casefold() for entry in os.environ.get(ALLOWED, "").split(",") if entry.strip()]
    if not allowed or any(fnmatchcase(host.casefold(), entry) for entry in allowed):
        return
    networks = [network for entry in allowed if (network := _network(entry)) is not None]
    if all(any(ipaddress.ip_address(address) in network for network in networks) for address in there):
        return
    raise SourceRefused(f"{where}: {host} is not among the hosts that may be asked - add it to {ALLOWED}, or check url")


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        return None
