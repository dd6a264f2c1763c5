"""Settings of an MQTT source."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from data_connectors.errors import DefinitionError
from data_connectors.live.options import LIVE_KEYS, SPOOL_MB
from data_connectors.references import is_reference
from data_connectors.schema import Source
from data_connectors.settings_keys import require_known, setting

#: MQTT's own limit of a packet's remaining length (MQTT 5.0, 2.1.4).
LARGEST_PAYLOAD = 268_435_455


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of an MQTT source.

    Parameters
    ----------
    host : str
        Of the broker.
    topics : tuple of str
        What to subscribe to; ``+`` and ``#`` stand for any level and any rest.
    port : int
        0: 8883 with TLS, else 1883.
    client_id : str
        Under which the broker keeps what comes while we are away; empty: one is made and kept beside the spool.
    protocol : {'5', '3.1.1'}
    tls : bool
        Encrypt the connection.
    ca_file, cert_file, key_file : str
        Whom to trust (empty: the system's list), and how we show who we are, where the broker asks.
    username, password : str
        The password by reference: ``env:NAME`` or ``file:PATH``.
    keepalive_s : int
        A broker that is silent for twice as long is gone.
    session_expiry_s : int
        How long the broker keeps our session while we are away (MQTT 5).
    payload : {'json', 'text'}
        What a message holds.
    records : str
        Path of the list of rows within a message; empty: the message is one row, or a list of rows.
    value_field, quality_field : str
        Where a message tells one value of its topic: the paths of the value and of its quality code.
    max_payload_kb : int
        A message larger than this goes to quarantine, shortened.
    allow_plain : bool
        Let a literal password pass (for trials only).
    """

    host: str
    topics: tuple[str, ...]
    port: int = 0
    client_id: str = ""
    protocol: str = "5"
    tls: bool = False
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    username: str = ""
    password: str = ""
    keepalive_s: int = 30
    session_expiry_s: int = 604_800
    payload: str = "json"
    records: str = ""
    value_field: str = ""
    quality_field: str = ""
    max_payload_kb: int = 1_024
    allow_plain: bool = False

    @classmethod
    def of(cls, source: Source, more: tuple[str, ...] = ()) -> Options:
        """Return the options that the plant definition gives `source`; `more` are keys of a kind on top.

        Raises
        ------
        DefinitionError
            If one is unknown, missing, impossible, or a literal secret.
        """
        where = f"source {source.name!r}"
        require_known(source, dict.fromkeys([*(f.name for f in fields(cls)), *LIVE_KEYS, *more]))
        defaults: dict[str, Any] = {f.name: f.default for f in fields(cls) if f.name not in {"host", "topics"}}
        given = {key: setting(source, key, default) for key, default in defaults.items()}
        options = cls(setting(source, "host", ""), topics_of(source), **given)
        if not options.host:
            raise DefinitionError(f"{where}: host is missing - give it in [sources.{source.name}]")
        options._check(where, setting(source, "spool_mb", SPOOL_MB))
        return options

    def _check(self, where: str, spool_mb: int) -> None:
        if self.protocol not in {"5", "3.1.1"}:
            raise DefinitionError(f"{where}: protocol = {self.protocol!r} - use '5' or '3.1.1'")
        if self.payload not in {"json", "text"}:
            raise DefinitionError(f"{where}: payload = {self.payload!r} - use 'json' or 'text'")
        if not (0 <= self.port < 65_536 and self.keepalive_s >= 1 and self.session_expiry_s >= 1):
            raise DefinitionError(f"{where}: port, keepalive_s or session_expiry_s is out of range - correct it")
        if not 1 <= self.max_payload_kb <= LARGEST_PAYLOAD // 1024:
            raise DefinitionError(f"{where}: max_payload_kb must be within 1..{LARGEST_PAYLOAD // 1024}, MQTT's limit")
        if self.max_payload_kb * 8 > spool_mb * 1024:
            raise DefinitionError(
                f"{where}: spool_mb = {spool_mb} has no room for messages of max_payload_kb - raise it"
            )
        if self.password and not is_reference(self.password) and not self.allow_plain:
            raise DefinitionError(
                f"{where}: a literal password stands in the plant definition - give password = 'env:NAME' or"
                " 'file:PATH' (allow_plain = true lets it pass for a trial)"
            )

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        return self.host, self.port or (8883 if self.tls else 1883)


def topics_of(source: Source) -> tuple[str, ...]:
    """Return the topics of a source, a text or a list of texts.

    Raises
    ------
    DefinitionError
        If there are none, or a wildcard stands where MQTT does not allow it.

    Examples
    --------
    >>> topics_of(Source("line", "mqtt", "s", settings={"topics": "plant/+/temp"}))
    ('plant/+/temp',)
    >>> topics_of(Source("line", "mqtt", "s", settings={"topics": ["plant/#/temp"]}))
    Traceback (most recent call last):
        ...
    data_connectors.errors.DefinitionError: source 'line': topic 'plant/#/temp': # stands alone and last, + alone
    """
    given = source.settings.get("topics", ())
    found = [given] if isinstance(given, str) else given
    if not isinstance(found, list | tuple) or not found or not all(isinstance(t, str) and t for t in found):
        raise DefinitionError(f"source {source.name!r}: topics = {given!r} - give a topic or a list, e.g. 'plant/#'")
    for topic in found:
        levels = topic.split("/")
        lone = all(level in {"+", "#"} or not set(level) & {"+", "#"} for level in levels)
        if not lone or "#" in levels[:-1] or "\0" in topic:
            raise DefinitionError(f"source {source.name!r}: topic {topic!r}: # stands alone and last, + alone")
    return tuple(found)
