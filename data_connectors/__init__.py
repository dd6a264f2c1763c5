"""What the plant says: sources, schemas, and rows made fit for the store."""

from data_connectors.catalog import kinds, make_connector
from data_connectors.checks import check_connector
from data_connectors.rows.conform import conform

__all__ = ["check_connector", "conform", "kinds", "make_connector"]
