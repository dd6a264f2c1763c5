"""Bring the journal's tables up to date."""

from qc_app.store.journal.columns import METADATA
from qc_app.store.journal.database import Database


def upgrade(database: Database) -> None:
    """Make the tables that are missing."""
    with database.write() as connection:
        METADATA.create_all(connection)
