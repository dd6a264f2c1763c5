"""The whole life of an alarm: its moves, its incident, its rule, and the letters sent about it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Widen the table of alarms; make those of moves, incidents and letters."""
    op.drop_index("uq_alarms_open", "alarms")
    for column in _columns():
        op.add_column("alarms", column)
    op.execute("UPDATE alarms SET open = (state <> 'cleared'), abnormal = (state NOT IN ('cleared', 'returned'))")
    op.execute("UPDATE alarms SET signal = abnormal, seen = (state NOT IN ('unacknowledged', 'returned'))")
    op.execute("UPDATE alarms SET shelved_until = NULL WHERE state <> 'shelved'")
    op.execute("UPDATE alarms SET state = 'normal' WHERE state = 'cleared'")
    op.create_index("uq_alarms_open", "alarms", ["kind", "stage", "subject"], unique=True,
                    sqlite_where=sa.text("open"), postgresql_where=sa.text("open"))  # fmt: skip
    op.create_index("ix_alarms_incident", "alarms", ["incident"], unique=False)
    _moves()
    _letters()


def _columns() -> list[sa.Column[Any]]:
    def made(name: str, kind: sa.types.TypeEngine[Any], default: str) -> sa.Column[Any]:
        return sa.Column(name, kind, nullable=False, server_default=sa.text(default))

    flags = [made(name, sa.Boolean(), "false") for name in ("abnormal", "seen", "signal", "open")]
    texts = [made(name, sa.Text(), "''") for name in ("suppressed", "removed", "consequence")]
    lists = [made(name, sa.JSON(), "'[]'") for name in ("steps", "ticked")]
    delays: list[sa.Column[Any]] = [
        sa.Column(name, sa.Double(), nullable=True, server_default=sa.text("0"))
        for name in ("on_delay_s", "off_delay_s", "escalate_after_s")
    ]
    moments: list[sa.Column[Any]] = [
        sa.Column(name, sa.BigInteger(), nullable=True) for name in ("signal_since", "escalated", "incident")
    ]
    return [*flags, *texts, *lists, *delays, *moments]


def _moves() -> None:
    op.create_table(
        "alarm_moves",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("alarm", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_moves")),
    )
    op.create_index("ix_alarm_moves_alarm", "alarm_moves", ["alarm"], unique=False)
    op.create_index("ix_alarm_moves_at", "alarm_moves", ["at"], unique=False)
    op.create_table(
        "incidents",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("last_event", sa.BigInteger(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("stages", sa.JSON(), nullable=False),
        sa.Column("closed", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    op.create_index("ix_incidents_closed", "incidents", ["closed", "last_event"], unique=False)


def _letters() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("next_try", sa.BigInteger(), nullable=True),
        sa.Column("sent", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    op.create_index("ix_outbox_state", "outbox", ["state", "next_try"], unique=False)
    op.create_table(
        "told_moves",
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("move", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("route", name=op.f("pk_told_moves")),
    )
