"""Sensor faults, named as such: a failed sensor is not drift of the process."""

from models.drift.sensors.base import Fault, FaultKind
from models.drift.sensors.clock import clock_fault
from models.drift.sensors.looking import LOOKS, sensor_faults

__all__ = ["LOOKS", "Fault", "FaultKind", "clock_fault", "sensor_faults"]
