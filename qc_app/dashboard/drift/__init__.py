"""Drift: what changed at a stage, in sentences ordered by effect, with both distributions."""

from qc_app.dashboard.drift.page import page

__all__ = ["page"]
