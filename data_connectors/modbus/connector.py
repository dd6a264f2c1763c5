"""The Modbus device as a source."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import ClassVar

from data_connectors.base import Column, Probe
from data_connectors.errors import ConnectorError
from data_connectors.live import Heard, Sample, Sink
from data_connectors.live.connector import LiveConnector
from data_connectors.live.options import LIVE_KEYS, LiveOptions, Rows
from data_connectors.live.probing import reaches
from data_connectors.live.reconnecting import for_ever
from data_connectors.live.tags import tags_of
from data_connectors.modbus.grouping import groups
from data_connectors.modbus.options import Options
from data_connectors.modbus.polling import Polling, Reading
from data_connectors.modbus.registers import Register
from data_connectors.modbus.session import session, tls_context
from data_connectors.names import listed
from data_connectors.schema import Source, Stage


class Modbus(LiveConnector):
    """A device of Modbus TCP, its registers read every so often, never written.

    Each parameter's column is a register, e.g. ``holding 100 float32 order=cdab scale=0.1 device=3``. Modbus has
    neither sign-in nor history: give the device a network of its own, or use TLS, and expect a gap for every break.

    Parameters
    ----------
    source : Source
        Settings as in :class:`~data_connectors.modbus.options.Options` and
        :class:`~data_connectors.live.options.LiveOptions`.
    now : callable
        The present moment, aware.
    folder : Path or None
        The spool of this source; None where it is only to be looked at.

    Raises
    ------
    DefinitionError
        If a setting or a register is not understood.
    """

    kind: ClassVar[str] = "modbus"
    options: ClassVar[tuple[type, ...]] = (Options, LiveOptions)
    rows: ClassVar[Rows] = "moment"

    def __init__(self, source: Source, now: Callable[[], datetime], folder: Path | None = None) -> None:
        super().__init__(source, now, folder)
        self._options = Options.of(source, LIVE_KEYS)
        self._where = f"source {source.name!r}"
        self._mapped = self._registers(list(source.columns.values()))

    def listen(self, stage: Stage, sink: Sink, stop: Event) -> None:
        """Read until `stop` is set; the connection is made again for ever."""
        registers = self._registers(tags_of(self.source, stage, self.live_options.rows))
        polling = Polling(self._options, registers, self._where, sink, stop)
        for_ever(polling.once, sink, stop, random.Random())

    def overhear(self, stage: Stage | None, items: int) -> Sequence[Heard]:  # noqa: ARG002 - one reading is enough
        """Read once what is mapped; nothing is kept."""
        if stage is None:
            return self._now_read(self._mapped)
        return self._now_read(self._registers(tags_of(self.source, stage, self.live_options.rows)))

    def _now_read(self, registers: Sequence[Register]) -> list[Sample]:
        with session(self._options, self._where) as opened:
            return list(Reading(groups(registers, self._options.join)).read(opened, datetime.now(UTC)))

    def discover(self) -> list[Column]:
        """List the registers that are mapped with the value now: a device does not tell which it has."""
        found = {one.tag: one for one in self._now_read(self._mapped)}
        told = [(register, found[register.text].value) for register in self._mapped]
        return [Column(r.text, _type(r), "" if value is None else str(value)) for r, value in told]

    def check(self) -> list[Probe]:
        """Try name, TCP, TLS and one reading; nothing is changed there."""
        tls = (lambda: tls_context(self._options, self._where)) if self._options.tls else None
        try:
            probes = reaches(*self._options.place, tls)
            return [*probes, self._value_probe()] if all(p.ok for p in probes) else probes
        except ConnectorError as error:
            return [Probe("tls", ok=False, message=str(error))]

    def _value_probe(self) -> Probe:
        if not self._mapped:
            return Probe("value", ok=True, message="no register is mapped yet, which is fine")
        try:
            read = self._now_read(self._mapped)
        except ConnectorError as error:
            return Probe("value", ok=False, message=str(error))
        refused = [f"{one.tag} ({one.code})" for one in read if one.quality == "bad"]
        if refused:
            cure = f"check address, area and device in [sources.{self.source.name}.columns]"
            return Probe("value", ok=False, message=f"refused: {listed(refused)} - {cure}")
        safety = "" if self._options.tls else "; Modbus without TLS has neither sign-in nor encryption"
        return Probe("value", ok=True, message=f"{read[0].tag} = {read[0].value}{safety}")

    def _registers(self, texts: Sequence[str]) -> list[Register]:
        return [Register.of(text, self._options.device, self._where) for text in texts]


def _type(register: Register) -> str:
    kind = register.type.partition(":")[0]
    return "text" if kind == "string" else "number"
