"""Rows that any HTTP service tells as JSON, page by page, read as they grow."""

from data_connectors.rest.connector import Rest

__all__ = ["Rest"]
