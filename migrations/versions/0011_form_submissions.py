"""Forms that were carried out, so that sending one twice has one effect."""

import sqlalchemy as sa
from alembic import op

from app.core.db import UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form_submission",
        sa.Column("token", sa.String(length=43), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("location", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_account.id"], name=op.f("fk_form_submission_account_id")
        ),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_form_submission")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_form_submission_account_id"), "form_submission", ["account_id"], unique=False)
    op.create_index(op.f("ix_form_submission_at"), "form_submission", ["at"], unique=False)


def downgrade() -> None:
    op.drop_table("form_submission")
