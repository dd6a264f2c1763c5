"""Anomaly detectors and their calibration."""
