"""Orders at WeChat Pay, refunds, what it told us, its trade bills, and differences."""

import sqlalchemy as sa
from alembic import op

from app.core.db import UTCDateTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dues_order",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("out_trade_no", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("mchid", sa.String(length=32), nullable=False),
        sa.Column("app_id", sa.String(length=32), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("description", sa.String(length=127), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("content_key", sa.String(length=64), nullable=False),
        sa.Column("open_member_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "created",
                "pending",
                "closing",
                "closed",
                "paid",
                name="orderstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("prepay_id", sa.String(length=64), nullable=True),
        sa.Column("prepaid_at", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("ask_at", UTCDateTime(), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("transaction_id", sa.String(length=64), nullable=True),
        sa.Column("paid_at", UTCDateTime(), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("refunded_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(state = 'paid') = (transaction_id IS NOT NULL)", name=op.f("ck_dues_order_paid")
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_dues_order_amount")),
        sa.CheckConstraint(
            "open_member_id IS NULL OR state IN ('created', 'pending')", name=op.f("ck_dues_order_open")
        ),
        sa.CheckConstraint(
            "refunded_fen >= 0 AND refunded_fen <= amount_fen", name=op.f("ck_dues_order_refunded")
        ),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["organization.id"], name=op.f("fk_dues_order_committee_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_dues_order_member_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_dues_order_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_order")),
        sa.UniqueConstraint("open_member_id", name=op.f("uq_dues_order_open_member_id")),
        sa.UniqueConstraint("out_trade_no", name=op.f("uq_dues_order_out_trade_no")),
        sa.UniqueConstraint("transaction_id", name=op.f("uq_dues_order_transaction_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index("ix_dues_order_ask_at", "dues_order", ["ask_at"], unique=False)
    op.create_index("ix_dues_order_mchid_paid_at", "dues_order", ["mchid", "paid_at"], unique=False)
    op.create_index(op.f("ix_dues_order_member_id"), "dues_order", ["member_id"], unique=False)
    op.create_table(
        "dues_order_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "bill",
                "advance",
                "extra",
                name="linekind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("bill_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("month", sa.Integer(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(kind = 'bill') = (bill_id IS NOT NULL)", name=op.f("ck_dues_order_line_bills")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_dues_order_line_amount")),
        sa.ForeignKeyConstraint(["bill_id"], ["dues_bill.id"], name=op.f("fk_dues_order_line_bill_id")),
        sa.ForeignKeyConstraint(["order_id"], ["dues_order.id"], name=op.f("fk_dues_order_line_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_order_line")),
        sa.UniqueConstraint("order_id", "bill_id", name=op.f("uq_dues_order_line_order_id_bill_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_dues_order_line_order_id"), "dues_order_line", ["order_id"], unique=False)
    op.create_table(
        "dues_refund",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("out_refund_no", sa.String(length=64), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "twice",
                "too_much",
                "asked",
                name="refundcause",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column(
            "taken_from",
            sa.Enum(
                "receivable",
                "wechat",
                "cash",
                "bank",
                "dues",
                "extra",
                "interest",
                "advance",
                "refunds",
                "large",
                "suspense",
                "remitted",
                "used",
                "charges",
                "opening",
                name="account",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("bill_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "refused",
                "wanted",
                "processing",
                "succeeded",
                "abnormal",
                "closed",
                name="refundstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("proposed_by", sa.String(length=64), nullable=False),
        sa.Column("proposed_at", UTCDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("ask_at", UTCDateTime(), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("refund_id", sa.String(length=64), nullable=True),
        sa.Column("error", sa.String(length=64), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_dues_refund_amount")),
        sa.CheckConstraint(
            "(taken_from = 'receivable') = (bill_id IS NOT NULL)", name=op.f("ck_dues_refund_bills")
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> proposed_by", name=op.f("ck_dues_refund_two_people")
        ),
        sa.ForeignKeyConstraint(["bill_id"], ["dues_bill.id"], name=op.f("fk_dues_refund_bill_id")),
        sa.ForeignKeyConstraint(["order_id"], ["dues_order.id"], name=op.f("fk_dues_refund_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_refund")),
        sa.UniqueConstraint("key", name=op.f("uq_dues_refund_key")),
        sa.UniqueConstraint("out_refund_no", name=op.f("uq_dues_refund_out_refund_no")),
        sa.UniqueConstraint("refund_id", name=op.f("uq_dues_refund_refund_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index("ix_dues_refund_ask_at", "dues_refund", ["ask_at"], unique=False)
    op.create_index(op.f("ix_dues_refund_order_id"), "dues_refund", ["order_id"], unique=False)
    op.create_table(
        "dues_notification",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("external_key", sa.String(length=100), nullable=False),
        sa.Column("nonce_key", sa.String(length=64), nullable=False),
        sa.Column("event_type", sa.String(length=32), nullable=False),
        sa.Column("out_trade_no", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "handled",
                "refused",
                name="notificationstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("handled_at", UTCDateTime(), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_notification")),
        sa.UniqueConstraint("external_key", name=op.f("uq_dues_notification_external_key")),
        sa.UniqueConstraint("nonce_key", name=op.f("uq_dues_notification_nonce_key")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(
        op.f("ix_dues_notification_out_trade_no"), "dues_notification", ["out_trade_no"], unique=False
    )
    op.create_index(
        "ix_dues_notification_state_received_at", "dues_notification", ["state", "received_at"], unique=False
    )
    op.create_table(
        "dues_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mchid", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "wanted",
                "read",
                "matched",
                "none",
                name="statementstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("digest", sa.String(length=40), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("refunded_fen", sa.BigInteger(), nullable=False),
        sa.Column("fees_fen", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ask_at", UTCDateTime(), nullable=True),
        sa.Column("read_at", UTCDateTime(), nullable=True),
        sa.Column("matched_at", UTCDateTime(), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_statement")),
        sa.UniqueConstraint("mchid", "day", name=op.f("uq_dues_statement_mchid_day")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_dues_statement_ask_at"), "dues_statement", ["ask_at"], unique=False)
    op.create_table(
        "dues_statement_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "payment",
                "refund",
                name="statementkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("app_id", sa.String(length=32), nullable=False),
        sa.Column("transaction_id", sa.String(length=64), nullable=False),
        sa.Column("out_trade_no", sa.String(length=64), nullable=False),
        sa.Column("out_refund_no", sa.String(length=64), nullable=False),
        sa.Column("refund_id", sa.String(length=64), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["dues_statement.id"],
            name=op.f("fk_dues_statement_line_statement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_statement_line")),
        sa.UniqueConstraint(
            "statement_id", "number", name=op.f("uq_dues_statement_line_statement_id_number")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(
        "ix_dues_statement_line_out_trade_no", "dues_statement_line", ["out_trade_no"], unique=False
    )
    op.create_table(
        "dues_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "amount",
                "stranger",
                "unknown_order",
                "unknown_refund",
                "not_booked",
                "not_in_bill",
                "bad_bill",
                "no_bill",
                "refund_abnormal",
                "refund_closed",
                "refund_refused",
                "paid_twice",
                name="casekind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open", "settled", name="casestate", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("committee_id", sa.Integer(), nullable=True),
        sa.Column("mchid", sa.String(length=32), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("statement_id", sa.Integer(), nullable=True),
        sa.Column("ours_fen", sa.BigInteger(), nullable=True),
        sa.Column("theirs_fen", sa.BigInteger(), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("settled_by", sa.String(length=64), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["organization.id"], name=op.f("fk_dues_case_committee_id")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["dues_order.id"], name=op.f("fk_dues_case_order_id")),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["dues_statement.id"], name=op.f("fk_dues_case_statement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_case")),
        sa.UniqueConstraint("key", name=op.f("uq_dues_case_key")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_dues_case_committee_id"), "dues_case", ["committee_id"], unique=False)
    op.create_index(op.f("ix_dues_case_order_id"), "dues_case", ["order_id"], unique=False)
    op.create_index("ix_dues_case_state_opened_at", "dues_case", ["state", "opened_at"], unique=False)


def downgrade() -> None:
    op.drop_table("dues_case")
    op.drop_table("dues_statement_line")
    op.drop_table("dues_statement")
    op.drop_table("dues_notification")
    op.drop_table("dues_refund")
    op.drop_table("dues_order_line")
    op.drop_table("dues_order")
