"""The tables of meetings."""

import sqlalchemy as sa
from alembic import op

from app.core.db import UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "member_meeting",
                "branch_committee",
                "group_meeting",
                "party_lecture",
                "theme_day",
                "organizational_life",
                "appraisal",
                "democratic_life",
                "central_group",
                "election",
                "committee_meeting",
                "seminar",
                "training",
                "other",
                name="meetingkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("check_in_from", UTCDateTime(), nullable=False),
        sa.Column("check_in_until", UTCDateTime(), nullable=False),
        sa.Column("scene", sa.String(length=32), nullable=False),
        sa.Column("hand_code", sa.String(length=6), nullable=False),
        sa.Column("ticket_url", sa.String(length=255), nullable=True),
        sa.Column("ticket_until", UTCDateTime(), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("cancelled_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_meeting_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("scene", name=op.f("uq_meeting_scene")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_meeting_check_in_until"), "meeting", ["check_in_until"], unique=False)
    op.create_index(op.f("ix_meeting_hand_code"), "meeting", ["hand_code"], unique=False)
    op.create_index(op.f("ix_meeting_organization_id"), "meeting", ["organization_id"], unique=False)
    op.create_index(op.f("ix_meeting_starts_at"), "meeting", ["starts_at"], unique=False)
    op.create_table(
        "check_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("checked_in_at", UTCDateTime(), nullable=False),
        sa.Column(
            "way",
            sa.Enum(
                "scan",
                "hand_code",
                "kept_scan",
                "recorder",
                name="way",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_check_in_meeting_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_check_in_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in")),
        sa.UniqueConstraint("meeting_id", "member_id", name=op.f("uq_check_in_meeting_id_member_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_check_in_member_id"), "check_in", ["member_id"], unique=False)
    op.create_table(
        "meeting_expected",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("votes", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_expected_meeting_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_meeting_expected_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_expected")),
        sa.UniqueConstraint("meeting_id", "member_id", name=op.f("uq_meeting_expected_meeting_id_member_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_meeting_expected_member_id"), "meeting_expected", ["member_id"], unique=False)
    op.create_table(
        "refused_check_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_refused_check_in_meeting_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_refused_check_in_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_check_in")),
        sa.UniqueConstraint(
            "meeting_id", "member_id", "reason", name=op.f("uq_refused_check_in_meeting_id_member_id_reason")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_refused_check_in_member_id"), "refused_check_in", ["member_id"], unique=False)
    op.create_table(
        "kept_scan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("identity_id", sa.Integer(), nullable=False),
        sa.Column("scanned_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["wechat_identity.id"], name=op.f("fk_kept_scan_identity_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_kept_scan_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_scan")),
        sa.UniqueConstraint("meeting_id", "identity_id", name=op.f("uq_kept_scan_meeting_id_identity_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_kept_scan_identity_id"), "kept_scan", ["identity_id"], unique=False)


def downgrade() -> None:
    op.drop_table("kept_scan")
    op.drop_table("refused_check_in")
    op.drop_table("meeting_expected")
    op.drop_table("check_in")
    op.drop_table("meeting")
