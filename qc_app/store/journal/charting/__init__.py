"""Frozen limits, points taken out of them, gauge studies."""
