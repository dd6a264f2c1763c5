"""The queue of units to measure, and what more labels would bring."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables of the queue and of the plans."""
    op.create_table(
        "label_queue",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("characteristic", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("t_event", sa.BigInteger(), nullable=False),
        sa.Column("chosen", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("by_lot", sa.Boolean(), nullable=False),
        sa.Column("share", sa.Double(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_queue")),
    )
    op.create_index("ix_label_queue_stage", "label_queue", ["stage", "characteristic", "withdrawn"], unique=False)
    op.create_table(
        "label_plans",
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("characteristic", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("stage", "characteristic", name=op.f("pk_label_plans")),
    )
