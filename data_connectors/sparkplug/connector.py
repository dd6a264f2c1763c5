"""Edge nodes of Sparkplug B as a source."""

from __future__ import annotations

from typing import ClassVar

from data_connectors.live.options import Rows
from data_connectors.mqtt.connector import Mqtt
from data_connectors.mqtt.reading import Reader
from data_connectors.schema import Stage
from data_connectors.settings_keys import setting
from data_connectors.sparkplug.births import Births


class Sparkplug(Mqtt):
    """Edge nodes of Sparkplug B behind any MQTT broker: everything of `Mqtt`, with payloads that name their tags.

    A tag is ``group/node/metric`` or ``group/node/device/metric``. Data come with QoS 0 by the specification, so every
    break of our connection is a gap until births tell the values again. With ``rebirth = true`` a node whose birth was
    missed, or whose sequence has a hole, is asked to tell it again; nothing else is ever published.
    """

    kind: ClassVar[str] = "sparkplug"
    rows: ClassVar[Rows] = "moment"
    own_keys: ClassVar[tuple[str, ...]] = ("rebirth",)
    certain: ClassVar[bool] = False

    def reader(self, stage: Stage | None) -> Reader:
        """Return what reads the payloads; one that only looks asks nobody."""
        if stage is None:
            return Births(self._folder, ask=False, remember=False)
        return Births(self._folder, ask=setting(self.source, "rebirth", False))
