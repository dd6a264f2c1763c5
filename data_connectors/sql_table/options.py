"""Settings of a table, and its address with the secrets put in."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from data_connectors.errors import DefinitionError
from data_connectors.references import is_reference, resolved
from data_connectors.schema import Source
from data_connectors.settings_keys import require_known, setting

_SECRET_KEYS = ("password", "passwd", "pwd", "secret", "token")


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of a table.

    Parameters
    ----------
    url : str
        SQLAlchemy's spelling, ``postgresql+psycopg://reader@host/db``; or a reference to all of it.
    password : str
        Reference to the password: ``env:NAME`` or ``file:PATH``.
    table, schema : str
        Of the table or view; an empty schema is the database's default.
    modified_column : str
        The column with the time (or running number) of the last change; without one the time column.
    lag_s : float
        How far before the last row the next reading begins, for rows that were committed late: in seconds, or in the
        column's own steps where it holds numbers.
    page_rows : int
        Rows of a batch.
    timeout_s : float
        How long the database may take over a statement, or over a connection.
    allow_plain : bool
        Let a literal password pass (for trials only).
    """

    url: str
    table: str
    password: str = ""
    schema: str = ""
    modified_column: str = ""
    lag_s: float = 60.0
    page_rows: int = 50_000
    timeout_s: float = 60.0
    allow_plain: bool = False

    @classmethod
    def of(cls, source: Source) -> Options:
        """Return the options that the plant definition gives `source`.

        Raises
        ------
        DefinitionError
            If one is unknown, missing, impossible, or a literal secret.
        """
        require_known(source, dict.fromkeys(cls.__slots__))
        for key in ("url", "table"):
            if not setting(source, key, ""):
                raise DefinitionError(f"source {source.name!r}: {key} is missing - give it in [sources.{source.name}]")
        options = cls(
            url=setting(source, "url", ""),
            table=setting(source, "table", ""),
            password=setting(source, "password", ""),
            schema=setting(source, "schema", ""),
            modified_column=setting(source, "modified_column", ""),
            lag_s=setting(source, "lag_s", 60.0),
            page_rows=setting(source, "page_rows", 50_000),
            timeout_s=setting(source, "timeout_s", 60.0),
            allow_plain=setting(source, "allow_plain", False),
        )
        options._refuse_literals(f"source {source.name!r}")
        return options

    def _refuse_literals(self, where: str) -> None:
        if self.lag_s < 0 or self.page_rows < 1 or self.timeout_s <= 0:
            raise DefinitionError(f"{where}: lag_s must not be negative, page_rows and timeout_s must be above 0")
        literal = bool(self.password) and not is_reference(self.password)
        if not is_reference(self.url):
            url = parsed(self.url, where)
            said = [str(url.password or ""), *(str(v) for k, v in url.query.items() if k.casefold() in _SECRET_KEYS)]
            literal = literal or any(text and not is_reference(text) for text in said)
        if literal and not self.allow_plain:
            raise DefinitionError(
                f"{where}: a literal password stands in the plant definition - give password = 'env:NAME' or"
                " 'file:PATH' (allow_plain = true lets it pass for a trial)"
            )

    def address(self, where: str) -> sa.URL:
        """Return the address with its secrets.

        Raises
        ------
        SourceRefused
            If a reference leads nowhere.
        """
        url = parsed(resolved(self.url, f"{where}: url"), where)
        password = self.password or str(url.password or "")
        return url.set(password=resolved(password, f"{where}: password")) if password else url


def parsed(text: str, where: str) -> sa.URL:
    """Read an address; the message of a broken one does not repeat it, for it may hold a secret."""
    try:
        return sa.make_url(text)
    except (ArgumentError, ValueError):
        raise DefinitionError(
            f"{where}: url cannot be read - write it like postgresql+psycopg://reader@host/db"
        ) from None
