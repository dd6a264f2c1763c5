"""Labels: what should be measured next, and entering what was."""

from qc_app.dashboard.labels.page import page

__all__ = ["page"]
