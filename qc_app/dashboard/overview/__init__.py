"""Overview: whether anything is wrong now, and where."""

from qc_app.dashboard.overview.page import page

__all__ = ["page"]
