"""Settings of a PI historian as a source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from data_connectors.errors import DefinitionError
from data_connectors.http import HTTP_KEYS
from data_connectors.schema import Source
from data_connectors.settings_keys import require_known, setting

WAYS = ("recorded", "interpolated")


@dataclass(frozen=True, slots=True)
class PiOptions:
    """Settings of a PI historian besides those of HTTP.

    Parameters
    ----------
    server : str
        PI Data Archive of tags that name none.
    way : {"recorded", "interpolated"}
        The values that were archived, or values of a grid of `interval_s`.
    interval_s : float
        Of the grid.
    every_s : float
        How often the historian is asked.
    overlap_s : float
        Recorded: each time from so long before the newest on, because compression archives a value late. Interpolated:
        no nearer to now than this, because what is not archived yet is only guessed.
    begin : str
        ISO 8601 time with its zone from which a source that is new is read; empty: from now on.
    page_values : int
        Values of a tag asked for at once; the server has a limit of its own.
    slice_s : float
        Longest stretch of history asked for at once.
    tags_at_once : int
        Tags of one question.
    """

    server: str = ""
    way: str = "recorded"
    interval_s: float = 10.0
    every_s: float = 10.0
    overlap_s: float = 600.0
    begin: str = ""
    page_values: int = 1000
    slice_s: float = 3600.0
    tags_at_once: int = 20

    @classmethod
    def of(cls, source: Source, also: Iterable[str] = ()) -> PiOptions:
        """Return the options that the plant definition gives `source`; `also` are keys that others read.

        Raises
        ------
        DefinitionError
            If one is unknown or impossible.
        """
        require_known(source, dict.fromkeys([*cls.__slots__, *HTTP_KEYS, *also]))
        defaults = cls()
        options = cls(**{key: setting(source, key, getattr(defaults, key)) for key in cls.__slots__})
        options._require_sense(f"source {source.name!r}")
        return options

    @property
    def begins(self) -> datetime | None:
        """From when on a new source is read; None: from now."""
        return datetime.fromisoformat(self.begin) if self.begin else None

    def _require_sense(self, where: str) -> None:
        if self.way not in WAYS:
            raise DefinitionError(f"{where}: way = {self.way!r} - use 'recorded' or 'interpolated'")
        for key in ("interval_s", "every_s", "slice_s"):
            if not getattr(self, key) > 0:
                raise DefinitionError(f"{where}: {key} = {getattr(self, key)} - give a number above 0")
        if self.overlap_s < 0 or self.page_values < 2 or self.tags_at_once < 1:
            raise DefinitionError(
                f"{where}: overlap_s must not be negative, page_values must be at least 2, tags_at_once at least 1"
            )
        try:
            aware = self.begins is None or self.begins.tzinfo is not None
        except ValueError:
            aware = False
        if not aware:
            raise DefinitionError(f"{where}: begin = {self.begin!r} - write begin = '2026-01-01T00:00:00Z'")
