"""Where things run: folder, databases, address. One file in the plant's folder, plus the environment."""

from __future__ import annotations

import difflib
import os
import tomllib
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from data_connectors.errors import SourceRefused
from data_connectors.references import is_reference, resolved
from qc_app.errors import SettingsError

FILE = "settings.toml"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
RoleName = Literal["viewer", "operator", "engineer", "approver", "administrator"]


class Oidc(BaseModel):
    """An identity provider that says who people are (OpenID Connect), and which of its groups have which role here.

    Parameters
    ----------
    metadata : str
        Address of its discovery document, which ends in ``/.well-known/openid-configuration``.
    client_id : str
    client_secret : str
        By reference: ``env:NAME`` or ``file:PATH``.
    roles : dict
        Group -> role. Who is in none of them does not come in.
    groups_claim : str
        Where the ID token tells groups.
    scope : str
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    metadata: str
    client_id: str
    client_secret: str = Field(repr=False)
    roles: dict[str, RoleName]
    groups_claim: str = "groups"
    scope: str = "openid profile email"

    @field_validator("metadata")
    @classmethod
    def _over_tls(cls, metadata: str) -> str:
        parts = urlsplit(metadata)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise ValueError("the provider must be reached by https")
        return metadata

    @field_validator("client_secret")
    @classmethod
    def _by_reference(cls, client_secret: str) -> str:
        if not is_reference(client_secret):
            raise ValueError("a literal secret - write env:NAME or file:PATH")
        return client_secret

    def secret(self) -> str:
        """Return what `client_secret` refers to.

        Raises
        ------
        SettingsError
            If the variable is not set or the file cannot be read.
        """
        try:
            return resolved(self.client_secret, f"{FILE}: oidc.client_secret")
        except SourceRefused as error:
            raise SettingsError(str(error)) from None


class Settings(BaseSettings):
    """Where a plant's program runs.

    Environment variables ``QC_HOME``, ``QC_DATABASE_URL``, ... win over ``settings.toml``.

    Parameters
    ----------
    home : Path
        The plant's folder.
    database_url : str or None
        The journal's database; default: SQLite in `home`.
    lake_url : str or None
        The lake's folder (a path or ``file://``); default: ``lake`` in `home`.
    bind : str
        Address of the dashboard.
    port : int
    log_level : str
    url : str
        Address under which people reach the dashboard, for links in messages; default: made of `bind` and `port`.
    certificates : tuple of Path
        Certificates (PEM) whose end is watched.
    backup_folder : Path or None
        Where the scheduler keeps a backup of each day, best on another disk; None: it takes none.
    backup_keep : int
        How many of them are kept.
    language : {"en", "de", "es", "zh"}
        Of what the program writes by itself, like the hand-over of a shift; pages speak what each person chose.
    sign_in : {"accounts", "open"}
        Who may come in: people with an account, or, on this machine alone (`bind` is a loopback address), anyone as the
        person of ``QC_USER`` and ``QC_ROLE``.
    oidc : Oidc or None
        An identity provider besides the accounts here.
    dual_control : bool
        Whether promotions, limits and the start of write-back need two persons.
    api : bool
        Whether `qc up` serves programs over HTTP as well.
    api_bind : str
    api_port : int

    Examples
    --------
    >>> Settings(home=Path("/srv/plant")).lake_root.as_posix()
    '/srv/plant/lake'
    """

    model_config = SettingsConfigDict(env_prefix="QC_", frozen=True, extra="forbid")

    home: Path = Path("plant-home")
    database_url: str | None = Field(default=None, repr=False)
    lake_url: str | None = None
    bind: str = "127.0.0.1"
    port: int = Field(default=8501, ge=1, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    url: str = ""
    certificates: tuple[Path, ...] = ()
    backup_folder: Path | None = None
    backup_keep: int = Field(default=7, ge=1)
    language: Literal["en", "de", "es", "zh"] = "en"
    sign_in: Literal["accounts", "open"] = "accounts"
    dual_control: bool = False
    api: bool = False
    api_bind: str = "127.0.0.1"
    api_port: int = Field(default=8700, ge=1, le=65535)
    oidc: Oidc | None = None

    @model_validator(mode="after")
    def _open_here_alone(self) -> Settings:
        if self.sign_in == "open" and self.bind not in LOOPBACK:
            raise ValueError(
                f"sign_in is open and the dashboard listens on {self.bind} - set sign_in to accounts, or listen here"
            )
        return self

    @property
    def hosts(self) -> list[str]:
        """Names under which a browser may ask for the dashboard; empty: any.

        Without a sign-in these are this machine's own: a web page elsewhere can let its name point here, and the
        browser would take its requests for ours (DNS rebinding).
        """
        if self.sign_in == "open" or self.url:
            return [*({urlsplit(self.url).hostname or ""} - {"", *LOOPBACK}), *sorted(LOOPBACK)]
        return []

    @property
    def address(self) -> str:
        """Where people reach the dashboard, without a slash at its end."""
        return (self.url or f"http://{self.bind}:{self.port}").rstrip("/")

    @property
    def lake_root(self) -> Path:
        """The lake's folder.

        Raises
        ------
        SettingsError
            If `lake_url` is not a local folder.
        """
        if self.lake_url is None:
            return self.home.absolute() / "lake"
        parts = urlsplit(self.lake_url)
        if parts.scheme not in {"", "file"}:
            raise SettingsError(f"lake_url {self.lake_url!r} is no local folder - write a path or file:///path")
        return Path(unquote(parts.path)).absolute()

    @classmethod
    def load(cls, home: Path) -> Settings:
        """Read the settings of a plant's folder; without a file there, the defaults.

        Raises
        ------
        SettingsError
            If the file is no TOML, has an unknown key (the nearest known one is named), a value of the wrong kind,
            or a password, which belongs in the environment.
        """
        path = Path(home) / FILE
        found = _read(path) if path.exists() else {}
        for key in found:
            if key not in cls.model_fields or key == "home":
                raise SettingsError(_unknown(key, path, [k for k in cls.model_fields if k != "home"]))
        if urlsplit(str(found.get("database_url", ""))).password:
            raise SettingsError(
                f"{path}: database_url holds a password - set QC_DATABASE_URL in the environment instead"
            )
        chosen = {key: value for key, value in found.items() if f"QC_{key.upper()}" not in os.environ}
        try:
            return cls(home=Path(home), **chosen)
        except ValidationError as error:
            raise SettingsError(_told(error, path)) from None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error} - correct it or move it away") from None


def _unknown(key: str, path: Path, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, 1, 0.5)
    return f"{path}: unknown key {key!r} - " + (f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}")


def _told(error: ValidationError, path: Path) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    key = str(first["loc"][0]) if first["loc"] else "settings"
    return f"{key} (in {path} or QC_{key.upper()}): {first['msg']} - correct it"
