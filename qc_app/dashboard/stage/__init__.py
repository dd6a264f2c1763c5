"""Stage: what one stage is doing."""

from qc_app.dashboard.stage.page import page

__all__ = ["page"]
