"""Freeze limits, take points out of them, enter gauge studies."""
