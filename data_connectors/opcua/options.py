"""Settings of an OPC UA server as a source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from data_connectors.errors import DefinitionError
from data_connectors.names import listed, nearest
from data_connectors.references import is_reference
from data_connectors.schema import Source
from data_connectors.settings_keys import require_known, setting

#: Policies that count as safe (OPC 10000-7, 6.6); the older two rest on SHA-1 and PKCS#1 v1.5.
SAFE = ("Basic256Sha256", "Aes128-Sha256-RsaOaep", "Aes256-Sha256-RsaPss")
_BROKEN = ("Basic128Rsa15", "Basic256")


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of an OPC UA source.

    Parameters
    ----------
    url : str
        ``opc.tcp://host:4840/path``, without a user in it.
    namespace : str
        URI of the namespace of tags that name none.
    security : str
        ``Basic256Sha256``, ``Aes128-Sha256-RsaOaep`` or ``Aes256-Sha256-RsaPss``; or ``None`` with `allow_insecure`.
    message_mode : {"SignAndEncrypt", "Sign"}
    allow_insecure : bool
        Let a connection pass that is neither signed nor encrypted (for trials only).
    pki : str
        Folder with our certificate and the trust list, which ``qc certificates`` shows.
    server_uri : str
        The application URI that the server must have; empty: the one it tells, which its certificate must carry.
    user, password : str
        The password by reference (``env:NAME``, ``file:PATH``).
    allow_plain : bool
        Let a literal password pass (for trials only).
    way : {"subscribe", "poll"}
        Be told of changes, or read the current values every `every_s`.
    every_s : float
        Seconds between two messages of the server, or between two readings.
    sampling_s : float
        How often the server looks at a value; 0: as often as it can.
    queue : int
        Changes of one value that the server keeps between two messages.
    buffer : int
        Changes that wait here for the disk; what comes beyond is dropped, counted, and asked of the history.
    keep_alive_s : float
        A server without news says so this often; one that is silent twice as long counts as hung.
    timeout_s : float
        How long a request may take.
    max_age_s : float
        A value that the server has not confirmed for so long counts as stale, however sound the link; 0: never.
    history : bool
        Ask the server's history after every break.
    overlap_s : float
        How much older than the newest one a value may be when it comes: history is asked from so long before the mark.
    root : str
        Where browsing begins; empty: the Objects folder.
    """

    url: str
    namespace: str = ""
    security: str = "Basic256Sha256"
    message_mode: str = "SignAndEncrypt"
    allow_insecure: bool = False
    pki: str = ""
    server_uri: str = ""
    user: str = ""
    password: str = ""
    allow_plain: bool = False
    way: str = "subscribe"
    every_s: float = 1.0
    sampling_s: float = 0.0
    queue: int = 100
    buffer: int = 100_000
    keep_alive_s: float = 10.0
    timeout_s: float = 10.0
    max_age_s: float = 0.0
    history: bool = True
    overlap_s: float = 10.0
    root: str = ""

    @classmethod
    def of(cls, source: Source, also: Iterable[str] = ()) -> Options:
        """Return the options that the plant definition gives `source`; `also` are keys that others read.

        Raises
        ------
        DefinitionError
            If one is unknown, missing, impossible, unsafe, or a literal secret.
        """
        require_known(source, dict.fromkeys([*cls.__slots__, *also]))
        defaults = cls("")
        options = cls(**{key: setting(source, key, getattr(defaults, key)) for key in cls.__slots__})
        where = f"source {source.name!r}"
        options._require_address(where)
        options._require_safety(where)
        options._require_ranges(where)
        return options

    @property
    def secure(self) -> bool:
        """Whether the channel is signed at least."""
        return self.security != "None"

    @property
    def folder(self) -> Path:
        """The folder of certificates."""
        return Path(self.pki)

    @property
    def place(self) -> tuple[str, int]:
        """Host and port of the server."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or 4840

    def _require_address(self, where: str) -> None:
        parts = urlsplit(self.url)
        if parts.scheme != "opc.tcp" or not parts.hostname:
            raise DefinitionError(f"{where}: url = {self.url!r} is none of OPC UA - write url = 'opc.tcp://host:4840'")
        if "@" in parts.netloc:
            raise DefinitionError(f"{where}: the url holds a user - give user = '...' and password = 'env:NAME'")

    def _require_safety(self, where: str) -> None:
        if self.security in _BROKEN:
            raise DefinitionError(f"{where}: security = {self.security!r} is broken - use one of {listed(SAFE)}")
        if self.security not in (*SAFE, "None"):
            near = nearest(self.security, SAFE)
            hint = f"did you mean {near!r}?" if near else f"use one of {listed(SAFE)}"
            raise DefinitionError(f"{where}: security = {self.security!r} is not known - {hint}")
        if not self.secure and not self.allow_insecure:
            raise DefinitionError(
                f"{where}: security = 'None' lets anyone on the network read and forge values - use"
                f" security = {SAFE[0]!r}, or set allow_insecure = true for a trial"
            )
        if self.secure and not self.pki:
            raise DefinitionError(f"{where}: pki is missing - name the folder for our certificate and the trust list")
        if self.message_mode not in {"SignAndEncrypt", "Sign"}:
            raise DefinitionError(f"{where}: message_mode = {self.message_mode!r} - use 'SignAndEncrypt' or 'Sign'")
        if self.password and not is_reference(self.password) and not self.allow_plain:
            raise DefinitionError(
                f"{where}: a literal password stands in the plant definition - give password = 'env:NAME' or"
                " 'file:PATH' (allow_plain = true lets it pass for a trial)"
            )

    def _require_ranges(self, where: str) -> None:
        if self.way not in {"subscribe", "poll"}:
            raise DefinitionError(f"{where}: way = {self.way!r} - use 'subscribe' or 'poll'")
        for key in ("every_s", "keep_alive_s", "timeout_s", "queue", "buffer"):
            if not getattr(self, key) > 0:
                raise DefinitionError(f"{where}: {key} = {getattr(self, key)} - give a number above 0")
        for key in ("sampling_s", "max_age_s", "overlap_s"):
            if not getattr(self, key) >= 0:
                raise DefinitionError(f"{where}: {key} = {getattr(self, key)} - it must not be negative")
