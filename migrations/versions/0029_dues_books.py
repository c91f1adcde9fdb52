"""Bills and the double-entry ledger."""

import sqlalchemy as sa
from alembic import op

from app.core.db import UTCDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

TWO_PEOPLE = (
    "decided_by IS NULL OR (decision = 'withdrawn' AND decided_by = proposed_by)"
    " OR (decision <> 'withdrawn' AND decided_by <> proposed_by)"
)


def upgrade() -> None:
    op.create_table(
        "dues_bill",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "assessed",
                "due",
                "pending",
                "partial",
                "paid",
                "exempt",
                "overdue",
                "reversed",
                name="billstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("relief_id", sa.Integer(), nullable=True),
        sa.Column("live", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "amount_fen >= 0 AND paid_fen >= 0 AND paid_fen <= amount_fen", name=op.f("ck_dues_bill_amounts")
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["dues_assessment.id"], name=op.f("fk_dues_bill_assessment_id")
        ),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["organization.id"], name=op.f("fk_dues_bill_committee_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_dues_bill_member_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_dues_bill_organization_id")
        ),
        sa.ForeignKeyConstraint(["relief_id"], ["dues_relief.id"], name=op.f("fk_dues_bill_relief_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_bill")),
        sa.UniqueConstraint("member_id", "month", "live", name=op.f("uq_dues_bill_member_id_month_live")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(
        "ix_dues_bill_committee_id_month_state", "dues_bill", ["committee_id", "month", "state"], unique=False
    )
    op.create_index(
        "ix_dues_bill_organization_id_month", "dues_bill", ["organization_id", "month"], unique=False
    )
    op.create_table(
        "dues_bill_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("bills", sa.Integer(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("without_amount", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["organization.id"], name=op.f("fk_dues_bill_run_committee_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_bill_run")),
        sa.UniqueConstraint("committee_id", "month", name=op.f("uq_dues_bill_run_committee_id_month")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "dues_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open", "locked", name="periodstate", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("vouchers", sa.Integer(), nullable=False),
        sa.Column("locked_by", sa.String(length=64), nullable=True),
        sa.Column("locked_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["organization.id"], name=op.f("fk_dues_period_committee_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_period")),
        sa.UniqueConstraint("committee_id", "month", name=op.f("uq_dues_period_committee_id_month")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "dues_reopening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
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
            name=op.f("ck_dues_reopening_two_people"),
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_dues_reopening_reason")),
        sa.ForeignKeyConstraint(["period_id"], ["dues_period.id"], name=op.f("fk_dues_reopening_period_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_reopening")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_dues_reopening_decision"), "dues_reopening", ["decision"], unique=False)
    op.create_index(op.f("ix_dues_reopening_period_id"), "dues_reopening", ["period_id"], unique=False)
    op.create_table(
        "dues_journal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "billed",
                "paid",
                "advance_used",
                "refund_owed",
                "refunded",
                "handed_over",
                "large",
                "remitted",
                "booked",
                "reversal",
                name="journalkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("external_key", sa.String(length=80), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("approved_by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("document_no", sa.String(length=60), nullable=False),
        sa.Column("reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "(kind = 'reversal') = (reverses_id IS NOT NULL)", name=op.f("ck_dues_journal_reversals_reverse")
        ),
        sa.CheckConstraint(
            "kind NOT IN ('reversal', 'booked') OR (approved_by <> '' AND approved_by <> made_by AND reason <> '')",
            name=op.f("ck_dues_journal_by_two_people"),
        ),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["organization.id"], name=op.f("fk_dues_journal_committee_id")
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["dues_journal.id"], name=op.f("fk_dues_journal_reverses_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_journal")),
        sa.UniqueConstraint(
            "committee_id", "month", "number", name=op.f("uq_dues_journal_committee_id_month_number")
        ),
        sa.UniqueConstraint("external_key", name=op.f("uq_dues_journal_external_key")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_dues_journal_reverses_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "dues_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("journal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "debit",
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
                name="debit",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("debit_organization_id", sa.Integer(), nullable=False),
        sa.Column(
            "credit",
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
                name="credit",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("credit_organization_id", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("bill_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_dues_entry_amount")),
        sa.CheckConstraint(
            "debit <> credit OR debit_organization_id <> credit_organization_id",
            name=op.f("ck_dues_entry_two_accounts"),
        ),
        sa.ForeignKeyConstraint(["bill_id"], ["dues_bill.id"], name=op.f("fk_dues_entry_bill_id")),
        sa.ForeignKeyConstraint(
            ["credit_organization_id"], ["organization.id"], name=op.f("fk_dues_entry_credit_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["debit_organization_id"], ["organization.id"], name=op.f("fk_dues_entry_debit_organization_id")
        ),
        sa.ForeignKeyConstraint(["journal_id"], ["dues_journal.id"], name=op.f("fk_dues_entry_journal_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_dues_entry_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_entry")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_dues_entry_bill_id"), "dues_entry", ["bill_id"], unique=False)
    op.create_index("ix_dues_entry_credit", "dues_entry", ["credit_organization_id", "credit"], unique=False)
    op.create_index("ix_dues_entry_debit", "dues_entry", ["debit_organization_id", "debit"], unique=False)
    op.create_index(op.f("ix_dues_entry_journal_id"), "dues_entry", ["journal_id"], unique=False)
    op.create_index(op.f("ix_dues_entry_member_id"), "dues_entry", ["member_id"], unique=False)
    op.create_table(
        "dues_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "opening",
                "interest",
                "charge",
                "settled",
                "use",
                "suspense",
                "found_wechat",
                "found_bank",
                "given_back",
                "given_back_wechat",
                "advance_back",
                "bill",
                "reversal",
                name="draftkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("month", sa.Integer(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column(
            "item",
            sa.Enum(
                "training",
                "materials",
                "commendation",
                "hardship",
                "disaster",
                name="useitem",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("document_no", sa.String(length=60), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("bill_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("journal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
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
        sa.CheckConstraint("(kind = 'bill') = (bill_id IS NOT NULL)", name=op.f("ck_dues_draft_bills")),
        sa.CheckConstraint(
            "kind NOT IN ('given_back', 'given_back_wechat', 'advance_back') OR member_id IS NOT NULL",
            name=op.f("ck_dues_draft_given_to"),
        ),
        sa.CheckConstraint(
            "(kind = 'reversal') = (reverses_id IS NOT NULL)", name=op.f("ck_dues_draft_reversals_reverse")
        ),
        sa.CheckConstraint("(kind = 'use') = (item IS NOT NULL)", name=op.f("ck_dues_draft_uses_have_items")),
        sa.CheckConstraint(
            TWO_PEOPLE,
            name=op.f("ck_dues_draft_two_people"),
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_dues_draft_reason")),
        sa.ForeignKeyConstraint(["bill_id"], ["dues_bill.id"], name=op.f("fk_dues_draft_bill_id")),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["organization.id"], name=op.f("fk_dues_draft_committee_id")
        ),
        sa.ForeignKeyConstraint(["journal_id"], ["dues_journal.id"], name=op.f("fk_dues_draft_journal_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_dues_draft_member_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["dues_journal.id"], name=op.f("fk_dues_draft_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_draft")),
        sa.UniqueConstraint("journal_id", name=op.f("uq_dues_draft_journal_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_dues_draft_committee_id"), "dues_draft", ["committee_id"], unique=False)
    op.create_index(op.f("ix_dues_draft_decision"), "dues_draft", ["decision"], unique=False)


def downgrade() -> None:
    op.drop_table("dues_draft")
    op.drop_table("dues_entry")
    op.drop_table("dues_journal")
    op.drop_table("dues_reopening")
    op.drop_table("dues_period")
    op.drop_table("dues_bill_run")
    op.drop_table("dues_bill")
