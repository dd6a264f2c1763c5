"""Books by source and hour, records that a source dropped, and what a person reads of a gap."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_FROM_RECEIPTS = """
INSERT INTO books (stage, source, hour, received, new, revisions, duplicates, quarantined, dropped, last)
SELECT stage, source, at - at % 3600000000, SUM(received), SUM(new), SUM(revisions), SUM(duplicates),
       SUM(quarantined), SUM(dropped), MAX(id)
FROM receipts GROUP BY stage, source, at - at % 3600000000
"""


def upgrade() -> None:
    """Make the books from the receipts there are; add the count of dropped records and the text of gaps."""
    for table in ("label_checkpoints", "receipts"):
        op.add_column(table, sa.Column("dropped", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("gaps", sa.Column("text", sa.Text(), nullable=False, server_default=""))
    counts = ("received", "new", "revisions", "duplicates", "quarantined", "dropped")
    op.create_table(
        "books",
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        *[sa.Column(name, sa.BigInteger(), nullable=False) for name in counts],
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stage", "source", "hour", name=op.f("pk_books")),
    )
    op.execute(_FROM_RECEIPTS)
