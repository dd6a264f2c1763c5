"""What a server offers: its variables with type, unit and range, by a walk that asks for many nodes at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds

from data_connectors.base import Column
from data_connectors.opcua.session import Session
from data_connectors.opcua.tags import written
from data_connectors.opcua.values import sample

_PAGE = 200
_MOST = 100_000
_OBJECTS, _SERVER, _HIERARCHY, _PROPERTY = (ua.NodeId(ua.Int32(i)) for i in (85, 2253, 33, 46))
_TOLD = {"EngineeringUnits", "EURange"}


@dataclass(slots=True)
class Variable:
    """A variable, what the server calls it, and where its unit and its range stand (OPC 10000-8, 5.3.2.3)."""

    node: ua.NodeId
    called: str = ""
    properties: dict[str, ua.NodeId] = field(default_factory=dict)


async def variables(session: Session, root: ua.NodeId | None = None) -> list[Variable]:
    """Return the variables below a node (the Objects folder), in the order of the walk; the server's own are left out.

    Raises
    ------
    asyncua.ua.uaerrors.UaError, OSError
        If the server breaks off.
    """
    found: dict[ua.NodeId, Variable] = {}
    seen = {_SERVER}
    waiting = [root or _OBJECTS]
    while waiting and len(found) < _MOST:
        asked, waiting = waiting[:_PAGE], waiting[_PAGE:]
        for parent, references in zip(asked, await _references(session, asked), strict=True):
            for reference in references:
                waiting += _met(parent, reference, found, seen)
    return list(found.values())


def _met(
    parent: ua.NodeId, reference: ua.ReferenceDescription, found: dict[ua.NodeId, Variable], seen: set[ua.NodeId]
) -> Iterator[ua.NodeId]:
    """Note what a reference leads to, and yield it where the walk goes on there."""
    node = ua.NodeId(reference.NodeId.Identifier, reference.NodeId.NamespaceIndex, reference.NodeId.NodeIdType)
    if reference.ReferenceTypeId == _PROPERTY:
        if parent in found and reference.BrowseName.Name in _TOLD:
            found[parent].properties[reference.BrowseName.Name] = node
        return
    if node in seen:
        return
    seen.add(node)
    if reference.NodeClass is ua.NodeClass.Variable:
        found[node] = Variable(node, reference.BrowseName.Name or "")
    yield node


async def _references(session: Session, nodes: list[ua.NodeId]) -> list[list[ua.ReferenceDescription]]:
    """Return the references down from each node, however many answers that takes."""
    wanted = [
        ua.BrowseDescription(
            NodeId=node, BrowseDirection=ua.BrowseDirection.Forward, ReferenceTypeId=_HIERARCHY, IncludeSubtypes=True,
            NodeClassMask=ua.UInt32(ua.NodeClass.Object | ua.NodeClass.Variable),
            ResultMask=ua.UInt32(ua.BrowseResultMask.All),
        )
        for node in nodes
    ]  # fmt: skip
    results = await session.client.uaclient.browse(ua.BrowseParameters(NodesToBrowse=wanted))
    told = [list(result.References or ()) for result in results]
    more = {i: result.ContinuationPoint for i, result in enumerate(results) if result.ContinuationPoint}
    while more:
        asked = ua.BrowseNextParameters(ReleaseContinuationPoints=False, ContinuationPoints=list(more.values()))
        results = await session.client.uaclient.browse_next(asked)
        for i, result in zip(list(more), results, strict=True):
            told[i] += result.References or ()
        more = {i: r.ContinuationPoint for i, r in zip(list(more), results, strict=True) if r.ContinuationPoint}
    return told


async def columns(session: Session, root: ua.NodeId | None = None) -> list[Column]:
    """Return the variables as columns: the tag by its namespace's URI, ``number, degC, 0 to 150``, the value now."""
    found = await variables(session, root)
    values = await session.read([one.node for one in found])
    asked = [(i, name, node) for i, one in enumerate(found) for name, node in one.properties.items()]
    told = await session.read([node for _, _, node in asked])
    about: dict[int, dict[str, object]] = {}
    for (i, name, _), value in zip(asked, told, strict=True):
        about.setdefault(i, {})[name] = value.Value.Value if value.Value is not None else None
    return [
        _column(one, session.namespaces, value, about.get(i, {}))
        for i, (one, value) in enumerate(zip(found, values, strict=True))
    ]


def _column(one: Variable, namespaces: Sequence[str], value: ua.DataValue, about: dict[str, object]) -> Column:
    told, span = about.get("EngineeringUnits"), about.get("EURange")
    unit = told.DisplayName.Text or "" if isinstance(told, ua.EUInformation) else ""
    within = f"{span.Low:g} to {span.High:g}" if isinstance(span, ua.Range) else ""
    words = ", ".join(filter(None, (_type(value), unit, within)))
    return Column(written(one.node, namespaces), words, _example(value), one.called, unit)


def _type(value: ua.DataValue) -> str:
    said = value.Value.Value if value.Value is not None else None
    if isinstance(said, list):
        return "array"
    if isinstance(said, datetime):
        return "time"
    if said is None:
        return "empty"
    return "number" if isinstance(said, bool | int | float) else "text"


def _example(value: ua.DataValue) -> str:
    said = sample("", value, datetime.now(UTC))
    return "" if said.value is None else str(said.value)[:40]


async def unreadable(session: Session, nodes: dict[str, ua.NodeId]) -> dict[str, str]:
    """Return the tags whose node is not there or may not be read, with the server's word."""
    kinds = await session.read(list(nodes.values()), AttributeIds.NodeClass)
    return {
        tag: kind.StatusCode.name
        for tag, kind in zip(nodes, kinds, strict=True)
        if kind.StatusCode is not None and not kind.StatusCode.is_good()
    }
