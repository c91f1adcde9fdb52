"""The three posts about money, and which account has which."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

OLD = ("secretary", "organizer", "office", "auditor", "administrator")
NEW = ("collector", "reconciler", "accountant")


def _allow(roles: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{role}'" for role in roles)
    with op.batch_alter_table("staff_role") as batch_op:
        batch_op.drop_constraint(op.f("ck_staff_role_role"), type_="check")
        batch_op.create_check_constraint(op.f("ck_staff_role_role"), f"role IN ({listed})")


def upgrade() -> None:
    _allow(OLD + NEW)
    op.create_table(
        "staff_dues_post",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "secretary",
                "organizer",
                "office",
                "auditor",
                "administrator",
                "collector",
                "reconciler",
                "accountant",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_account.id"], name=op.f("fk_staff_dues_post_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_staff_dues_post")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )


def downgrade() -> None:
    op.drop_table("staff_dues_post")
    op.execute("DELETE FROM staff_role WHERE role IN ('collector', 'reconciler', 'accountant')")
    _allow(OLD)
