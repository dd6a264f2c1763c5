"""OPC UA servers as sources: told of changes, asked for what was missed, never written to."""

from data_connectors.opcua.connector import OpcUa

__all__ = ["OpcUa"]
