"""The tables of inbox."""

import sqlalchemy as sa
from alembic import op

from app.core.db import BigId, LongText, UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbound_event",
        sa.Column("id", BigId, nullable=False),
        sa.Column("external_key", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=True),
        sa.Column("body", LongText, nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "handled",
                "failed",
                name="inboxstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reply", LongText, nullable=True),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("claimed_at", UTCDateTime(), nullable=False),
        sa.Column("handled_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_event")),
        sa.UniqueConstraint("external_key", name=op.f("uq_inbound_event_external_key")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_inbound_event_openid"), "inbound_event", ["openid"], unique=False)
    op.create_index(
        "ix_inbound_event_state_received_at",
        "inbound_event",
        ["state", "received_at"],
        unique=False,
        sqlite_where=sa.text("state != 'handled'"),
        postgresql_where=sa.text("state != 'handled'"),
    )


def downgrade() -> None:
    op.drop_table("inbound_event")
