"""Anomaly detectors and their calibration."""

from models.anomaly.base import Detector
from models.anomaly.catalog import detector_names, detector_state, load_detector, make_detector
from models.anomaly.conformal import p_values, units_needed
from models.anomaly.domain import Domain

__all__ = [
    "Detector",
    "Domain",
    "detector_names",
    "detector_state",
    "load_detector",
    "make_detector",
    "p_values",
    "units_needed",
]
