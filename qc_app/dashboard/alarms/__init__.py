"""Alarms: what a person must do."""

from qc_app.dashboard.alarms.page import page

__all__ = ["page"]
