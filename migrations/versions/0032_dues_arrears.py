"""Reminders, talks and reasons about arrears."""

import sqlalchemy as sa
from alembic import op

from app.core.db import UTCDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dues_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "member",
                "month_2",
                "month_4",
                "month_5",
                name="reminderstep",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_dues_reminder_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_reminder")),
        sa.UniqueConstraint("member_id", "month", "step", name=op.f("uq_dues_reminder_member_id_month_step")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "dues_talk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("talked_on", sa.Date(), nullable=False),
        sa.Column("talked_by", sa.String(length=50), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("kept_by", sa.String(length=64), nullable=False),
        sa.Column("kept_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_dues_talk_member_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_dues_talk_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_talk")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_dues_talk_member_id"), "dues_talk", ["member_id"], unique=False)
    op.create_table(
        "dues_excuse",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("from_month", sa.Integer(), nullable=False),
        sa.Column("until_month", sa.Integer(), nullable=False),
        sa.Column("reason_sealed", sa.String(length=1000), nullable=False),
        sa.Column("kept_by", sa.String(length=64), nullable=False),
        sa.Column("kept_at", UTCDateTime(), nullable=False),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("until_month >= from_month", name=op.f("ck_dues_excuse_months")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_dues_excuse_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_excuse")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index("ix_dues_excuse_member_id", "dues_excuse", ["member_id"], unique=False)


def downgrade() -> None:
    op.drop_table("dues_excuse")
    op.drop_table("dues_talk")
    op.drop_table("dues_reminder")
