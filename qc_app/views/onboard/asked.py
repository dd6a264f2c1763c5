"""What a form asks of a person about a source: its kinds, the settings of one, and the source that they make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data_connectors.catalog import kinds
from data_connectors.errors import ConnectorError, DefinitionError
from data_connectors.offered import Offered, given, offered
from data_connectors.schema import Source
from qc_app.errors import ActionError
from qc_app.language import later, tr

_CALLED = {
    "opcua": later("OPC UA server"),
    "mqtt": later("MQTT broker"),
    "sparkplug": later("Sparkplug B on MQTT"),
    "modbus": later("Modbus device"),
    "rest": later("JSON service (REST)"),
    "influx": later("InfluxDB"),
    "pi_web_api": later("PI Web API"),
    "mtconnect": later("MTConnect agent"),
    "kafka": later("Kafka topic"),
}
_OTHERS = {"file_folder", "sql_table", "synthetic"}
#: Kinds of which a message may be a whole row, or tell single values.
MESSAGES = ("mqtt", "kafka")


def network_kinds() -> dict[str, str]:
    """Return the kinds that are reached over a network, with what they are called; those of third parties last."""
    more = {kind: kind for kind in kinds() if kind not in {*_CALLED, *_OTHERS}}
    return {kind: tr(words) for kind, words in _CALLED.items()} | more


def settings_asked(kind: str) -> list[Offered]:
    """Return the settings of a kind, those that most people have to set first.

    Raises
    ------
    ActionError
        If the kind needs a library that is not there.
    """
    try:
        return offered(kind)
    except ConnectorError as error:
        raise ActionError(str(error)) from None


def asked_source(
    kind: str, typed: Mapping[str, str], registers: str = "", more: Mapping[str, str] | None = None
) -> Source:
    """Return a source of what a person typed, to be looked at; what was left empty is left out.

    Parameters
    ----------
    kind : str
    typed : mapping of str to str
    registers : str
        Of a device that cannot tell what it has: a line each, ``name = address``, or the address alone.
    more : mapping of str to str, optional
        Settings that follow from other answers.

    Raises
    ------
    ActionError
        If something is missing, or of another type.
    """
    said = {key: text.strip() for key, text in typed.items() if text.strip()}
    missing = [s.key for s in settings_asked(kind) if s.needed and s.key not in said]
    if missing:
        raise ActionError(f"{' and '.join(missing)} must be filled - without it nothing can be reached")
    try:
        settings: dict[str, Any] = {key: given(kind, key, text) for key, text in said.items()}
        settings |= more or {}
        return Source("the source", kind, "the stage", columns=_registers(registers), settings=settings)
    except DefinitionError as error:
        raise ActionError(str(error)) from None


def folder_source(settings: Mapping[str, Any]) -> Source:
    """Return a source of files, to be looked at."""
    return Source("the source", "file_folder", "the stage", settings=settings)


def _registers(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for n, line in enumerate(filter(None, (line.strip() for line in text.splitlines())), 1):
        name, mark, address = line.partition(" = ")
        name, address = (name.strip(), address.strip()) if mark else (f"value_{n}", line)
        if name in found:
            raise DefinitionError(f"registers, line {n}: the name {name!r} is there already - give each its own")
        found[name] = address
    return found
