"""The bounded, durable place on disk between a source that speaks by itself and the store."""

from data_connectors.live.spool.coding import Kept
from data_connectors.live.spool.reading import Place, forget, kept_since, resumed
from data_connectors.live.spool.standing import Standing
from data_connectors.live.spool.writing import Spool

__all__ = ["Kept", "Place", "Spool", "Standing", "forget", "kept_since", "resumed"]
