"""Unit: why this unit is what the model says it is."""

from qc_app.dashboard.unit.page import page

__all__ = ["page"]
