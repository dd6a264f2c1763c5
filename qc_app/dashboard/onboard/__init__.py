"""Onboard: a stage from its first file to its first prediction."""

from qc_app.dashboard.onboard.page import page

__all__ = ["page"]
