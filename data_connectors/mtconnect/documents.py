"""What an agent answers: XML of three kinds (devices, streams, errors), read without entities and without a DTD."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from data_connectors.base import Column
from data_connectors.errors import SourceRefused, SourceUnavailable
from data_connectors.http import Answer

_GROUPS = {"Samples", "Events", "Condition"}


@dataclass(frozen=True, slots=True)
class Header:
    """Where the agent's buffer stands.

    Parameters
    ----------
    instance : str
        Changes when the agent loses its buffer, as at a restart.
    first, next : int
        Oldest sequence number in the buffer, and the one to ask for next; -1 where it is not told.
    created : datetime
        The agent's clock.
    """

    instance: str
    first: int
    next: int
    created: datetime


@dataclass(frozen=True, slots=True)
class Observation:
    """One observation of a data item.

    Parameters
    ----------
    item, name : str
        Id of the data item, and its name where it has one.
    kind : str
        The element: ``Position``, ``PositionTimeSeries``, ``Fault``, ...
    group : {"Samples", "Events", "Condition"}
    sequence : int
    at : datetime
    text : str
    attributes : mapping of str to str
    entries : tuple of (str, str)
        Of a data set: key and text.
    """

    item: str
    name: str
    kind: str
    group: str
    sequence: int
    at: datetime
    text: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    entries: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """An answer.

    Parameters
    ----------
    header : Header
    observations : tuple of Observation
        In the order of their sequence numbers.
    items : tuple of Column
        Of a probe: the data items there are.
    error : str
        The agent's error code, e.g. ``OUT_OF_RANGE``; empty: none.
    said : str
        Its words.
    """

    header: Header
    observations: tuple[Observation, ...] = ()
    items: tuple[Column, ...] = ()
    error: str = ""
    said: str = ""


def document(answer: Answer, where: str) -> Document:
    """Read an answer of an agent.

    Raises
    ------
    SourceRefused
        If it is no XML of an agent, or has a DTD or entities.
    SourceUnavailable
        If it is broken off.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    answer.text(where, "xml")
    try:
        root = fromstring(answer.content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise SourceRefused(f"{where}: {answer.place} answers XML with a DTD or entities, which is never read") from (
            error
        )
    except (ParseError, ValueError, RecursionError) as error:
        raise SourceUnavailable(f"{where}: {answer.place} answers what is no whole XML ({error})") from error
    header = next((e for e in root if local(e) == "Header"), None)
    if not local(root).startswith("MTConnect") or header is None:
        raise SourceRefused(f"{where}: {answer.place} answers <{local(root)}>, not a document of MTConnect - check url")
    try:
        return _document(root, _header(header))
    except (ValueError, KeyError) as error:
        raise SourceRefused(f"{where}: {answer.place} answers MTConnect that cannot be read ({error!r})") from error


def local(element: Any) -> str:
    """Return an element's name without its namespace: agents of all versions speak alike, in other namespaces."""
    return str(element.tag).rpartition("}")[2]


def _document(root: Any, header: Header) -> Document:
    kind = local(root)
    if kind == "MTConnectError":
        errors = [e for e in root.iter() if e.get("errorCode")]
        code = str(errors[0].get("errorCode")) if errors else "UNKNOWN"
        return Document(header, error=code, said=(errors[0].text or "").strip() if errors else "")
    if kind == "MTConnectDevices":
        return Document(header, items=tuple(_item(e) for e in root.iter() if local(e) == "DataItem"))
    found = sorted(_observations(root), key=lambda one: one.sequence)
    return Document(header, tuple(found))


def _header(element: Any) -> Header:
    first, following = (int(element.get(name, "-1")) for name in ("firstSequence", "nextSequence"))
    return Header(element.get("instanceId", ""), first, following, moment(element.attrib["creationTime"]))


def _item(element: Any) -> Column:
    kind = "number" if element.get("category") == "SAMPLE" else "text"
    words = " ".join(filter(None, (element.get("name"), element.get("type"), element.get("units"))))
    name, unit = element.get("name", ""), element.get("nativeUnits") or element.get("units") or ""
    return Column(element.attrib["id"], kind, words, name, unit)


def _observations(root: Any) -> Iterator[Observation]:
    for group in root.iter():
        if local(group) in _GROUPS:
            for element in group:
                yield Observation(
                    element.attrib["dataItemId"],
                    element.get("name", ""),
                    local(element),
                    local(group),
                    int(element.attrib["sequence"]),
                    moment(element.attrib["timestamp"]),
                    (element.text or "").strip(),
                    dict(element.attrib),
                    tuple((e.get("key", ""), (e.text or "").strip()) for e in element if local(e) == "Entry"),
                )


def moment(text: str) -> datetime:
    """Return a time as agents tell it: UTC, whether they say so or not.

    Examples
    --------
    >>> moment("2024-05-01T06:00:00.123456Z").isoformat()
    '2024-05-01T06:00:00.123456+00:00'
    """
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
