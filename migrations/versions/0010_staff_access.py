"""Temporary passwords, and the first link of the audit chain."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

AUDIT_HEAD = sa.table("audit_head", sa.column("id"), sa.column("last_hash"), sa.column("count"))


def upgrade() -> None:
    op.add_column(
        "staff_account",
        sa.Column("password_temporary", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.bulk_insert(AUDIT_HEAD, [{"id": 1, "last_hash": "0" * 64, "count": 0}])


def downgrade() -> None:
    op.execute(AUDIT_HEAD.delete())
    op.drop_column("staff_account", "password_temporary")
