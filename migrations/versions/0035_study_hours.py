"""Study hours: dated figures, meetings that give them, and members' own declarations."""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op

from app.core.db import UTCDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

TWO_PEOPLE = (
    "decided_by IS NULL OR (decision = 'withdrawn' AND decided_by = proposed_by)"
    " OR (decision <> 'withdrawn' AND decided_by <> proposed_by)"
)

FROM = date(2019, 1, 1)
PLAN = "《2019—2023年全国党员教育培训工作规划》；新规划的数字以上级通知为准"
CUSTOM = "各地学时认定办法的通行做法：全天8学时、半天4学时，其余每小时1学时"
SHIPPED = (
    ("member_year", 32, PLAN),
    ("leader_year", 56, PLAN),
    ("full_day", 8, CUSTOM),
    ("half_day", 4, CUSTOM),
    ("clock_hour", 1, CUSTOM),
)


def _row(figure: str, hours: int, clause: str) -> dict[str, object]:
    moment = datetime(FROM.year, FROM.month, FROM.day, tzinfo=UTC)
    return {
        "figure": figure,
        "effective_from": FROM,
        "minutes": hours * 60,
        "clause": clause,
        "standing": 1,
        "decision": "approved",
        "proposed_by": "zhibu",
        "proposed_at": moment,
        "decided_by": "shipped",
        "decided_at": moment,
        "decision_note": "",
    }


def upgrade() -> None:
    rules = op.create_table(
        "study_hours_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "figure",
            sa.Enum(
                "member_year",
                "leader_year",
                "full_day",
                "half_day",
                "clock_hour",
                name="hoursfigure",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("clause", sa.String(length=300), nullable=False),
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
        sa.CheckConstraint(TWO_PEOPLE, name=op.f("ck_study_hours_rule_two_people")),
        sa.CheckConstraint("minutes BETWEEN 0 AND 30000", name=op.f("ck_study_hours_rule_minutes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_hours_rule")),
        sa.UniqueConstraint(
            "figure",
            "effective_from",
            "standing",
            name=op.f("uq_study_hours_rule_figure_effective_from_standing"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_study_hours_rule_decision"), "study_hours_rule", ["decision"], unique=False)
    op.create_table(
        "study_declaration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("topic", sa.String(length=100), nullable=False),
        sa.Column("held_by", sa.String(length=80), nullable=False),
        sa.Column(
            "unit",
            sa.Enum(
                "full_day",
                "half_day",
                "clock",
                name="hoursunit",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "declared",
                "accepted",
                "returned",
                "taken_back",
                name="declarationstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("declared_at", UTCDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 15 AND 4800", name=op.f("ck_study_declaration_minutes")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_study_declaration_member_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_study_declaration_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_declaration")),
        sa.UniqueConstraint(
            "member_id", "held_on", "topic", name=op.f("uq_study_declaration_member_id_held_on_topic")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_study_declaration_member_id"), "study_declaration", ["member_id"], unique=False)
    op.create_index(
        op.f("ix_study_declaration_organization_id"), "study_declaration", ["organization_id"], unique=False
    )
    op.create_table(
        "study_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("topic", sa.String(length=100), nullable=False),
        sa.Column(
            "unit",
            sa.Enum(
                "full_day",
                "half_day",
                "clock",
                name="hoursunit",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("confirmed_by", sa.String(length=64), nullable=True),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 15 AND 4800", name=op.f("ck_study_session_minutes")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["study_plan_entry.id"], name=op.f("fk_study_session_entry_id")
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_study_session_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_session")),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_study_session_meeting_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.bulk_insert(rules, [_row(*one) for one in SHIPPED])


def downgrade() -> None:
    op.drop_table("study_session")
    op.drop_table("study_declaration")
    op.drop_table("study_hours_rule")
