"""The newest run of a job is found without walking through all runs."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_runs_job", "runs", ["job", "stage"])
