"""Standards, policies, assessments, reliefs and reviews of dues."""

import json
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.core.db import UTCDateTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TWO_PEOPLE = (
    "decided_by IS NULL OR (decision = 'withdrawn' AND decided_by = proposed_by)"
    " OR (decision <> 'withdrawn' AND decided_by <> proposed_by)"
)

BANDS = [[300000, "0.5"], [500000, "1"], [1000000, "1.5"], [None, "2"]]
OF_2008 = {
    "bands": {
        "salary": BANDS,
        "annual": BANDS,
        "irregular": BANDS,
        "retired": [[500000, "0.5"], [None, "1"]],
    },
    "farmer": [20, 100],
    "fixed": 20,
    "ceiling": None,
    "large_from": 100000,
    "back_months": 6,
    "advance_months": 3,
    "advance_most": 6,
    "arrears_reminders": [2, 4, 5],
    "lapse_months": 6,
}
SHIPPED = (
    (
        date(2008, 4, 1),
        "2008年收缴标准",
        "《关于中国共产党党费收缴、使用和管理的规定》（中组发〔2008〕3号）",
        OF_2008,
    ),
    (
        date(2017, 1, 1),
        "现行收缴标准",
        "中组发〔2008〕3号，并按组电明字〔2017〕5号：年初核定、年内一般不变，月缴一般不超过1000元",
        OF_2008 | {"ceiling": 100000},
    ),
)


def _row(effective: date, name: str, clause: str, table: dict[str, Any]) -> dict[str, Any]:
    moment = datetime(effective.year, effective.month, effective.day, tzinfo=UTC)
    return {
        "name": name,
        "clause": clause,
        "effective_from": effective,
        "table": json.dumps(table),
        "standing": 1,
        "decision": "approved",
        "proposed_by": "zhibu",
        "proposed_at": moment,
        "decided_by": "shipped",
        "decided_at": moment,
        "decision_note": "",
    }


def upgrade() -> None:
    standard = op.create_table(
        "dues_standard",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("clause", sa.String(length=300), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("table", sa.Text(), nullable=False),
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
            name=op.f("ck_dues_standard_two_people"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_standard")),
        sa.UniqueConstraint(
            "effective_from", "standing", name=op.f("uq_dues_standard_effective_from_standing")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_dues_standard_decision"), "dues_standard", ["decision"], unique=False)
    op.bulk_insert(standard, [_row(*one) for one in SHIPPED])
    op.create_table(
        "dues_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Integer(), nullable=False),
        sa.Column("by_wechat", sa.Boolean(), nullable=False),
        sa.Column("by_cash", sa.Boolean(), nullable=False),
        sa.Column("by_transfer", sa.Boolean(), nullable=False),
        sa.Column("mchid", sa.String(length=32), nullable=False),
        sa.Column("account_name", sa.String(length=100), nullable=False),
        sa.Column("account_bank", sa.String(length=100), nullable=False),
        sa.Column("account_number", sa.String(length=40), nullable=False),
        sa.Column("cash_day", sa.String(length=50), nullable=False),
        sa.Column("due_day", sa.Integer(), nullable=False),
        sa.Column("base_month", sa.Integer(), nullable=False),
        sa.Column("round_to_fen", sa.Integer(), nullable=False),
        sa.Column("retired_permille", sa.Integer(), nullable=False),
        sa.Column("advance_months", sa.Integer(), nullable=False),
        sa.Column(
            "twice",
            sa.Enum("refund", "advance", name="twice", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("proxy", sa.Boolean(), nullable=False),
        sa.Column(
            "publishing",
            sa.Enum(
                "quarter", "year", name="publishing", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
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
            name=op.f("ck_dues_policy_two_people"),
        ),
        sa.CheckConstraint("advance_months BETWEEN 1 AND 6", name=op.f("ck_dues_policy_advance_months")),
        sa.CheckConstraint("base_month BETWEEN 1 AND 12", name=op.f("ck_dues_policy_base_month")),
        sa.CheckConstraint("due_day BETWEEN 1 AND 28", name=op.f("ck_dues_policy_due_day")),
        sa.CheckConstraint(
            "retired_permille BETWEEN 1 AND 1000", name=op.f("ck_dues_policy_retired_permille")
        ),
        sa.CheckConstraint("round_to_fen IN (1, 10, 100)", name=op.f("ck_dues_policy_round_to")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_dues_policy_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_policy")),
        sa.UniqueConstraint(
            "organization_id",
            "effective_from",
            "standing",
            name=op.f("uq_dues_policy_organization_id_effective_from_standing"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_dues_policy_decision"), "dues_policy", ["decision"], unique=False)
    op.create_table(
        "dues_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("from_month", sa.Integer(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "yearly",
                "first",
                "transfer_in",
                "retirement",
                "job_loss",
                "category",
                "monthly_pay",
                "review",
                "correction",
                name="cause",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("row_total", sa.Integer(), nullable=False),
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
            name=op.f("ck_dues_import_two_people"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_dues_import_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_import")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_dues_import_decision"), "dues_import", ["decision"], unique=False)
    op.create_index(op.f("ix_dues_import_organization_id"), "dues_import", ["organization_id"], unique=False)
    op.create_table(
        "dues_import_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "new",
                "changed",
                "same",
                "invalid",
                "unknown",
                "duplicate",
                name="baselinekind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column(
            "category",
            sa.Enum(
                "salary",
                "annual",
                "irregular",
                "retired",
                "farmer",
                "fixed",
                name="duescategory",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("base_sealed", sa.String(length=200), nullable=True),
        sa.Column("computed_fen", sa.BigInteger(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("was_fen", sa.BigInteger(), nullable=True),
        sa.Column("capped", sa.Boolean(), nullable=False),
        sa.Column("fault", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["dues_import.id"], name=op.f("fk_dues_import_line_import_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_dues_import_line_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_import_line")),
        sa.UniqueConstraint("import_id", "row_number", name=op.f("uq_dues_import_line_import_id_row_number")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_dues_import_line_member_id"), "dues_import_line", ["member_id"], unique=False)
    op.create_table(
        "dues_assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("from_month", sa.Integer(), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "salary",
                "annual",
                "irregular",
                "retired",
                "farmer",
                "fixed",
                name="duescategory",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("base_sealed", sa.String(length=200), nullable=True),
        sa.Column("computed_fen", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("capped", sa.Boolean(), nullable=False),
        sa.Column("voluntary", sa.Boolean(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "yearly",
                "first",
                "transfer_in",
                "retirement",
                "job_loss",
                "category",
                "monthly_pay",
                "review",
                "correction",
                name="cause",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("standard_id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
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
            "cause = 'yearly' OR reason <> ''", name=op.f("ck_dues_assessment_exceptions_have_reasons")
        ),
        sa.CheckConstraint(
            TWO_PEOPLE,
            name=op.f("ck_dues_assessment_two_people"),
        ),
        sa.CheckConstraint("amount_fen >= 0 AND computed_fen >= 0", name=op.f("ck_dues_assessment_amounts")),
        sa.ForeignKeyConstraint(["import_id"], ["dues_import.id"], name=op.f("fk_dues_assessment_import_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_dues_assessment_member_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["dues_policy.id"], name=op.f("fk_dues_assessment_policy_id")),
        sa.ForeignKeyConstraint(
            ["standard_id"], ["dues_standard.id"], name=op.f("fk_dues_assessment_standard_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_assessment")),
        sa.UniqueConstraint(
            "member_id",
            "from_month",
            "standing",
            name=op.f("uq_dues_assessment_member_id_from_month_standing"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_dues_assessment_decision"), "dues_assessment", ["decision"], unique=False)
    op.create_index(op.f("ix_dues_assessment_import_id"), "dues_assessment", ["import_id"], unique=False)
    op.create_table(
        "dues_relief",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "exempt", "reduced", name="reliefkind", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("from_month", sa.Integer(), nullable=False),
        sa.Column("until_month", sa.Integer(), nullable=False),
        sa.Column("reason_sealed", sa.String(length=1000), nullable=False),
        sa.Column("studied_on", sa.Date(), nullable=False),
        sa.Column("document_no", sa.String(length=60), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
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
            "(kind = 'exempt' AND amount_fen = 0) OR (kind = 'reduced' AND amount_fen > 0)",
            name=op.f("ck_dues_relief_amount"),
        ),
        sa.CheckConstraint(
            TWO_PEOPLE,
            name=op.f("ck_dues_relief_two_people"),
        ),
        sa.CheckConstraint("until_month >= from_month", name=op.f("ck_dues_relief_months")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_dues_relief_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_relief")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_dues_relief_decision"), "dues_relief", ["decision"], unique=False)
    op.create_index("ix_dues_relief_member_id", "dues_relief", ["member_id"], unique=False)
    op.create_table(
        "dues_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("open_member_id", sa.Integer(), nullable=True),
        sa.Column("assessment_id", sa.Integer(), nullable=True),
        sa.Column("question", sa.String(length=500), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.Column("answered_by", sa.String(length=64), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["dues_assessment.id"], name=op.f("fk_dues_review_assessment_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_dues_review_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_review")),
        sa.UniqueConstraint("open_member_id", name=op.f("uq_dues_review_open_member_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_dues_review_member_id"), "dues_review", ["member_id"], unique=False)


def downgrade() -> None:
    op.drop_table("dues_review")
    op.drop_table("dues_relief")
    op.drop_table("dues_assessment")
    op.drop_table("dues_import_line")
    op.drop_table("dues_import")
    op.drop_table("dues_policy")
    op.drop_table("dues_standard")
