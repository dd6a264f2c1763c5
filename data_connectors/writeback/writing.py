"""Writer: what tells messages to one place; loaded only for an outlet that is on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from importlib import import_module
from typing import Protocol

from data_connectors.errors import DefinitionError, SourceRefused
from data_connectors.schema import Source
from data_connectors.writeback.message import Message
from data_connectors.writeback.outlet import Outlet

_KINDS = {
    "opcua": "data_connectors.writeback.to_opcua:ToOpcUa",
    "mqtt": "data_connectors.writeback.to_mqtt:ToMqtt",
    "sql": "data_connectors.writeback.to_sql:ToSql",
    "file": "data_connectors.writeback.to_file:ToFile",
}


class Writer(Protocol):
    """Tells messages to one place."""

    def write(self, messages: Sequence[Message]) -> None:
        """Return once the place has taken them, in order.

        Raises SourceUnavailable (transient) or SourceRefused.
        """
        ...

    def beat(self, number: int, at: datetime) -> None:
        """Tell that we live: a number that goes up."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


def make_writer(outlet: Outlet) -> Writer:
    """Load what tells to an outlet's kind of place, and make it.

    Raises
    ------
    DefinitionError
        If the outlet is off, or a setting is wrong.
    SourceRefused
        If a library is not installed.
    """
    if not outlet.on:
        raise DefinitionError(f"write-back {outlet.name!r} is off - set on = true in [writeback.{outlet.name}]")
    module, name = _KINDS[outlet.kind].split(":")
    try:
        made: Callable[[Outlet], Writer] = getattr(import_module(module), name)
    except ImportError as error:
        raise SourceRefused(f"write-back {outlet.name!r} needs {error.name or error} - install it") from error
    return made(outlet)


def as_source(outlet: Outlet, **changed: object) -> Source:
    """Return the outlet's settings as those of a source, for the kinds that connect as their source does."""
    settings = {key: value for key, value in outlet.settings.items() if key not in changed}
    settings |= {key: value for key, value in changed.items() if value is not None}
    return Source(f"write-back {outlet.name}", outlet.kind, outlet.stage, settings=settings)


def text_setting(outlet: Outlet, key: str, cure: str) -> str:
    """Return a text that the kind cannot do without.

    Raises
    ------
    DefinitionError
        If it is not given.
    """
    given = outlet.settings.get(key)
    if not isinstance(given, str) or not given:
        raise DefinitionError(f"write-back {outlet.name!r}: {key} is missing - {cure}")
    return given
