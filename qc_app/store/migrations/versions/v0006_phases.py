"""What frozen limits stand on, units left out of them, studies of gauges."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Widen the table of limits; make those of exclusions and of gauge studies.

    The night's limits were named for the panel (individuals) and are now named for the chart (imr).
    """
    for name in ("estimator", "subgroup"):
        op.add_column("limits", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    for name in ("first", "last", "frozen"):
        op.add_column("limits", sa.Column(name, sa.BigInteger(), nullable=True))
    op.add_column("limits", sa.Column("excluded", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE limits SET chart = 'imr', estimator = 'average moving range' WHERE chart = 'individuals'")
    _exclusions()
    _gauge_studies()


def _exclusions() -> None:
    op.create_table(
        "exclusions",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("characteristic", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("ended_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusions")),
    )
    op.create_index("ix_exclusions_stage", "exclusions", ["stage", "characteristic"], unique=False)


def _gauge_studies() -> None:
    op.create_table(
        "gauge_studies",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("characteristic", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("gauge_sd", sa.Double(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("sheet", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gauge_studies")),
    )
    op.create_index("ix_gauge_studies_stage", "gauge_studies", ["stage", "characteristic", "at"], unique=False)
