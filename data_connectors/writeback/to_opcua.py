"""Predictions told by nodes of a namespace of their own; no node outside of it can be written."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds

from data_connectors.errors import DefinitionError, SourceRefused
from data_connectors.opcua.options import Options
from data_connectors.opcua.session import reads, session
from data_connectors.opcua.tags import Tag
from data_connectors.writeback.message import Message
from data_connectors.writeback.outlet import Outlet
from data_connectors.writeback.writing import as_source, text_setting

_TYPES = {"value": ua.VariantType.Double, "lower": ua.VariantType.Double, "upper": ua.VariantType.Double,
          "t_event": ua.VariantType.DateTime, "heartbeat": ua.VariantType.UInt32}  # fmt: skip


class ToOpcUa:
    """Writes the fields of the newest message to nodes ``TAG.value``, ``TAG.quality``, ... in one request.

    Parameters
    ----------
    outlet : Outlet
        Settings `namespace` (its own; only nodes in it are written) and `tag` (what the nodes' names begin with, e.g.
        ``s=QC.Thickness``), besides address, security and credentials of an OPC UA source. The nodes must be there:
        value, lower, upper (Double), unit_id, quality, reason, model (String), t_event (DateTime), heartbeat (UInt32).
    """

    def __init__(self, outlet: Outlet) -> None:
        self._where = f"write-back {outlet.name!r}"
        self._own = text_setting(outlet, "namespace", "name the namespace of its own by its URI")
        self._tag = text_setting(outlet, "tag", "say what its nodes' names begin with, e.g. 's=QC.Thickness'")
        self._options = Options.of(as_source(outlet, tag=None))
        if Tag.of(self._tag, self._own, self._where).uri != self._own:
            raise DefinitionError(f"{self._where}: tag {self._tag!r} lies outside of {self._own!r} - mend one of them")

    def write(self, messages: Sequence[Message]) -> None:
        """Write the newest message."""
        if messages:
            fields = messages[-1].fields()
            told = {name: fields[name] for name in ("unit_id", "value", "lower", "upper", "quality", "reason", "model")}
            asyncio.run(self._write({**told, "t_event": messages[-1].t_event}))

    def beat(self, number: int, at: datetime) -> None:  # noqa: ARG002 - the server knows when it was written
        """Write the heartbeat."""
        asyncio.run(self._write({"heartbeat": number % 0xFFFFFFFF}))

    async def _write(self, fields: Mapping[str, object]) -> None:
        index: list[int] = []

        def allowed(request: Any) -> bool:
            return reads(request) or _within(request, index)

        async with session(self._options, self._where, allowed=allowed) as opened:
            tags = {name: Tag.of(f"{self._tag}.{name}", self._own, self._where) for name in fields}
            nodes = [tag.node(opened.namespaces, self._where) for tag in tags.values()]
            index.append(opened.namespaces.index(self._own))
            values = [
                ua.DataValue(ua.Variant(value, _TYPES.get(name, ua.VariantType.String)))
                for name, value in fields.items()
            ]
            results = await opened.client.uaclient.write_attributes(nodes, values, AttributeIds.Value)
        refused = [f"{name} ({r.name})" for name, r in zip(fields, results, strict=True) if not r.is_good()]
        if refused:
            raise SourceRefused(
                f"{self._where}: the server refuses {', '.join(refused)} - give it these nodes and rights"
            )

    def close(self) -> None:
        """Hold no connection between writings, so there is nothing to close."""


def _within(request: Any, index: Sequence[int]) -> bool:
    """Tell whether a request writes values of nodes in the outlet's own namespace, and nothing else."""
    if type(request).__name__ != "WriteRequest" or not index:
        return False
    return all(
        node.NodeId.NamespaceIndex == index[0] and node.AttributeId == AttributeIds.Value
        for node in request.Parameters.NodesToWrite
    )
