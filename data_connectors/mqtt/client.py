"""The MQTT client, made from settings: manual acknowledgement, persistent session, TLS that checks."""

from __future__ import annotations

import ssl
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from data_connectors.errors import SourceRefused
from data_connectors.mqtt.options import Options
from data_connectors.references import resolved

#: A broker sends at most so many messages that we have not acknowledged: they are what one forced write keeps.
IN_FLIGHT = 1_000
CONNECT_S = 10.0


def client_of(options: Options, client_id: str, where: str, *, lasting: bool) -> paho.Client:
    """Return a client that is not connected yet.

    Parameters
    ----------
    options : Options
    client_id : str
    where : str
        The source, for messages.
    lasting : bool
        Whether the broker keeps the session while we are away.

    Raises
    ------
    SourceRefused
        If a secret or a certificate cannot be read.
    """
    five = options.protocol == "5"
    client = paho.Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=None if five else not lasting,
        protocol=MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311,
        reconnect_on_failure=False,
        manual_ack=True,
    )
    client.connect_timeout = CONNECT_S
    if options.username:
        password = resolved(options.password, f"{where}: password") if options.password else None
        client.username_pw_set(options.username, password)
    if options.tls:
        client.tls_set_context(tls_context(options, where))
    return client


def tls_context(options: Options, where: str) -> ssl.SSLContext:
    """Return a context that checks the broker's certificate and name, and shows ours if there is one.

    Raises
    ------
    SourceRefused
        If a file cannot be read.
    """
    try:
        context = ssl.create_default_context(cafile=options.ca_file or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if options.cert_file:
            context.load_cert_chain(options.cert_file, options.key_file or None)
    except (OSError, ssl.SSLError) as error:
        raise SourceRefused(f"{where}: ca_file, cert_file or key_file cannot be used ({error}) - check it") from error
    return context


def connect_words(options: Options, *, lasting: bool) -> dict[str, Any]:
    """Return what `paho.Client.connect` is told besides the address."""
    words: dict[str, Any] = {"keepalive": options.keepalive_s}
    if options.protocol == "5":
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.ReceiveMaximum = IN_FLIGHT
        properties.SessionExpiryInterval = options.session_expiry_s if lasting else 0
        words |= {"clean_start": not lasting, "properties": properties}
    return words


def subscription(options: Options) -> list[tuple[str, Any]]:
    """Return the topics with QoS 1; MQTT 5 is told not to send retained values, which are not new."""
    if options.protocol == "5":
        wanted = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND)
        return [(topic, wanted) for topic in options.topics]
    return [(topic, 1) for topic in options.topics]
