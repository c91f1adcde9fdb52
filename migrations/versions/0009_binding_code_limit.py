"""How many wrong names were tried with a binding code."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("binding_code") as table:
        table.add_column(sa.Column("wrong_names", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("binding_code") as table:
        table.drop_column("wrong_names")
