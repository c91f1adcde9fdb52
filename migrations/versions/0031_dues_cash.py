"""Receipts, transfers, handovers, large gifts, remittance and publicity."""

import sqlalchemy as sa
from alembic import op

from app.core.db import UTCDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

TWO_PEOPLE = (
    "decided_by IS NULL OR (decision = 'withdrawn' AND decided_by = proposed_by)"
    " OR (decision <> 'withdrawn' AND decided_by <> proposed_by)"
)


def upgrade() -> None:
    op.create_table(
        "dues_receipt_series",
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["organization.id"], name=op.f("fk_dues_receipt_series_committee_id")
        ),
        sa.PrimaryKeyConstraint("committee_id", "year", name=op.f("pk_dues_receipt_series")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "dues_receipt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column(
            "way",
            sa.Enum(
                "wechat",
                "cash",
                "transfer",
                name="payway",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", UTCDateTime(), nullable=False),
        sa.Column("journal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("received_by", sa.String(length=64), nullable=False),
        sa.Column("payer_name", sa.String(length=50), nullable=False),
        sa.Column("payer_relation", sa.String(length=20), nullable=False),
        sa.Column("payer_consent", sa.Boolean(), nullable=False),
        sa.Column("cancelled_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("printed", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "payer_name = '' OR (payer_relation <> '' AND payer_consent)", name=op.f("ck_dues_receipt_proxy")
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_dues_receipt_amount")),
        sa.ForeignKeyConstraint(
            ["cancelled_by_id"], ["dues_journal.id"], name=op.f("fk_dues_receipt_cancelled_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["organization.id"], name=op.f("fk_dues_receipt_committee_id")
        ),
        sa.ForeignKeyConstraint(["journal_id"], ["dues_journal.id"], name=op.f("fk_dues_receipt_journal_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_dues_receipt_member_id")),
        sa.ForeignKeyConstraint(["order_id"], ["dues_order.id"], name=op.f("fk_dues_receipt_order_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_dues_receipt_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_receipt")),
        sa.UniqueConstraint("cancelled_by_id", name=op.f("uq_dues_receipt_cancelled_by_id")),
        sa.UniqueConstraint(
            "committee_id", "year", "number", name=op.f("uq_dues_receipt_committee_id_year_number")
        ),
        sa.UniqueConstraint("journal_id", name=op.f("uq_dues_receipt_journal_id")),
        sa.UniqueConstraint("order_id", name=op.f("uq_dues_receipt_order_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_dues_receipt_member_id"), "dues_receipt", ["member_id"], unique=False)
    op.create_index(
        "ix_dues_receipt_organization_id_paid_at",
        "dues_receipt",
        ["organization_id", "paid_at"],
        unique=False,
    )
    op.create_table(
        "dues_receipt_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("receipt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "account",
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
        sa.Column("month", sa.Integer(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["bill_id"], ["dues_bill.id"], name=op.f("fk_dues_receipt_line_bill_id")),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["dues_receipt.id"], name=op.f("fk_dues_receipt_line_receipt_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_receipt_line")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_dues_receipt_line_bill_id"), "dues_receipt_line", ["bill_id"], unique=False)
    op.create_index(
        op.f("ix_dues_receipt_line_receipt_id"), "dues_receipt_line", ["receipt_id"], unique=False
    )
    op.create_table(
        "dues_transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("open_member_id", sa.Integer(), nullable=True),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=100), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "reported",
                "confirmed",
                "refused",
                "withdrawn",
                name="transferstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reported_at", UTCDateTime(), nullable=False),
        sa.Column("settled_by", sa.String(length=64), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("answer", sa.String(length=200), nullable=False),
        sa.Column("receipt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_dues_transfer_amount")),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["organization.id"], name=op.f("fk_dues_transfer_committee_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_dues_transfer_member_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_dues_transfer_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["dues_receipt.id"], name=op.f("fk_dues_transfer_receipt_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_transfer")),
        sa.UniqueConstraint("open_member_id", name=op.f("uq_dues_transfer_open_member_id")),
        sa.UniqueConstraint("receipt_id", name=op.f("uq_dues_transfer_receipt_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_dues_transfer_member_id"), "dues_transfer", ["member_id"], unique=False)
    op.create_index(
        op.f("ix_dues_transfer_organization_id"), "dues_transfer", ["organization_id"], unique=False
    )
    op.create_table(
        "dues_handover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("from_organization_id", sa.Integer(), nullable=False),
        sa.Column("to_organization_id", sa.Integer(), nullable=False),
        sa.Column("banked", sa.Boolean(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "offered",
                "received",
                "refused",
                "withdrawn",
                name="handoverstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("handed_by", sa.String(length=64), nullable=False),
        sa.Column("handed_at", UTCDateTime(), nullable=False),
        sa.Column("received_by", sa.String(length=64), nullable=True),
        sa.Column("received_at", UTCDateTime(), nullable=True),
        sa.Column("slip_number", sa.String(length=60), nullable=False),
        sa.Column("slip_bank", sa.String(length=60), nullable=False),
        sa.Column("slip_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("journal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "NOT banked OR state <> 'received' OR (slip_number <> '' AND slip_on IS NOT NULL)",
            name=op.f("ck_dues_handover_slip"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_dues_handover_amount")),
        sa.CheckConstraint(
            "received_by IS NULL OR received_by <> handed_by", name=op.f("ck_dues_handover_two_people")
        ),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["organization.id"], name=op.f("fk_dues_handover_committee_id")
        ),
        sa.ForeignKeyConstraint(
            ["from_organization_id"], ["organization.id"], name=op.f("fk_dues_handover_from_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["journal_id"], ["dues_journal.id"], name=op.f("fk_dues_handover_journal_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_organization_id"], ["organization.id"], name=op.f("fk_dues_handover_to_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_handover")),
        sa.UniqueConstraint("journal_id", name=op.f("uq_dues_handover_journal_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_dues_handover_committee_id"), "dues_handover", ["committee_id"], unique=False)
    op.create_index(
        op.f("ix_dues_handover_from_organization_id"), "dues_handover", ["from_organization_id"], unique=False
    )
    op.create_index(
        op.f("ix_dues_handover_to_organization_id"), "dues_handover", ["to_organization_id"], unique=False
    )
    op.create_table(
        "dues_large_gift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column(
            "way",
            sa.Enum(
                "wechat",
                "cash",
                "transfer",
                name="payway",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("received_by", sa.String(length=64), nullable=False),
        sa.Column("profile", sa.String(length=500), nullable=False),
        sa.Column("journal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("passed_by", sa.String(length=64), nullable=True),
        sa.Column("passed_on", sa.Date(), nullable=True),
        sa.Column("passed_to", sa.String(length=100), nullable=False),
        sa.Column("passed_journal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("centre_receipt", sa.String(length=60), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_dues_large_gift_amount")),
        sa.CheckConstraint(
            "passed_by IS NULL OR passed_by <> received_by", name=op.f("ck_dues_large_gift_two_people")
        ),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["organization.id"], name=op.f("fk_dues_large_gift_committee_id")
        ),
        sa.ForeignKeyConstraint(
            ["journal_id"], ["dues_journal.id"], name=op.f("fk_dues_large_gift_journal_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_dues_large_gift_member_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_dues_large_gift_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["passed_journal_id"], ["dues_journal.id"], name=op.f("fk_dues_large_gift_passed_journal_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_large_gift")),
        sa.UniqueConstraint("journal_id", name=op.f("uq_dues_large_gift_journal_id")),
        sa.UniqueConstraint("passed_journal_id", name=op.f("uq_dues_large_gift_passed_journal_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(
        op.f("ix_dues_large_gift_committee_id"), "dues_large_gift", ["committee_id"], unique=False
    )
    op.create_index(op.f("ix_dues_large_gift_member_id"), "dues_large_gift", ["member_id"], unique=False)
    op.create_index(
        op.f("ix_dues_large_gift_organization_id"), "dues_large_gift", ["organization_id"], unique=False
    )
    op.create_table(
        "dues_remit_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("to_name", sa.String(length=100), nullable=False),
        sa.Column("ratio_bp", sa.Integer(), nullable=False),
        sa.Column(
            "every",
            sa.Enum(
                "month",
                "quarter",
                "half",
                "year",
                name="remitevery",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("due_days", sa.Integer(), nullable=False),
        sa.Column("clause", sa.String(length=200), nullable=False),
        sa.Column("effective_from", sa.Integer(), nullable=False),
        sa.Column("standing", sa.Integer(), nullable=True),
        sa.Column(
            "decision",
            sa.Enum(
                "proposed",
                "approved",
                "refused",
                "withdrawn",
                name="decision",
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
        sa.Column("decision_note", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            TWO_PEOPLE,
            name=op.f("ck_dues_remit_rule_two_people"),
        ),
        sa.CheckConstraint("due_days BETWEEN 1 AND 366", name=op.f("ck_dues_remit_rule_due_days")),
        sa.CheckConstraint("ratio_bp BETWEEN 1 AND 10000", name=op.f("ck_dues_remit_rule_ratio")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_dues_remit_rule_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_remit_rule")),
        sa.UniqueConstraint(
            "organization_id",
            "effective_from",
            "standing",
            name=op.f("uq_dues_remit_rule_organization_id_effective_from_standing"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_dues_remit_rule_decision"), "dues_remit_rule", ["decision"], unique=False)
    op.create_table(
        "dues_remittance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("from_month", sa.Integer(), nullable=False),
        sa.Column("until_month", sa.Integer(), nullable=False),
        sa.Column("received_fen", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("document_no", sa.String(length=60), nullable=False),
        sa.Column("journal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("standing", sa.Integer(), nullable=True),
        sa.Column(
            "decision",
            sa.Enum(
                "proposed",
                "approved",
                "refused",
                "withdrawn",
                name="decision",
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
        sa.Column("decision_note", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            TWO_PEOPLE,
            name=op.f("ck_dues_remittance_two_people"),
        ),
        sa.CheckConstraint(
            "amount_fen > 0 AND received_fen >= amount_fen", name=op.f("ck_dues_remittance_amounts")
        ),
        sa.ForeignKeyConstraint(
            ["journal_id"], ["dues_journal.id"], name=op.f("fk_dues_remittance_journal_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_dues_remittance_organization_id")
        ),
        sa.ForeignKeyConstraint(["rule_id"], ["dues_remit_rule.id"], name=op.f("fk_dues_remittance_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_remittance")),
        sa.UniqueConstraint("journal_id", name=op.f("uq_dues_remittance_journal_id")),
        sa.UniqueConstraint(
            "organization_id",
            "from_month",
            "standing",
            name=op.f("uq_dues_remittance_organization_id_from_month_standing"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_dues_remittance_decision"), "dues_remittance", ["decision"], unique=False)
    op.create_table(
        "dues_publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("from_month", sa.Integer(), nullable=False),
        sa.Column("until_month", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("totals", sa.Text(), nullable=False),
        sa.Column("published_by", sa.String(length=64), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_dues_publication_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_publication")),
        sa.UniqueConstraint(
            "organization_id", "from_month", "until_month", "version", name="uq_dues_publication_period"
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )


def downgrade() -> None:
    op.drop_table("dues_publication")
    op.drop_table("dues_remittance")
    op.drop_table("dues_remit_rule")
    op.drop_table("dues_large_gift")
    op.drop_table("dues_handover")
    op.drop_table("dues_transfer")
    op.drop_table("dues_receipt_line")
    op.drop_table("dues_receipt")
    op.drop_table("dues_receipt_series")
