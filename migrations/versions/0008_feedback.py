"""The tables of feedback."""

import sqlalchemy as sa
from alembic import op

from app.core.db import UTCDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feedback_thread",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("identity_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open", "answered", name="threadstate", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["identity_id"],
            ["wechat_identity.id"],
            name=op.f("fk_feedback_thread_identity_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_feedback_thread_member_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_feedback_thread_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_thread")),
        sa.UniqueConstraint("number", name=op.f("uq_feedback_thread_number")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_feedback_thread_identity_id"), "feedback_thread", ["identity_id"], unique=False)
    op.create_index(op.f("ix_feedback_thread_member_id"), "feedback_thread", ["member_id"], unique=False)
    op.create_index(
        op.f("ix_feedback_thread_organization_id"), "feedback_thread", ["organization_id"], unique=False
    )
    op.create_index("ix_feedback_thread_state_due_at", "feedback_thread", ["state", "due_at"], unique=False)
    op.create_table(
        "feedback_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column(
            "side",
            sa.Enum("writer", "office", name="side", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["feedback_thread.id"], name=op.f("fk_feedback_message_thread_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_message")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_feedback_message_thread_id"), "feedback_message", ["thread_id"], unique=False)


def downgrade() -> None:
    op.drop_table("feedback_message")
    op.drop_table("feedback_thread")
