"""What is known of each edge node: the tags that its births named, and where its sequence stands."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE = "births.json"


@dataclass(slots=True)
class Node:
    """One edge node and its devices.

    Parameters
    ----------
    aliases : dict of str to list
        Alias (as text) -> tag and data type, as the births told.
    types : dict of str to int
        Tag -> data type.
    birth : int
        Number of the session that began with the birth (``bdSeq``); -1: not known.
    seq : int
        Sequence number of the last message; -1: not known.
    alive : bool
        Between birth and death.
    """

    aliases: dict[str, tuple[str, int]] = field(default_factory=dict)
    types: dict[str, int] = field(default_factory=dict)
    birth: int = -1
    seq: int = -1
    alive: bool = False

    def follows(self, seq: int) -> bool:
        """Note the number of a message; tell whether it is the next (0 to 255, then 0 again).

        Examples
        --------
        >>> node = Node(seq=255)
        >>> node.follows(0), node.follows(2)
        (True, False)
        """
        right = self.seq < 0 or seq == (self.seq + 1) % 256
        self.seq = seq
        return right

    def name(self, tag: str, datatype: int, alias: int | None) -> None:
        """Note a tag that a birth named."""
        self.types[tag] = datatype
        if alias is not None:
            self.aliases[str(alias)] = (tag, datatype)

    def tags(self, prefix: str) -> list[str]:
        """Return the tags of the node or of one device."""
        return [tag for tag in self.types if tag.startswith(prefix)]


def read_nodes(folder: Path | None) -> dict[str, Node]:
    """Return what was known when the program ended; sequence numbers begin anew."""
    if folder is None:
        return {}
    try:
        told = json.loads((folder / FILE).read_bytes())
        nodes = {name: Node(**parts) for name, parts in told.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
    for node in nodes.values():
        node.seq = -1
    return nodes


def write_nodes(folder: Path | None, nodes: dict[str, Node]) -> None:
    """Keep what the births told: they are not told again when only we were away."""
    if folder is None:
        return
    aside = folder / f".{FILE}.{os.getpid()}.tmp"
    aside.write_text(json.dumps({name: asdict(node) for name, node in nodes.items()}), encoding="utf-8")
    aside.replace(folder / FILE)
