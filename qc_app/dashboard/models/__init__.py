"""Models: whether to trust them."""

from qc_app.dashboard.models.page import page

__all__ = ["page"]
