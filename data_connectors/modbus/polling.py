"""One device, read every so often for as long as the plant runs; what a break costs is told."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from threading import Event

from data_connectors.base import Gap
from data_connectors.errors import SpoolFull
from data_connectors.live import Sample, Sink
from data_connectors.modbus.grouping import Group, groups
from data_connectors.modbus.options import Options
from data_connectors.modbus.registers import Register
from data_connectors.modbus.session import Session, session
from data_connectors.names import listed

_ROOM_S = 1.0


class Polling:
    """The life of one listener.

    All values of one reading carry the moment at which it began: the protocol has no times of its own. It has no
    history either, so every break is a gap.

    Parameters
    ----------
    options : Options
    registers : sequence of Register
    where : str
        For messages.
    sink : Sink
    stop : threading.Event
    """

    def __init__(self, options: Options, registers: Sequence[Register], where: str, sink: Sink, stop: Event) -> None:
        self._options, self._where, self._sink, self._stop = options, where, sink, stop
        self._registers = registers
        self._read_at = datetime.fromisoformat(sink.mark) if sink.mark else None

    def once(self) -> None:
        """Hold one connection for as long as it lives.

        Raises
        ------
        SourceUnavailable, SourceRefused
            As the device answers.
        """
        self._sink.tell("connecting", f"{self._options.place[0]}:{self._options.place[1]}")
        with session(self._options, self._where) as opened:
            reading = Reading(groups(self._registers, self._options.join))
            due = time.monotonic()
            told = ""
            while not self._stop.is_set():
                at = datetime.now(UTC)
                samples = list(reading.read(opened, at))
                words = _standing(samples)
                if words != told or not told:
                    self._sink.tell("connected", words)
                    told = words
                self._keep(samples, at, words)
                due = max(due + self._options.every_s, time.monotonic())
                self._stop.wait(due - time.monotonic())

    def _keep(self, samples: Sequence[Sample], at: datetime, words: str) -> None:
        """Return once it is on the disk; while there is no room nothing is read, which becomes a gap."""
        while not self._stop.is_set():
            try:
                self._sink.keep(samples, self._gap(at), at.isoformat())
            except SpoolFull as full:
                self._sink.tell("paused", str(full))
                self._stop.wait(_ROOM_S)
                continue
            self._sink.tell("connected", words)
            self._read_at = at
            return

    def _gap(self, at: datetime) -> list[Gap]:
        since = self._read_at
        if since is None or (at - since).total_seconds() <= 2 * self._options.every_s + self._options.timeout_s:
            return []
        return [Gap(since, at, "disconnected", "the device was not read, and Modbus has no history to ask")]


def _standing(samples: Sequence[Sample]) -> str:
    refused = {f"{one.tag} ({one.code})" for one in samples if one.quality == "bad" and one.code}
    words = f"{len(samples) - len(refused)} of {len(samples)} registers"
    return f"{words}; refused: {listed(sorted(refused))}" if refused else words


class Reading:
    """Reads groups; one that a device refuses is taken apart for good, so that the others in it are still read.

    Parameters
    ----------
    asked : sequence of Group
    """

    def __init__(self, asked: Sequence[Group]) -> None:
        self._groups = list(asked)

    def read(self, opened: Session, at: datetime) -> Iterator[Sample]:
        """Yield a value for each register; what cannot be read is bad, with the device's word."""
        apart: list[Group] = []
        for group in self._groups:
            values, refusal = opened.read(group)
            if refusal and len(group.members) > 1:
                alone = group.alone()
                apart += alone
                for part in alone:
                    yield from _samples(part, *opened.read(part), at)
            else:
                apart.append(group)
                yield from _samples(group, values, refusal, at)
        self._groups = apart


def _samples(group: Group, values: Sequence[int], refusal: str, at: datetime) -> Iterator[Sample]:
    for register in group.members:
        start = register.address - group.address
        part = values[start : start + register.count]
        if refusal or len(part) < register.count:
            yield Sample(register.text, None, None, None, at, "bad", refusal or "ShortAnswer")
            continue
        value = register.value(part)
        none = value is None
        yield Sample(register.text, value, None, None, at, "bad" if none else "good", "NoValue" if none else "")
