"""Drift reports keep both distributions in few bins, for people to look at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the pictures; reports of before have none."""
    op.add_column("drift_reports", sa.Column("picture", sa.JSON(), nullable=False, server_default="{}"))
