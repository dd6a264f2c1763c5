"""Sparkplug B on MQTT: births name the tags, deaths make them stale, a hole in the sequence is seen."""

from data_connectors.sparkplug.connector import Sparkplug

__all__ = ["Sparkplug"]
