"""SPC: the quality department's page."""

from qc_app.dashboard.spc.page import page

__all__ = ["page"]
