"""Settings of a JSON service: where its rows stand, how it pages, how it is asked for what is new."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from data_connectors.errors import DefinitionError
from data_connectors.http import HTTP_KEYS
from data_connectors.names import listed, nearest
from data_connectors.schema import Source
from data_connectors.settings_keys import require_known, setting

PAGINGS = ("none", "offset", "page", "cursor", "next", "time")
SPELLINGS = ("iso", "epoch_s", "epoch_ms", "number")


@dataclass(frozen=True, slots=True)
class RestOptions:
    """Settings of a JSON service besides those of HTTP.

    Parameters
    ----------
    records : str
        Path of the list of rows within an answer, e.g. ``data.items``; empty: the answer is the list.
    params : str
        What every question carries, ``line=2&status=done``.
    paging : {"none", "offset", "page", "cursor", "next", "time"}
        One answer; from row number `place_param` on; page number `place_param` (from `first_page`); what stands at
        `place_field` is the next `place_param`; at `place_field` stands the next link; or from the time of the last
        row on (then rows come in the order of time).
    page_rows : int
        Rows of a page, as asked for in `limit_param`.
    limit_param, place_param, place_field : str
        See `paging`; empty where the service has none.
    first_page : int
        The number of the first page.
    since_param : str
        The parameter that asks for rows from a time (or running number) on; empty: all rows come every time.
    since_format : {"iso", "epoch_s", "epoch_ms", "number"}
        How it is spelt; ``number``: the modified field is a running number.
    modified_field : str
        The path of the time (or number) of a row's last change; empty: the time column.
    lag_s : float
        How far before the newest row the next reading begins: seconds, or steps of a running number.
    omits_nulls : bool
        Whether the service leaves out what has no value: fields that are not there are then empty.
    decimal : str
        The source's decimal sign, with which numbers are written as text.
    """

    records: str = ""
    params: str = ""
    paging: str = "none"
    page_rows: int = 1000
    limit_param: str = ""
    place_param: str = ""
    place_field: str = ""
    first_page: int = 1
    since_param: str = ""
    since_format: str = "iso"
    modified_field: str = ""
    lag_s: float = 60.0
    omits_nulls: bool = False
    decimal: str = "."

    @classmethod
    def of(cls, source: Source) -> RestOptions:
        """Return the options that the plant definition gives `source`.

        Raises
        ------
        DefinitionError
            If one is unknown, missing or impossible.
        """
        own = [key for key in cls.__slots__ if key != "decimal"]
        require_known(source, dict.fromkeys([*own, *HTTP_KEYS]))
        defaults = cls()
        options = cls(**{key: setting(source, key, getattr(defaults, key)) for key in own}, decimal=source.decimal)
        where = f"source {source.name!r}"
        for key, known in (("paging", PAGINGS), ("since_format", SPELLINGS)):
            _require_one_of(getattr(options, key), known, key, where)
        options._require_whole(where)
        return options

    @property
    def asked(self) -> list[tuple[str, str]]:
        """What every question carries."""
        return parse_qsl(self.params, keep_blank_values=True)

    def _require_whole(self, where: str) -> None:
        needed = {"offset": ["place_param", "limit_param"], "page": ["place_param"], "next": ["place_field"],
                  "cursor": ["place_param", "place_field"], "time": ["since_param", "limit_param"]}  # fmt: skip
        for key in needed.get(self.paging, ()):
            if not getattr(self, key):
                raise DefinitionError(f"{where}: paging = {self.paging!r} needs {key} - give it in the source")
        if self.page_rows < 2 or self.lag_s < 0:
            raise DefinitionError(f"{where}: page_rows must be at least 2, lag_s must not be negative")
        if self.params and not self.asked:
            raise DefinitionError(f"{where}: params = {self.params!r} - write params = 'line=2&status=done'")


def _require_one_of(given: str, known: tuple[str, ...], key: str, where: str) -> None:
    if given not in known:
        near = nearest(given, known)
        hint = f"did you mean {near!r}?" if near else f"use one of {listed(known)}"
        raise DefinitionError(f"{where}: {key} = {given!r} - {hint}")
