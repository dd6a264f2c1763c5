"""The language in which a person reads the pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; whoever had an account never chose."""
    op.add_column("accounts", sa.Column("language", sa.Text(), nullable=False, server_default=""))
