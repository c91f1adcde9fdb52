"""WeChat's later word on a message is found by its number."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_delivery_attempt_remote_id"), "delivery_attempt", ["remote_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_delivery_attempt_remote_id"), table_name="delivery_attempt")
