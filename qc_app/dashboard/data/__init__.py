"""Data: whether the plant is talking to us."""

from qc_app.dashboard.data.page import page

__all__ = ["page"]
