"""A run of the bench as one HTML file that needs nothing but a browser."""

from models.bench.telling.page.page import write_page

__all__ = ["write_page"]
