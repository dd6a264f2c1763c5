"""Modbus devices as sources: registers and bits, read every so often, never written."""

from data_connectors.modbus.connector import Modbus

__all__ = ["Modbus"]
