"""Drift: has something moved, what, and does it matter."""
