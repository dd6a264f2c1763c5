"""Telling predictions to the plant, where its definition turns that on."""

from qc_app.jobs.writeback.sending import Sending

__all__ = ["Sending"]
