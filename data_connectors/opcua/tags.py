"""What a tag is called: by the URI of its namespace, never by an index, which changes with the server."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from asyncua import ua
from asyncua.ua.uaerrors import UaError

from data_connectors.errors import DefinitionError
from data_connectors.names import listed, nearest

_TAG = re.compile(r"(?:nsu=(?P<uri>[^;]+);|ns=(?P<index>\d+);)?(?P<kind>[isgb])=(?P<name>.+)", re.DOTALL)
_BASE = "http://opcfoundation.org/UA/"


@dataclass(frozen=True, slots=True)
class Tag:
    """A node by its namespace's URI.

    Parameters
    ----------
    text : str
        As the plant definition writes it.
    uri : str
    local : str
        The node within its namespace: ``s=Line1.Temp``, ``i=2258``, ``g=...``, ``b=...``.

    Examples
    --------
    >>> tag = Tag.of("nsu=urn:works:line1;s=Exit.Temp", "", "source 'x'")
    >>> tag.uri, tag.local
    ('urn:works:line1', 's=Exit.Temp')
    >>> tag.node(["http://opcfoundation.org/UA/", "urn:other", "urn:works:line1"], "source 'x'").to_string()
    'ns=2;s=Exit.Temp'
    """

    text: str
    uri: str
    local: str

    @classmethod
    def of(cls, text: str, namespace: str, where: str) -> Tag:
        """Read a tag.

        Parameters
        ----------
        text : str
            ``nsu=URI;s=NAME`` (OPC 10000-6, 5.1.12), ``s=NAME`` in the default namespace, or the bare NAME.
        namespace : str
            URI of the default namespace.
        where : str
            For messages.

        Raises
        ------
        DefinitionError
            If it names its namespace by an index, or not at all.
        """
        found = _TAG.fullmatch(text)
        if found is None:
            return cls(text, _default(text, namespace, where), f"s={text}")
        local = f"{found['kind']}={found['name']}"
        if found["index"] is not None:
            return cls(text, _indexed(int(found["index"]), text, where), local)
        uri = found["uri"].replace("%3B", ";").replace("%25", "%") if found["uri"] else ""
        return cls(text, uri or _default(text, namespace, where), local)

    def node(self, namespaces: Sequence[str], where: str) -> ua.NodeId:
        """Return the id that the node has on a server with these namespaces.

        Raises
        ------
        DefinitionError
            If the server does not have the namespace, or the name is no node's.
        """
        if self.uri not in namespaces:
            near = nearest(self.uri, namespaces)
            hint = f"did you mean {near!r}?" if near else "set namespace"
            raise DefinitionError(
                f"{where}: the server has no namespace {self.uri!r} (has: {listed(namespaces)}) - {hint}"
            )
        try:
            return ua.NodeId.from_string(f"ns={list(namespaces).index(self.uri)};{self.local}")
        except (UaError, ValueError) as error:
            raise DefinitionError(
                f"{where}: tag {self.text!r} names no node ({error}) - write nsu=URI;s=NAME"
            ) from None


def _default(text: str, namespace: str, where: str) -> str:
    if not namespace:
        raise DefinitionError(f"{where}: tag {text!r} names no namespace - set namespace = 'URI', or nsu=URI;s=NAME")
    return namespace


def _indexed(index: int, text: str, where: str) -> str:
    if index:
        raise DefinitionError(
            f"{where}: tag {text!r} names its namespace by an index, which changes with the server's configuration"
            " - write nsu=URI;s=NAME (qc check and discover show the URIs)"
        )
    return _BASE


def written(node: ua.NodeId, namespaces: Sequence[str]) -> str:
    """Return the text of a node by its namespace's URI.

    Examples
    --------
    >>> written(ua.NodeId("Exit.Temp", 1), ["http://opcfoundation.org/UA/", "urn:works:line1"])
    'nsu=urn:works:line1;s=Exit.Temp'
    """
    local = node.to_string().rpartition(";")[2] if node.NamespaceIndex == 0 else node.to_string().partition(";")[2]
    index = int(node.NamespaceIndex)
    uri = namespaces[index] if index < len(namespaces) else f"unknown-{index}"
    return f"nsu={uri.replace('%', '%25').replace(';', '%3B')};{local}"
