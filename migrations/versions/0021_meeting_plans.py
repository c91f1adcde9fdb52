"""Plans of meetings that come again."""

import sqlalchemy as sa
from alembic import op

from app.core.db import UTCDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meeting_plan",
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
        sa.Column("chair", sa.String(length=50), nullable=False),
        sa.Column("recorder", sa.String(length=50), nullable=False),
        sa.Column("agenda", sa.String(length=2000), nullable=False),
        sa.Column(
            "frequency",
            sa.Enum(
                "monthly",
                "quarterly",
                "yearly",
                name="frequency",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("month_day", sa.Integer(), nullable=True),
        sa.Column("nth", sa.Integer(), nullable=True),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("starts_minute", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(month_day IS NULL) = (weekday IS NOT NULL)", name=op.f("ck_meeting_plan_one_rule")
        ),
        sa.CheckConstraint("(weekday IS NULL) = (nth IS NULL)", name=op.f("ck_meeting_plan_which_weekday")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_meeting_plan_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_plan")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(
        op.f("ix_meeting_plan_organization_id"), "meeting_plan", ["organization_id"], unique=False
    )
    op.create_table(
        "meeting_plan_skip",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("skipped_by", sa.String(length=64), nullable=False),
        sa.Column("skipped_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["meeting_plan.id"], name=op.f("fk_meeting_plan_skip_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_plan_skip")),
        sa.UniqueConstraint("plan_id", "planned_on", name=op.f("uq_meeting_plan_skip_plan_id_planned_on")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )


def downgrade() -> None:
    op.drop_table("meeting_plan_skip")
    op.drop_table("meeting_plan")
