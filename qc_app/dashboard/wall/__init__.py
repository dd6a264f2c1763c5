"""Wall: for the screen above the line; no controls, all of it by address."""

from qc_app.dashboard.wall.page import page

__all__ = ["page"]
