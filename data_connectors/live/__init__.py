"""Sources that speak by themselves: what they say is kept on disk first, and read from there like any other source."""

from data_connectors.live.sample import Listener, Record, Sample, Sink

__all__ = ["Listener", "Record", "Sample", "Sink"]
