"""A measurement of an InfluxDB (1, 2 or 3), read as it grows."""

from data_connectors.influx.connector import Influx

__all__ = ["Influx"]
