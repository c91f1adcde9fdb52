"""The tables of announcements."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

from app.core.db import LongText, UTCDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


LONG_BINARY = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")


def upgrade() -> None:
    _create_announcement()
    _create_review_duty()
    _create_announcement_attachment()
    _create_announcement_confirmation()


def _create_announcement() -> None:
    op.create_table(
        "announcement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("body", LongText, nullable=False),
        sa.Column("audience", LongText, nullable=False),
        sa.Column(
            "urgency",
            sa.Enum(
                "digest",
                "own_push",
                "personal",
                "emergency",
                name="urgency",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("confirmation_basis", sa.String(length=120), nullable=False),
        sa.Column("confirm_until", UTCDateTime(), nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "in_review",
                "scheduled",
                "sending",
                "sent",
                "withdrawn",
                name="announcementstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("author_name", sa.String(length=50), nullable=False),
        sa.Column("reviewer", sa.String(length=64), nullable=True),
        sa.Column("review_note", sa.String(length=200), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("submitted_at", UTCDateTime(), nullable=True),
        sa.Column("approved_at", UTCDateTime(), nullable=True),
        sa.Column("send_at", UTCDateTime(), nullable=True),
        sa.Column("prepared_at", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_announcement_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(
        op.f("ix_announcement_organization_id"), "announcement", ["organization_id"], unique=False
    )
    op.create_index("ix_announcement_state_send_at", "announcement", ["state", "send_at"], unique=False)


def _create_review_duty() -> None:
    op.create_table(
        "review_duty",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_review_duty_organization_id")
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_review_duty")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )


def _create_announcement_attachment() -> None:
    op.create_table(
        "announcement_attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", LONG_BINARY, nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name=op.f("fk_announcement_attachment_announcement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_attachment")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(
        op.f("ix_announcement_attachment_announcement_id"),
        "announcement_attachment",
        ["announcement_id"],
        unique=False,
    )


def _create_announcement_confirmation() -> None:
    op.create_table(
        "announcement_confirmation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name=op.f("fk_announcement_confirmation_announcement_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["member.id"],
            name=op.f("fk_announcement_confirmation_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_confirmation")),
        sa.UniqueConstraint(
            "announcement_id",
            "member_id",
            name=op.f("uq_announcement_confirmation_announcement_id_member_id"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(
        op.f("ix_announcement_confirmation_member_id"),
        "announcement_confirmation",
        ["member_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("announcement_confirmation")
    op.drop_table("announcement_attachment")
    op.drop_table("review_duty")
    op.drop_table("announcement")
