"""Anomaly detectors and their calibration."""

from models.anomaly.conformal import p_values
from models.anomaly.domain import Domain

__all__ = ["Domain", "p_values"]
