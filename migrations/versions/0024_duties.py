"""What a branch says of its duties, and when its term ends."""

import sqlalchemy as sa
from alembic import op

from app.core.db import UTCDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "duty_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column(
            "duty",
            sa.Enum(
                "member_meeting",
                "branch_committee",
                "group_meeting",
                "party_lecture",
                "theme_day",
                "organizational_life",
                "appraisal",
                "renewal",
                name="duty",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column(
            "statement",
            sa.Enum(
                "explained",
                "not_applicable",
                name="statement",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("stated_by", sa.String(length=64), nullable=False),
        sa.Column("stated_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_duty_statement_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_statement")),
        sa.UniqueConstraint(
            "organization_id", "duty", "period", name=op.f("uq_duty_statement_organization_id_duty_period")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "organization_term",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("elected_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("has_committee", sa.Boolean(), nullable=False),
        sa.Column("entered_by", sa.String(length=64), nullable=False),
        sa.Column("entered_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_organization_term_organization_id")
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_organization_term")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )


def downgrade() -> None:
    op.drop_table("organization_term")
    op.drop_table("duty_statement")
