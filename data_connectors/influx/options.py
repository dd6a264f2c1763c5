"""Settings of a measurement of an InfluxDB."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from data_connectors.errors import DefinitionError
from data_connectors.http import HTTP_KEYS
from data_connectors.names import listed, nearest
from data_connectors.schema import Source
from data_connectors.settings_keys import require_known, setting

DIALECTS = ("influxql", "flux", "sql")


@dataclass(frozen=True, slots=True)
class InfluxOptions:
    """Settings of a measurement besides those of HTTP.

    Parameters
    ----------
    measurement : str
        Whose points are read.
    dialect : {"influxql", "flux", "sql"}
        Of version 1, 2 and 3.
    database : str
        The database, or the bucket of version 2.
    org : str
        Of version 2.
    retention : str
        The retention policy of version 1; empty: the database's own.
    tags : str
        Only points with these tags, ``line=2&site=North``.
    page_rows : int
        Points asked for at once.
    lag_s : float
        How far before the newest point the next reading begins, for points that are written late.
    decimal : str
        The source's decimal sign, with which numbers are written as text.
    """

    measurement: str
    dialect: str = "influxql"
    database: str = ""
    org: str = ""
    retention: str = ""
    tags: str = ""
    page_rows: int = 10_000
    lag_s: float = 60.0
    decimal: str = "."

    @classmethod
    def of(cls, source: Source) -> InfluxOptions:
        """Return the options that the plant definition gives `source`.

        Raises
        ------
        DefinitionError
            If one is unknown, missing or impossible.
        """
        own = [key for key in cls.__slots__ if key != "decimal"]
        require_known(source, dict.fromkeys([*own, *HTTP_KEYS]))
        defaults = cls("")
        options = cls(**{key: setting(source, key, getattr(defaults, key)) for key in own}, decimal=source.decimal)
        options._require_whole(f"source {source.name!r}")
        return options

    @property
    def asked_tags(self) -> list[tuple[str, str]]:
        """The tags that points must have."""
        return parse_qsl(self.tags, keep_blank_values=True)

    def _require_whole(self, where: str) -> None:
        if self.dialect not in DIALECTS:
            near = nearest(self.dialect, DIALECTS)
            hint = f"did you mean {near!r}?" if near else f"use one of {listed(DIALECTS)}"
            raise DefinitionError(f"{where}: dialect = {self.dialect!r} - {hint}")
        for key in ("measurement", "database", *(["org"] if self.dialect == "flux" else [])):
            if not getattr(self, key):
                raise DefinitionError(f"{where}: {key} is missing - give it in the source")
        if self.page_rows < 2 or self.lag_s < 0:
            raise DefinitionError(f"{where}: page_rows must be at least 2, lag_s must not be negative")
        if self.tags and not self.asked_tags:
            raise DefinitionError(f"{where}: tags = {self.tags!r} - write tags = 'line=2&site=North'")
