"""Plans of a year, members' choices and wishes, and items pushed to people."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

from app.core.db import UTCDateTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

LONG_TEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "study_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "learner",
            sa.Enum(
                "everybody",
                "leader",
                "probationary",
                name="learner",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "ended",
                name="planstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("standing", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name=op.f("ck_study_plan_year")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_study_plan_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_plan")),
        sa.UniqueConstraint(
            "organization_id",
            "year",
            "learner",
            "standing",
            name=op.f("uq_study_plan_organization_id_year_learner_standing"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "study_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("column_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["column_id"], ["study_column.id"], name=op.f("fk_study_choice_column_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_study_choice_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_choice")),
        sa.UniqueConstraint("member_id", "column_id", name=op.f("uq_study_choice_member_id_column_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "study_plan_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column(
            "slot",
            sa.Enum(
                "course",
                "film",
                "case",
                "reading",
                name="slot",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("suggested_by", sa.Date(), nullable=False),
        sa.CheckConstraint("month BETWEEN 1 AND 12", name=op.f("ck_study_plan_entry_month")),
        sa.ForeignKeyConstraint(["item_id"], ["study_item.id"], name=op.f("fk_study_plan_entry_item_id")),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["study_plan.id"], name=op.f("fk_study_plan_entry_plan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_plan_entry")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_study_plan_entry_item_id"), "study_plan_entry", ["item_id"], unique=False)
    op.create_index(op.f("ix_study_plan_entry_plan_id"), "study_plan_entry", ["plan_id"], unique=False)
    op.create_table(
        "study_push",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("audience", LONG_TEXT, nullable=False),
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
        sa.Column("send_at", UTCDateTime(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "scheduled",
                "sent",
                "withdrawn",
                name="pushstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("waiting", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["study_item.id"], name=op.f("fk_study_push_item_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_study_push_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_push")),
        sa.UniqueConstraint(
            "item_id",
            "organization_id",
            "waiting",
            name=op.f("uq_study_push_item_id_organization_id_waiting"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_study_push_organization_id"), "study_push", ["organization_id"], unique=False)
    op.create_index("ix_study_push_state_send_at", "study_push", ["state", "send_at"], unique=False)
    op.create_table(
        "study_wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "offered",
                "declined",
                "taken_back",
                name="wishstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=200), nullable=False),
        sa.Column("answered_by", sa.String(length=64), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("place BETWEEN 1 AND 3", name=op.f("ck_study_wish_place")),
        sa.ForeignKeyConstraint(["item_id"], ["study_item.id"], name=op.f("fk_study_wish_item_id")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_study_wish_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_study_wish_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_wish")),
        sa.UniqueConstraint("key", name=op.f("uq_study_wish_key")),
        sa.UniqueConstraint("member_id", "place", name=op.f("uq_study_wish_member_id_place")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_study_wish_organization_id"), "study_wish", ["organization_id"], unique=False)


def downgrade() -> None:
    op.drop_table("study_wish")
    op.drop_table("study_push")
    op.drop_table("study_plan_entry")
    op.drop_table("study_choice")
    op.drop_table("study_plan")
