"""Sources that speak by themselves: what they say is kept on disk first, and read from there like any other source."""

from data_connectors.live.connector import LiveConnector
from data_connectors.live.options import LIVE_KEYS, LiveOptions
from data_connectors.live.sample import Heard, Link, Listener, Record, Sample, Sink
from data_connectors.live.spool import Spool, Standing

__all__ = [
    "LIVE_KEYS",
    "Heard",
    "Link",
    "Listener",
    "LiveConnector",
    "LiveOptions",
    "Record",
    "Sample",
    "Sink",
    "Spool",
    "Standing",
]
