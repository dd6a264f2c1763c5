"""A table or view of a database, read as it grows."""

from data_connectors.sql_table.connector import SqlTable

__all__ = ["SqlTable"]
