"""A delivery knows its member, its announcement, its way out; wallets, pauses and switches."""

import sqlalchemy as sa
from alembic import op

from app.core.db import UTCDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


OLD = ("queued", "sending", "sent", "rejected", "uncertain")
NEW = ("held", "queued", "sending", "sent", "delivered", "listed", "rejected", "uncertain", "withdrawn")
STATE = "state IN ({})"


def upgrade() -> None:
    _create_channel_pause()
    _create_topic_switch()
    _create_subscription_grant()
    _extend_delivery()
    _allow(NEW)


def _create_channel_pause() -> None:
    op.create_table(
        "channel_pause",
        sa.Column(
            "channel",
            sa.Enum(
                "customer",
                "template",
                "subscription",
                "mini_program",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_pause")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )


def _create_topic_switch() -> None:
    op.create_table(
        "topic_switch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column(
            "topic",
            sa.Enum(
                "announcements",
                "meetings",
                "dues",
                "study",
                "digest",
                name="topic",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("off_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_topic_switch_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_switch")),
        sa.UniqueConstraint("member_id", "topic", name=op.f("uq_topic_switch_member_id_topic")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )


def _create_subscription_grant() -> None:
    op.create_table(
        "subscription_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("identity_id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.String(length=64), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("remaining >= 0", name=op.f("ck_subscription_grant_remaining")),
        sa.ForeignKeyConstraint(
            ["identity_id"],
            ["wechat_identity.id"],
            name=op.f("fk_subscription_grant_identity_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription_grant")),
        sa.UniqueConstraint(
            "identity_id", "template_id", name=op.f("uq_subscription_grant_identity_id_template_id")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )


def _extend_delivery() -> None:
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.add_column(sa.Column("member_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("announcement_id", sa.Integer(), nullable=True))
        batch_op.add_column(
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
                server_default="personal",
            )
        )
        batch_op.add_column(
            sa.Column(
                "channel",
                sa.Enum(
                    "customer",
                    "template",
                    "subscription",
                    "mini_program",
                    name="channel",
                    native_enum=False,
                    create_constraint=True,
                    length=24,
                ),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("handed_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("claimed_by", sa.String(length=32), nullable=True))
        batch_op.create_index("ix_delivery_announcement_id_state", ["announcement_id", "state"], unique=False)
        batch_op.create_index("ix_delivery_member_id_created_at", ["member_id", "created_at"], unique=False)
        batch_op.create_unique_constraint(op.f("uq_delivery_subject_member_id"), ["subject", "member_id"])
        batch_op.create_foreign_key(
            op.f("fk_delivery_announcement_id"),
            "announcement",
            ["announcement_id"],
            ["id"],
            ondelete="CASCADE",
        )
        batch_op.create_foreign_key(
            op.f("fk_delivery_member_id"), "member", ["member_id"], ["id"], ondelete="SET NULL"
        )


def _allow(states: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{state}'" for state in states)
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.drop_constraint(op.f("ck_delivery_deliverystate"), type_="check")
        batch_op.create_check_constraint(op.f("ck_delivery_deliverystate"), STATE.format(listed))


def downgrade() -> None:
    op.execute(
        "DELETE FROM delivery WHERE state NOT IN ('queued', 'sending', 'sent', 'rejected', 'uncertain')"
    )
    _allow(OLD)
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.drop_constraint(op.f("fk_delivery_member_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_delivery_announcement_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("uq_delivery_subject_member_id"), type_="unique")
        batch_op.drop_index("ix_delivery_member_id_created_at")
        batch_op.drop_index("ix_delivery_announcement_id_state")
        for check in ("ck_delivery_urgency", "ck_delivery_channel"):
            batch_op.drop_constraint(op.f(check), type_="check")
        batch_op.drop_column("claimed_by")
        batch_op.drop_column("handed_at")
        batch_op.drop_column("channel")
        batch_op.drop_column("urgency")
        batch_op.drop_column("announcement_id")
        batch_op.drop_column("member_id")
    op.drop_table("subscription_grant")
    op.drop_table("topic_switch")
    op.drop_table("channel_pause")
