"""Backups by day, and what a restored plant needs before it lives again."""
