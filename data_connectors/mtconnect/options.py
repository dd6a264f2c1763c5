"""Settings of an MTConnect agent as a source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from data_connectors.errors import DefinitionError
from data_connectors.http import HTTP_KEYS
from data_connectors.schema import Source
from data_connectors.settings_keys import require_known, setting


@dataclass(frozen=True, slots=True)
class MtOptions:
    """Settings of an agent besides those of HTTP.

    Parameters
    ----------
    device : str
        Name or UUID of the device; empty: all of the agent.
    path : str
        XPath of what is asked for, e.g. ``//Axes``; empty: everything.
    every_s : float
        How often the agent is asked; its buffer must hold what happens meanwhile, and in an outage.
    count : int
        Observations asked for at once.
    """

    device: str = ""
    path: str = ""
    every_s: float = 1.0
    count: int = 1000

    @classmethod
    def of(cls, source: Source, also: Iterable[str] = ()) -> MtOptions:
        """Return the options that the plant definition gives `source`; `also` are keys that others read.

        Raises
        ------
        DefinitionError
            If one is unknown or impossible.
        """
        require_known(source, dict.fromkeys([*cls.__slots__, *HTTP_KEYS, *also]))
        defaults = cls()
        options = cls(**{key: setting(source, key, getattr(defaults, key)) for key in cls.__slots__})
        if not options.every_s > 0 or options.count < 1:
            raise DefinitionError(f"source {source.name!r}: every_s must be above 0, count at least 1")
        if "/" in options.device or "?" in options.device:
            raise DefinitionError(f"source {source.name!r}: device = {options.device!r} is no name of a device")
        return options
