"""The kinds of sources: name -> class, imported when first used; third parties add theirs by entry point.

A package adds a kind with ``[project.entry-points."qc_app.connectors"]`` ``kind = "package.module:Class"``; the class
takes ``(source, now)`` and is a :class:`~data_connectors.base.Connector`. `check_connector` says whether it behaves.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from data_connectors.base import Connector
from data_connectors.errors import DefinitionError, SourceRefused
from data_connectors.names import listed, nearest
from data_connectors.schema import Source

GROUP = "qc_app.connectors"

_OWN = {
    "file_folder": "data_connectors.file_folder:FileFolder",
    "influx": "data_connectors.influx:Influx",
    "kafka": "data_connectors.kafka:Kafka",
    "modbus": "data_connectors.modbus:Modbus",
    "mqtt": "data_connectors.mqtt:Mqtt",
    "mtconnect": "data_connectors.mtconnect:MtConnect",
    "opcua": "data_connectors.opcua:OpcUa",
    "pi_web_api": "data_connectors.pi_web_api:PiWebApi",
    "rest": "data_connectors.rest:Rest",
    "sparkplug": "data_connectors.sparkplug:Sparkplug",
    "sql_table": "data_connectors.sql_table:SqlTable",
    "synthetic": "data_connectors.synthetic:SyntheticConnector",
}


def _found() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP) if point.name not in _OWN}


def kinds() -> list[str]:
    """List the kinds there are.

    Examples
    --------
    >>> "file_folder" in kinds()
    True
    """
    return sorted({*_OWN, *_found()})


def connector_class(kind: str) -> Callable[..., Connector]:
    """Return the class of a kind.

    Raises
    ------
    DefinitionError
        If there is no such kind, naming the nearest.
    SourceRefused
        If the kind needs a library that is not installed.

    Examples
    --------
    >>> connector_class("file_foldr")
    Traceback (most recent call last):
        ...
    data_connectors.errors.DefinitionError: there is no kind of source 'file_foldr' - did you mean 'file_folder'?
    """
    try:
        if kind in _OWN:
            module, name = _OWN[kind].split(":")
            found: Any = getattr(import_module(module), name)
        elif kind in (points := _found()):
            found = points[kind].load()
        else:
            raise _unknown(kind)
    except ImportError as error:
        raise SourceRefused(f"kind {kind!r} needs {error.name or error} - install it beside the application") from error
    return found  # type: ignore[no-any-return]


def _unknown(kind: str) -> DefinitionError:
    near = nearest(kind, kinds())
    hint = f"did you mean {near!r}?" if near else f"there are: {listed(kinds())}"
    return DefinitionError(f"there is no kind of source {kind!r} - {hint}")


def make_connector(source: Source, now: Callable[[], datetime], spool: Path | None = None) -> Connector:
    """Make the connector of a source.

    Parameters
    ----------
    source : Source
        Its kind chooses the class, which checks its settings.
    now : callable
        The present moment, aware.
    spool : Path, optional
        The folder in which a live source of this name keeps what it hears; without it, it can only be looked at.
        Kinds that are asked do not get it.

    Raises
    ------
    DefinitionError
        If the kind or a setting is not known, naming the nearest.
    """
    made = connector_class(source.kind)
    return made(source, now, spool) if is_live(source.kind) else made(source, now)


def is_live(kind: str) -> bool:
    """Tell whether a kind is told instead of asking, and so needs a listener.

    Examples
    --------
    >>> is_live("file_folder")
    False
    """
    return bool(getattr(connector_class(kind), "live", False))
