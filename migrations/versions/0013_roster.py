"""The tables of the roster import."""

import sqlalchemy as sa
from alembic import op

from app.core.db import BigId, UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "roster_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("row_total", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("applied_at", UTCDateTime(), nullable=True),
        sa.Column("applied_by", sa.String(length=64), nullable=True),
        sa.Column("reverted_at", UTCDateTime(), nullable=True),
        sa.Column("reverted_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_roster_import_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_import")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_roster_import_created_at"), "roster_import", ["created_at"], unique=False)
    op.create_index(
        op.f("ix_roster_import_organization_id"), "roster_import", ["organization_id"], unique=False
    )
    _create_roster_change()


def _create_roster_change() -> None:
    op.create_table(
        "roster_change",
        sa.Column("id", BigId, nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "joined",
                "returned",
                "moved",
                "changed",
                "left",
                "unknown_branch",
                "duplicate",
                "invalid",
                name="changekind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "blocked",
                "proposed",
                "applied",
                "stale",
                "reverted",
                name="changestate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("contents", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["roster_import.id"],
            name=op.f("fk_roster_change_import_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_roster_change_member_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_roster_change_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_change")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index("ix_roster_change_import_id_state", "roster_change", ["import_id", "state"], unique=False)
    op.create_index(op.f("ix_roster_change_member_id"), "roster_change", ["member_id"], unique=False)
    op.create_index(
        op.f("ix_roster_change_organization_id"), "roster_change", ["organization_id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("roster_change")
    op.drop_table("roster_import")
