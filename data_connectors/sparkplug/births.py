"""What the messages of edge nodes say: values under the names that births gave them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data_connectors.base import Gap, Quality
from data_connectors.live.messages import Message, refused
from data_connectors.live.sample import Heard, Sample
from data_connectors.sparkplug.nodes import Node, read_nodes, write_nodes
from data_connectors.sparkplug.payload import decoded, quality_of_metric, rebirth, value_of

NAMESPACE = "spBv1.0"
STALE = "stale"
#: A node is asked for its birth at most once in so many seconds.
REBIRTH_EVERY_S = 60.0
_OURS = {"NBIRTH", "NDEATH", "DBIRTH", "DDEATH", "NDATA", "DDATA"}
_QUALITIES: dict[int, tuple[Quality, str]] = {0: ("bad", "bad"), 192: ("good", ""), 500: ("bad", STALE)}
_DEVICE_LEVELS = 5


class Births:
    """Reads Sparkplug B; remembers births over restarts of ours.

    Parameters
    ----------
    folder : Path or None
        Where births are remembered; None: only for now.
    ask : bool
        Whether nodes may be asked for their birth. This is the one thing that is ever published.
    remember : bool
        Whether births are written down; one that only looks leaves no trace.
    """

    def __init__(self, folder: Path | None, *, ask: bool, remember: bool = True) -> None:
        self._folder, self._ask, self._remember = folder, ask, remember
        self._nodes = read_nodes(folder)
        self._heard_at: dict[str, datetime] = {}
        self._gaps: list[Gap] = []
        self._asked: dict[str, float] = {}
        self._answers: list[tuple[str, bytes]] = []

    def heard(self, message: Message) -> list[Heard]:
        """Return the values of a message; of a death, that they are stale."""
        levels = message.topic.split("/")
        if len(levels) not in {4, _DEVICE_LEVELS} or levels[0] != NAMESPACE or levels[2] not in _OURS:
            return []
        try:
            payload = decoded(message.payload)
        except ValueError as error:
            return [refused(message, "not_sparkplug", str(error))]
        _, group, kind, name, *device = levels
        key = f"{group}/{name}"
        node = self._nodes.setdefault(key, Node())
        prefix = "/".join([key, *device, ""])
        if kind == "NDEATH":
            return self._death(node, message, prefix, _birth_number(payload))
        self._check_sequence(node, key, kind, payload, message.received)
        self._heard_at[key] = message.received
        if kind == "DDEATH":
            return self._stale(node, message, prefix)
        if kind in {"NBIRTH", "DBIRTH"}:
            self._birth(node, kind, payload, prefix)
        return self._values(node, key, payload, message, prefix)

    def gaps(self) -> list[Gap]:
        """Return, once, the holes that were seen."""
        found, self._gaps = self._gaps, []
        return found

    def answers(self) -> list[tuple[str, bytes]]:
        """Return, once, what is to be published."""
        found, self._answers = self._answers, []
        return found

    def _birth(self, node: Node, kind: str, payload: Any, prefix: str) -> None:
        if kind == "NBIRTH":
            node.aliases, node.types, node.birth = {}, {}, _birth_number(payload)
        node.alive = True
        for metric in payload.metrics:
            if metric.name and not _own(metric.name):
                alias = metric.alias if metric.HasField("alias") else None
                node.name(prefix + metric.name, metric.datatype, alias)
        if self._remember:
            write_nodes(self._folder, self._nodes)

    def _death(self, node: Node, message: Message, prefix: str, birth: int) -> list[Heard]:
        """A death of an earlier session comes late and says nothing of this one."""
        if birth >= 0 and node.birth >= 0 and birth != node.birth:
            return []
        node.alive, node.seq = False, -1
        return self._stale(node, message, prefix)

    def _stale(self, node: Node, message: Message, prefix: str) -> list[Heard]:
        at = message.received
        return [Sample(tag, None, at, None, at, "bad", STALE) for tag in node.tags(prefix)]

    def _check_sequence(self, node: Node, key: str, kind: str, payload: Any, at: datetime) -> None:
        if kind == "NBIRTH":
            node.seq = payload.seq
            return
        if not node.follows(payload.seq):
            text = f"messages of node {key} are missing before number {payload.seq}; its next birth tells all values"
            self._gaps.append(Gap(self._heard_at.get(key, at), at, "sequence_hole", text))
            self._want_birth(key)

    def _want_birth(self, key: str) -> None:
        now = time.monotonic()
        if self._ask and now - self._asked.get(key, -REBIRTH_EVERY_S) >= REBIRTH_EVERY_S:
            self._asked[key] = now
            group, name = key.split("/")
            self._answers.append((f"{NAMESPACE}/{group}/NCMD/{name}", rebirth()))

    def _values(self, node: Node, key: str, payload: Any, message: Message, prefix: str) -> list[Heard]:
        found: list[Heard] = []
        for metric in payload.metrics:
            named = (prefix + metric.name, metric.datatype) if metric.name else node.aliases.get(str(metric.alias))
            if named is None:
                self._want_birth(key)
                found.append(refused(message, "unknown_alias", _UNKNOWN.format(alias=metric.alias, key=key)))
            elif not _own(named[0].rsplit(key + "/", 1)[-1]):
                tag, datatype = named
                found.append(_sample(tag, metric, datatype or node.types.get(tag, 0), payload, message))
        return found


def _sample(tag: str, metric: Any, datatype: int, payload: Any, message: Message) -> Sample:
    told = metric.timestamp or payload.timestamp
    at = datetime.fromtimestamp(told / 1000, UTC) if 0 < told < _MOST_MS else None
    value = value_of(metric, datatype)
    number = quality_of_metric(metric)
    quality, code = _QUALITIES.get(number, ("uncertain", str(number))) if number is not None else ("good", "")
    if value is None and quality == "good":
        quality, code = "bad", "null"
    return Sample(tag, value, at, None, message.received, quality, code, metric.is_historical)


def _birth_number(payload: Any) -> int:
    return next((int(m.long_value or m.int_value) for m in payload.metrics if m.name == "bdSeq"), -1)


def _own(name: str) -> bool:
    """Tell whether a metric belongs to the protocol rather than to the plant."""
    return name == "bdSeq" or name.startswith(("Node Control/", "Device Control/", "Node Info/"))


#: The year 2106 in milliseconds.
_MOST_MS = 4_291_747_200_000
_UNKNOWN = (
    "alias {alias} of node {key} was named in a birth that we have not seen: set rebirth = true, or restart the node"
)
