"""What limits of any chart stand on: means and covariance of several variables, means of parts, a forecast."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Widen the table of limits."""
    op.add_column("limits", sa.Column("basis", sa.JSON(none_as_null=False), nullable=False, server_default="{}"))
