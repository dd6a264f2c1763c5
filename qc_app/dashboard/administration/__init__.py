"""The page Administration: accounts, audit trail, health, settings; for administrators alone."""

from qc_app.dashboard.administration.page import page

__all__ = ["page"]
