"""Settings of a Kafka source."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from data_connectors.errors import DefinitionError
from data_connectors.live.options import LIVE_KEYS, SPOOL_MB
from data_connectors.references import is_reference, resolved
from data_connectors.schema import Source
from data_connectors.settings_keys import require_known, setting

_MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of a Kafka source.

    Parameters
    ----------
    servers : str
        ``host:port``, several with commas.
    topic : str
        Whose messages are read.
    group : str
        Under which our offsets show in the cluster's own tools; ours is the checkpoint, theirs is never asked.
    begin : {'earliest', 'latest'}
        Where the very first reading starts.
    tls : bool
        Encrypt the connection.
    ca_file, cert_file, key_file : str
        Whom to trust (empty: the system's list), and how we show who we are, where the cluster asks.
    username, password : str
        The password by reference: ``env:NAME`` or ``file:PATH``.
    mechanism : {'PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'}
    timeout_s : float
        For an answer of the cluster.
    payload : {'json', 'text'}
    records : str
        Path of the list of rows within a message; empty: the message is one row, or a list of rows.
    value_field, quality_field : str
        Where a message tells one value: the paths of the value and of its quality code.
    max_payload_kb : int
        A message larger than this goes to quarantine, shortened.
    allow_plain : bool
        Let a literal password pass (for trials only).
    """

    servers: str
    topic: str
    group: str = "qc"
    begin: str = "earliest"
    tls: bool = False
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    username: str = ""
    password: str = ""
    mechanism: str = "SCRAM-SHA-256"
    timeout_s: float = 10.0
    payload: str = "json"
    records: str = ""
    value_field: str = ""
    quality_field: str = ""
    max_payload_kb: int = 1_024
    allow_plain: bool = False

    @classmethod
    def of(cls, source: Source) -> Options:
        """Return the options that the plant definition gives `source`.

        Raises
        ------
        DefinitionError
            If one is unknown, missing, impossible, or a literal secret.
        """
        where = f"source {source.name!r}"
        require_known(source, dict.fromkeys([*(f.name for f in fields(cls)), *LIVE_KEYS]))
        defaults: dict[str, Any] = {f.name: f.default for f in fields(cls) if f.name not in {"servers", "topic"}}
        given = {key: setting(source, key, default) for key, default in defaults.items()}
        options = cls(setting(source, "servers", ""), setting(source, "topic", ""), **given)
        for key in ("servers", "topic"):
            if not getattr(options, key):
                raise DefinitionError(f"{where}: {key} is missing - give it in [sources.{source.name}]")
        options._check(where, setting(source, "spool_mb", SPOOL_MB))
        return options

    def _check(self, where: str, spool_mb: int) -> None:
        for key, choices in (
            ("begin", ("earliest", "latest")), ("payload", ("json", "text")), ("mechanism", _MECHANISMS),
        ):  # fmt: skip
            if getattr(self, key) not in choices:
                raise DefinitionError(f"{where}: {key} = {getattr(self, key)!r} - use one of {', '.join(choices)}")
        if not all(_is_address(one) for one in self.servers.split(",")):
            raise DefinitionError(f"{where}: servers = {self.servers!r} - write host:port, several with commas")
        if self.timeout_s <= 0 or not 1 <= self.max_payload_kb * 8 <= spool_mb * 1024:
            raise DefinitionError(f"{where}: timeout_s must be above 0, max_payload_kb fit into spool_mb eight times")
        if self.password and not is_reference(self.password) and not self.allow_plain:
            raise DefinitionError(
                f"{where}: a literal password stands in the plant definition - give password = 'env:NAME' or"
                " 'file:PATH' (allow_plain = true lets it pass for a trial)"
            )

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Hosts and ports."""
        pairs = [one.strip().rsplit(":", 1) for one in self.servers.split(",")]
        return [(host, int(port)) for host, port in pairs]

    def client(self, where: str) -> dict[str, Any]:
        """Return the settings of the client library, with the secret put in.

        Raises
        ------
        SourceRefused
            If a reference leads nowhere.
        """
        words: dict[str, Any] = {
            "bootstrap.servers": self.servers,
            "group.id": self.group,
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "auto.offset.reset": "error",
            "allow.auto.create.topics": False,
            "reconnect.backoff.max.ms": 60_000,
            "socket.keepalive.enable": True,
            "security.protocol": ("SASL_" if self.username else "") + ("SSL" if self.tls else "PLAINTEXT"),
            "log_level": 2,
        }
        files = {"ssl.ca.location": self.ca_file, "ssl.certificate.location": self.cert_file}
        words |= {key: path for key, path in (files | {"ssl.key.location": self.key_file}).items() if path}
        if self.username:
            secret = resolved(self.password, f"{where}: password") if self.password else ""
            words |= {"sasl.mechanism": self.mechanism, "sasl.username": self.username, "sasl.password": secret}
        return words


def _is_address(text: str) -> bool:
    host, _, port = text.strip().rpartition(":")
    return bool(host) and port.isdigit() and 0 < int(port) < 65_536
