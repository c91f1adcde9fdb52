"""One index of deliveries less: a chat's own is the beginning of what keeps its subjects unique."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.create_unique_constraint(op.f("uq_delivery_identity_id_subject"), ["identity_id", "subject"])
        batch_op.drop_index(op.f("ix_delivery_identity_id"))
        batch_op.drop_constraint(op.f("uq_delivery_subject_identity_id"), type_="unique")


def downgrade() -> None:
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.create_unique_constraint(op.f("uq_delivery_subject_identity_id"), ["subject", "identity_id"])
        batch_op.create_index(op.f("ix_delivery_identity_id"), ["identity_id"], unique=False)
        batch_op.drop_constraint(op.f("uq_delivery_identity_id_subject"), type_="unique")
