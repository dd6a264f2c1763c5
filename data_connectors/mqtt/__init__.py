"""Topics of an MQTT broker: acknowledged only when they are on the disk."""

from data_connectors.mqtt.connector import Mqtt

__all__ = ["Mqtt"]
