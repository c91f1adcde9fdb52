"""The tables of members."""

import sqlalchemy as sa
from alembic import op

from app.core.db import UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("name_pinyin", sa.String(length=120), nullable=False),
        sa.Column(
            "gender",
            sa.Enum("male", "female", name="gender", native_enum=False, create_constraint=True, length=24),
            nullable=True,
        ),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("education", sa.String(length=20), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "full",
                "probationary",
                "target",
                "activist",
                "applicant",
                "masses",
                name="memberkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "normal",
                "suspended",
                "rectifying",
                "transferred",
                "left",
                "deceased",
                name="partystatus",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("joined_on", sa.Date(), nullable=True),
        sa.Column("converted_on", sa.Date(), nullable=True),
        sa.Column("department", sa.String(length=100), nullable=False),
        sa.Column("post", sa.String(length=50), nullable=False),
        sa.Column("phone_sealed", sa.String(length=120), nullable=True),
        sa.Column("phone_index", sa.String(length=32), nullable=True),
        sa.Column("id_number_index", sa.String(length=32), nullable=True),
        sa.Column("id_number_tail", sa.String(length=4), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_member_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("id_number_index", name=op.f("uq_member_id_number_index")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_member_kind"), "member", ["kind"], unique=False)
    op.create_index(op.f("ix_member_name"), "member", ["name"], unique=False)
    op.create_index(op.f("ix_member_organization_id"), "member", ["organization_id"], unique=False)
    op.create_index(op.f("ix_member_phone_index"), "member", ["phone_index"], unique=False)
    op.create_index(op.f("ix_member_status"), "member", ["status"], unique=False)
    op.create_table(
        "binding_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("code_index", sa.String(length=32), nullable=False),
        sa.Column("issued_at", UTCDateTime(), nullable=False),
        sa.Column("issued_by", sa.String(length=64), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_binding_code_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_binding_code")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_binding_code_code_index"), "binding_code", ["code_index"], unique=False)
    op.create_index(op.f("ix_binding_code_member_id"), "binding_code", ["member_id"], unique=False)
    op.create_table(
        "wechat_identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("app_id", sa.String(length=32), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("unionid", sa.String(length=64), nullable=True),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("bound_at", UTCDateTime(), nullable=True),
        sa.Column("followed_at", UTCDateTime(), nullable=True),
        sa.Column("wrote_at", UTCDateTime(), nullable=True),
        sa.Column("topic", sa.String(length=24), nullable=True),
        sa.Column("topic_data", sa.Text(), nullable=True),
        sa.Column("topic_until", UTCDateTime(), nullable=True),
        sa.Column("binding_failures", sa.Integer(), nullable=False),
        sa.Column("binding_locked_until", UTCDateTime(), nullable=True),
        sa.Column("menu_wanted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_wechat_identity_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wechat_identity")),
        sa.UniqueConstraint("app_id", "member_id", name=op.f("uq_wechat_identity_app_id_member_id")),
        sa.UniqueConstraint("app_id", "openid", name=op.f("uq_wechat_identity_app_id_openid")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_wechat_identity_member_id"), "wechat_identity", ["member_id"], unique=False)
    op.create_index(op.f("ix_wechat_identity_menu_wanted"), "wechat_identity", ["menu_wanted"], unique=False)


def downgrade() -> None:
    op.drop_table("wechat_identity")
    op.drop_table("binding_code")
    op.drop_table("member")
