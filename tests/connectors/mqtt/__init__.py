"""MQTT on a real broker."""
