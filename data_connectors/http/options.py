"""Settings that every source has which is asked over HTTP."""

from __future__ import annotations

import base64
import re
import ssl
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from data_connectors.errors import DefinitionError, SourceRefused
from data_connectors.names import listed, nearest
from data_connectors.references import is_reference, resolved
from data_connectors.schema import Source
from data_connectors.settings_keys import setting

AUTHS = ("none", "basic", "bearer", "token", "header")
_SECRET_KEYS = ("password", "passwd", "pwd", "secret", "token", "apikey", "api_key", "key", "access_token")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_MOST_S = 3600.0
#: Somebody who tries a connection waits so long for an answer.
_LOOK_S = 10.0


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """How a server is reached and signed in to.

    Parameters
    ----------
    url : str
        ``https://host:port/base``, without a user and without secrets in it.
    auth : {"none", "basic", "bearer", "token", "header"}
        Basic: `user` and `password`; bearer, token: `token` after that word (InfluxDB says Token); header: `token`
        alone in the header called `header`.
    user, password, token : str
        The secrets by reference (``env:NAME``, ``file:PATH``).
    header : str
        Name of the header that carries the token.
    ca_file : str
        Certificates that are trusted; empty: those of the system.
    cert_file, key_file : str
        Our own certificate and key, where the server asks for one.
    timeout_s : float
        How long connecting may take, and silence within an answer; a whole answer may take ten times as long.
    retries : int
        How often a question is put again after a 5xx, 429, time-out or broken answer.
    max_mb : int
        Largest answer, unpacked.
    allow_insecure : bool
        Let secrets pass over plain HTTP (for trials only).
    allow_plain : bool
        Let a literal secret pass (for trials only).
    """

    url: str
    auth: str = "none"
    user: str = ""
    password: str = ""
    token: str = ""
    header: str = "Authorization"
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    timeout_s: float = 30.0
    retries: int = 3
    max_mb: int = 64
    allow_insecure: bool = False
    allow_plain: bool = False

    @classmethod
    def of(cls, source: Source) -> HttpOptions:
        """Return the options that the plant definition gives `source`.

        Raises
        ------
        DefinitionError
            If one is missing, impossible, unsafe, or a literal secret.
        """
        defaults = cls("")
        options = cls(**{key: setting(source, key, getattr(defaults, key)) for key in cls.__slots__})
        where = f"source {source.name!r}"
        options._require_address(where)
        options._require_auth(where)
        options._require_ranges(where)
        return options

    @property
    def secure(self) -> bool:
        """Whether the connection is encrypted."""
        return urlsplit(self.url).scheme == "https"

    @property
    def once(self) -> HttpOptions:
        """The same for somebody who waits for an answer: asked once, and not waited for long."""
        return replace(self, retries=0, timeout_s=min(self.timeout_s, _LOOK_S))

    @property
    def place(self) -> tuple[str, int]:
        """Host and port of the server."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or (443 if self.secure else 80)

    def _require_address(self, where: str) -> None:
        try:
            parts = urlsplit(self.url)
            good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            raise DefinitionError(f"{where}: url cannot be read - write url = 'https://host:port/path'") from None
        if "@" in parts.netloc:
            raise DefinitionError(f"{where}: the url holds a user - give auth, user and password = 'env:NAME'")
        if not good:
            raise DefinitionError(f"{where}: url = {self.url!r} - write url = 'https://host:port/path'")
        if any(key.casefold() in _SECRET_KEYS for key, _ in parse_qsl(parts.query)):
            raise DefinitionError(
                f"{where}: the url holds a secret - give auth = 'header', header = '...' and token = 'env:NAME'"
            )

    def _require_auth(self, where: str) -> None:
        if self.auth not in AUTHS:
            near = nearest(self.auth, AUTHS)
            hint = f"did you mean {near!r}?" if near else f"use one of {listed(AUTHS)}"
            raise DefinitionError(f"{where}: auth = {self.auth!r} is not known - {hint}")
        needed = {"basic": ("user", "password"), "bearer": ("token",), "token": ("token",), "header": ("token",)}
        for key in needed.get(self.auth, ()):
            if not getattr(self, key):
                raise DefinitionError(f"{where}: auth = {self.auth!r} needs {key} - give it in the source")
        if self.auth == "none" and (self.user or self.password or self.token):
            raise DefinitionError(f"{where}: a user, password or token without auth - set auth, e.g. auth = 'basic'")
        if not _HEADER_NAME.fullmatch(self.header):
            raise DefinitionError(f"{where}: header = {self.header!r} is no name of a header - e.g. 'X-Api-Key'")
        literal = [k for k in ("password", "token") if (v := getattr(self, k)) and not is_reference(v)]
        if literal and not self.allow_plain:
            raise DefinitionError(
                f"{where}: a literal {literal[0]} stands in the plant definition - give {literal[0]} = 'env:NAME' or"
                " 'file:PATH' (allow_plain = true lets it pass for a trial)"
            )
        if self.auth != "none" and not self.secure and not self.allow_insecure:
            raise DefinitionError(
                f"{where}: the {literal[0] if literal else 'secret'} would travel unencrypted - use https://, or set"
                " allow_insecure = true for a trial"
            )

    def _require_ranges(self, where: str) -> None:
        if not 0 < self.timeout_s <= _MOST_S:
            raise DefinitionError(f"{where}: timeout_s = {self.timeout_s} - give a number above 0, at most 3600")
        if self.retries < 0 or self.max_mb < 1:
            raise DefinitionError(f"{where}: retries must not be negative, max_mb must be at least 1")
        if bool(self.cert_file) != bool(self.key_file):
            raise DefinitionError(f"{where}: cert_file and key_file belong together - give both or neither")
        if (self.ca_file or self.cert_file) and not self.secure:
            raise DefinitionError(f"{where}: ca_file or cert_file without TLS - write url = 'https://...'")

    def headers(self, where: str) -> dict[str, str]:
        """Return the headers that sign in.

        Raises
        ------
        SourceRefused
            If a reference leads nowhere, or a secret cannot stand in a header.
        """
        if self.auth == "none":
            return {}
        secret = resolved(self.password if self.auth == "basic" else self.token, f"{where}: the secret")
        if self.auth == "basic":
            told = base64.b64encode(f"{self.user}:{secret}".encode()).decode()
            return {"Authorization": f"Basic {told}"}
        if not secret.isascii() or not secret.isprintable():
            raise SourceRefused(f"{where}: the token holds signs that no header may carry - check the reference")
        if self.auth == "header":
            return {self.header: secret}
        return {"Authorization": f"{self.auth.capitalize()} {secret}"}

    def tls(self, where: str) -> ssl.SSLContext:
        """Return what is trusted, and our own certificate.

        Raises
        ------
        SourceRefused
            If a file cannot be read or is no certificate.
        """
        try:
            context = ssl.create_default_context(cafile=self.ca_file or None)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            if self.cert_file:
                context.load_cert_chain(Path(self.cert_file), Path(self.key_file))
        except (OSError, ssl.SSLError) as error:
            said = getattr(error, "reason", None) or error.strerror or str(error)
            raise SourceRefused(f"{where}: a certificate cannot be used ({said}) - check ca_file, cert_file") from error
        return context


#: Keys of a source asked over HTTP besides those of its kind.
HTTP_KEYS = tuple(HttpOptions.__slots__)
