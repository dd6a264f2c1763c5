"""A session on a server that can only read: connect step by step, say in the house's words what went wrong."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from asyncua import ua
from asyncua.client.client import Client
from asyncua.client.ua_client import UaClient, UaClientState
from asyncua.crypto import security_policies, uacrypto
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.uaerrors import UaError, UaStatusCodeError
from cryptography import x509

from data_connectors.errors import SourceRefused, SourceUnavailable
from data_connectors.names import listed
from data_connectors.opcua.options import Options
from data_connectors.opcua.values import aware
from data_connectors.pki import certificates
from data_connectors.references import resolved

#: The services that are ever asked for (OPC 10000-4); a request of any other kind does not leave this machine.
READING = frozenset({
    "CreateSessionRequest", "ActivateSessionRequest", "CloseSessionRequest", "GetEndpointsRequest", "BrowseRequest",
    "BrowseNextRequest", "ReadRequest", "HistoryReadRequest", "CreateSubscriptionRequest",
    "DeleteSubscriptionsRequest", "CreateMonitoredItemsRequest", "PublishRequest",
})  # fmt: skip
Told = Callable[[str, str], None]
_POLITE_S, _ROUGH_S = 2.0, 0.2
_BASE = "http://opcfoundation.org/UA/SecurityPolicy#"
_POLICIES: dict[str, type[security_policies.SecurityPolicy]] = {
    "Basic256Sha256": security_policies.SecurityPolicyBasic256Sha256,
    "Aes128-Sha256-RsaOaep": security_policies.SecurityPolicyAes128Sha256RsaOaep,
    "Aes256-Sha256-RsaPss": security_policies.SecurityPolicyAes256Sha256RsaPss,
}
_STARTED, _NOW, _NAMESPACES = (ua.NodeId(ua.Int32(i)) for i in (2257, 2258, 2255))


@dataclass(frozen=True, slots=True)
class Session:
    """An open session and what the server says of itself.

    Parameters
    ----------
    client : asyncua.Client
        Lets reading services through and no others.
    namespaces : tuple of str
        URIs by index, as they are now.
    started : datetime or None
        When the server began to run, by its own clock.
    ahead : timedelta
        How far the server's clock is ahead of ours.
    warnings : tuple of str
        What an engineer should know: certificates that run out, a clock that is off.
    """

    client: Client
    namespaces: tuple[str, ...]
    started: datetime | None
    ahead: timedelta
    warnings: tuple[str, ...] = ()

    @property
    def alive(self) -> bool:
        """Whether the connection stands, as far as this side knows."""
        return self.client.state is UaClientState.CONNECTED

    def server_now(self) -> datetime:
        """Return the present moment by the server's clock."""
        return datetime.now(UTC) + self.ahead

    async def read(
        self, nodes: list[ua.NodeId], attribute: AttributeIds = AttributeIds.Value, page: int = 500
    ) -> list[ua.DataValue]:
        """Read an attribute of many nodes, `page` a request; a node that is not there has a bad status."""
        pages = [nodes[i : i + page] for i in range(0, len(nodes), page)]
        read = [await self.client.uaclient.read_attributes(part, attribute) for part in pages]
        return [value for part in read for value in part]


def unheard(step: str, words: str) -> None:
    """Take what a step has to say where nobody wants to know."""


def reads(request: Any) -> bool:
    """Tell whether a request is of a service that changes nothing on the server."""
    return type(request).__name__ in READING


@asynccontextmanager
async def session(
    options: Options, where: str, told: Told = unheard, allowed: Callable[[Any], bool] = reads
) -> AsyncIterator[Session]:
    """Open a session that lets only `allowed` requests through, telling each step that went well, and close it again.

    Raises
    ------
    SourceUnavailable
        If the server cannot be reached, does not answer in time, or breaks off.
    SourceRefused
        If it, or its certificate, or our credentials are refused.
    """
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)  # what went wrong is said once, by us
    try:
        await _reached(options, told)
        client = _client(options, allowed)
        warnings = await _secured(client, options, where, told)
        await _signed_in(client, options, where, told)
        patience_s = _ROUGH_S
        try:
            yield await _facts(client, warnings)
            patience_s = _POLITE_S
        finally:
            await _closed(client, patience_s)
    except UaStatusCodeError as error:
        raise _refusal(error, options, where) from error
    except (OSError, TimeoutError, UaError) as error:
        raise SourceUnavailable(f"{where}: {options.url} {_trouble(error, options)}") from error


def _trouble(error: Exception, options: Options) -> str:
    """Say why there is no session, and what to do."""
    if isinstance(error, socket.gaierror):
        return f"cannot be found: {options.place[0]} is not known ({error.strerror}) - check url and name server"
    if isinstance(error, ConnectionRefusedError):
        return "refuses the connection - check the port, that the server runs, and the firewall"
    if isinstance(error, TimeoutError):
        return f"does not answer within {options.timeout_s:g} s - check that an OPC UA server runs there, and timeout_s"
    if isinstance(error, ConnectionError):
        return f"broke the connection off ({error}) - check that an OPC UA server runs there"
    return f"cannot be read now ({error or type(error).__name__}) - check that it runs and answers"


async def _reached(options: Options, told: Told) -> None:
    host, port = options.place
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    told("name", f"{host} has the address {found[0][4][0]}")
    _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), options.timeout_s)
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    told("tcp", f"port {port} is open")


def _client(options: Options, allowed: Callable[[Any], bool]) -> Client:
    client = Client(options.url, timeout=options.timeout_s, watchdog_intervall=options.keep_alive_s)
    client.name = client.description = "qc-app"
    client.application_uri = certificates.application_uri()
    client.product_uri = "urn:qc-app"
    _only(allowed, client.uaclient)
    return client


def _only(allowed: Callable[[Any], bool], transport: UaClient) -> None:
    """Let no other request pass: whatever the library can do, this session cannot."""
    send = transport._send_request  # noqa: SLF001 - the one place through which every request goes

    async def guarded(request: Any, *rest: Any, **named: Any) -> Any:
        if not allowed(request):
            raise SourceRefused(f"{type(request).__name__} is no reading service - this session only reads")
        return await send(request, *rest, **named)

    transport._send_request = guarded  # type: ignore[method-assign]  # noqa: SLF001


async def _secured(client: Client, options: Options, where: str, told: Told) -> tuple[str, ...]:
    """Choose the endpoint, check whose certificate it is, and load ours."""
    endpoints = await client.connect_and_get_server_endpoints()
    if not options.secure:
        told("channel", "INSECURE: neither signed nor encrypted (allow_insecure = true)")
        return ("the connection is neither signed nor encrypted",)
    endpoint = _endpoint(endpoints, options, where)
    server = x509.load_der_x509_certificate(_first(endpoint.ServerCertificate))
    told_uri = endpoint.Server.ApplicationUri or ""
    certificates.require_trusted(server, told_uri, options.server_uri, options.folder, where)
    own, key = certificates.own(options.folder)
    peer = uacrypto.CertProperties(_first(endpoint.ServerCertificate), extension="der")
    mode = ua.MessageSecurityMode[options.message_mode]
    await client.set_security(_POLICIES[options.security], str(own), str(key), server_certificate=peer, mode=mode)
    told("channel", f"{options.security}, {options.message_mode}; {certificates.described(server)}")
    now = datetime.now(UTC)
    found = (
        certificates.expiry(server, "the server's", now),
        certificates.expiry(certificates.loaded(own), "our", now),
    )
    return tuple(words for words in found if words)


def _first(der: bytes) -> bytes:
    """Return the first certificate of a chain: DER begins with 30 82 and its length in two bytes."""
    return der[: int.from_bytes(der[2:4], "big") + 4]


def _endpoint(endpoints: list[ua.EndpointDescription], options: Options, where: str) -> ua.EndpointDescription:
    uri = _BASE + options.security.replace("-", "_")
    for endpoint in endpoints:
        if endpoint.SecurityPolicyUri == uri and endpoint.SecurityMode.name == options.message_mode:
            return endpoint
    offered = sorted({f"{e.SecurityPolicyUri.rpartition('#')[2]} {e.SecurityMode.name}" for e in endpoints})
    raise SourceRefused(
        f"{where}: the server does not offer {options.security} {options.message_mode} (offers: {listed(offered)})"
        " - switch it on at the server, or choose another with security and message_mode"
    )


async def _signed_in(client: Client, options: Options, where: str, told: Told) -> None:
    if options.user:
        client.set_user(options.user)
        client.set_password(resolved(options.password, f"{where}: password"))
    await client.connect()
    told("auth", f"signed in as {options.user}" if options.user else "signed in without a name")


async def _facts(client: Client, warnings: tuple[str, ...]) -> Session:
    before = datetime.now(UTC)
    nodes = [_STARTED, _NOW, _NAMESPACES]
    started, now, names = await client.uaclient.read_attributes(nodes, AttributeIds.Value)
    ours = before + (datetime.now(UTC) - before) / 2
    theirs = aware(now.Value.Value if now.Value else None) or ours
    uris = tuple(names.Value.Value if names.Value and names.Value.Value else ())
    begun = aware(started.Value.Value if started.Value else None)
    return Session(client, uris, begun, theirs - ours, warnings)


async def _closed(client: Client, patience_s: float) -> None:
    """Sign out; a server that does not answer is left alone, and its socket is let go of without waiting for it."""
    protocol = client.uaclient.protocol
    with suppress(OSError, TimeoutError, UaError):
        await asyncio.wait_for(client.disconnect(), patience_s)
    client.disconnect_socket()
    if protocol is not None and protocol.transport is not None:
        protocol.transport.abort()
        await asyncio.sleep(0)


_THERE = "let it accept ours; `qc certificates list` shows file and SHA-256"
_WORDS = {
    "BadUserAccessDenied": "user or password are wrong, or lack the right - check user and password",
    "BadIdentityTokenInvalid": "user or password are wrong - check user and password",
    "BadIdentityTokenRejected": "user or password are wrong - check user and password",
    "BadCertificateUntrusted": f"the server does not trust our certificate - {_THERE}",
    "BadSecurityChecksFailed": f"the server does not trust our certificate - {_THERE}",
    "BadCertificateUseNotAllowed": f"the server refuses our certificate - {_THERE}",
    "BadCertificateUriInvalid": "the server refuses our certificate - delete own.der and own.pem, they are made anew",
    "BadCertificateTimeInvalid": "our certificate is not valid now - delete own.der and own.pem, they are made anew",
    "BadSecurityPolicyRejected": "the server does not offer this security - choose another",
}


def _refusal(error: UaStatusCodeError, options: Options, where: str) -> SourceRefused | SourceUnavailable:
    name = ua.StatusCode(ua.UInt32(error.code)).name
    if name in _WORDS:
        return SourceRefused(f"{where}: {options.url} refuses ({name}): {_WORDS[name]}")
    return SourceUnavailable(f"{where}: {options.url} cannot be read now ({name}) - check that it runs and answers")
