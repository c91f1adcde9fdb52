"""Meetings that are planned, moved, merged and recorded late; who is expected, and in what standing."""

import sqlalchemy as sa
from alembic import op

from app.core.db import UTCDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

OLD_WAYS = ("scan", "hand_code", "kept_scan", "recorder")
WAYS = ("scan", "link", "mini_program", "hand_code", "card", "kept_scan", "recorder")
OLD_STATUSES = ("normal", "suspended", "rectifying", "transferred", "left", "deceased")
STATUSES = (*OLD_STATUSES, "under_observation")
STANDINGS = ("voting", "non_voting", "not_counted", "invited")
GROUNDS = ("illness", "abroad", "sentence", "old_or_bedridden", "relation_not_moved", "retired_home")
APPROVED = "(standing = 'not_counted') = (ground IS NOT NULL AND approval_no IS NOT NULL)"
TAKE_STANDING = """
UPDATE meeting_expected SET
  standing = CASE WHEN votes THEN 'voting' ELSE 'non_voting' END,
  organization_id = (SELECT member.organization_id FROM member WHERE member.id = meeting_expected.member_id)
"""

ONE_EACH = """
UPDATE meeting SET hand_code = NULL WHERE id NOT IN
  (SELECT newest FROM (SELECT MAX(id) AS newest FROM meeting WHERE hand_code IS NOT NULL GROUP BY hand_code) AS kept)
"""
COLUMNS = (
    "cancel_reason",
    "merged_into_id",
    "moved_at",
    "revision",
    "chair",
    "recorder",
    "agenda",
    "roster_at",
    "late_reason",
    "plan_id",
    "planned_on",
    "record_year",
    "record_number",
)


def upgrade() -> None:
    _make_tables()
    _settle_hand_codes()
    _extend_meeting()
    _give_standing()
    with op.batch_alter_table("refused_check_in") as batch_op:
        batch_op.add_column(sa.Column("settled_at", UTCDateTime(), nullable=True))
    _allow("check_in", "way", WAYS)
    _allow("member", "partystatus", STATUSES, column="status")


def _make_tables() -> None:
    op.create_table(
        "meeting_organization",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_organization_meeting_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_meeting_organization_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_organization")),
        sa.UniqueConstraint(
            "meeting_id", "organization_id", name=op.f("uq_meeting_organization_meeting_id_organization_id")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(
        op.f("ix_meeting_organization_organization_id"),
        "meeting_organization",
        ["organization_id"],
        unique=False,
    )
    op.create_table(
        "hand_code_tries",
        sa.Column("identity_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("locked_until", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["identity_id"],
            ["wechat_identity.id"],
            name=op.f("fk_hand_code_tries_identity_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("identity_id", name=op.f("pk_hand_code_tries")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_calendar_feed_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("member_id", name=op.f("uq_calendar_feed_member_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )


def _extend_meeting() -> None:
    with op.batch_alter_table("meeting") as batch_op:
        batch_op.add_column(
            sa.Column("cancel_reason", sa.String(length=200), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("moved_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("chair", sa.String(length=50), server_default="", nullable=False))
        batch_op.add_column(sa.Column("recorder", sa.String(length=50), server_default="", nullable=False))
        batch_op.add_column(sa.Column("agenda", sa.String(length=2000), server_default="", nullable=False))
        batch_op.add_column(sa.Column("roster_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("late_reason", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("plan_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("planned_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("record_year", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("record_number", sa.Integer(), nullable=True))
        batch_op.drop_index(op.f("ix_meeting_hand_code"))
        batch_op.create_unique_constraint(op.f("uq_meeting_hand_code"), ["hand_code"])
        batch_op.create_unique_constraint(
            op.f("uq_meeting_organization_id_record_year_record_number"),
            ["organization_id", "record_year", "record_number"],
        )
        batch_op.create_unique_constraint(op.f("uq_meeting_plan_id_planned_on"), ["plan_id", "planned_on"])
        batch_op.create_foreign_key(op.f("fk_meeting_merged_into_id"), "meeting", ["merged_into_id"], ["id"])
        batch_op.create_foreign_key(op.f("fk_meeting_plan_id"), "meeting_plan", ["plan_id"], ["id"])


def _give_standing() -> None:
    with op.batch_alter_table("meeting_expected") as batch_op:
        batch_op.add_column(sa.Column("organization_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("standing", sa.String(24), nullable=True))
        batch_op.add_column(sa.Column("ground", sa.String(24), nullable=True))
        batch_op.add_column(sa.Column("approval_no", sa.String(60), nullable=True))
    op.execute(TAKE_STANDING)
    with op.batch_alter_table("meeting_expected") as batch_op:
        batch_op.alter_column("organization_id", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("standing", existing_type=sa.String(24), nullable=False)
        batch_op.create_check_constraint(op.f("ck_meeting_expected_standing"), _among("standing", STANDINGS))
        batch_op.create_check_constraint(op.f("ck_meeting_expected_ground"), _among("ground", GROUNDS))
        batch_op.create_check_constraint(op.f("ck_meeting_expected_approved"), APPROVED)
        batch_op.create_foreign_key(
            op.f("fk_meeting_expected_organization_id"), "organization", ["organization_id"], ["id"]
        )
        batch_op.drop_column("votes")


def _among(column: str, values: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


def _allow(table: str, name: str, values: tuple[str, ...], *, column: str | None = None) -> None:
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        batch_op.create_check_constraint(op.f(f"ck_{table}_{name}"), _among(column or name, values))


def _settle_hand_codes() -> None:
    """What is over gives its six digits back; of two live meetings with the same, the newer one keeps them."""
    with op.batch_alter_table("meeting") as batch_op:
        batch_op.alter_column("hand_code", existing_type=sa.String(6), nullable=True)
    op.execute("UPDATE meeting SET hand_code = NULL WHERE check_in_until < CURRENT_TIMESTAMP")
    op.execute(ONE_EACH)


def _give_hand_codes_back() -> None:
    """The old column wants six digits everywhere: those of a meeting that is over name nothing."""
    op.execute("UPDATE meeting SET hand_code = '000000' WHERE hand_code IS NULL")


def downgrade() -> None:
    op.execute("DELETE FROM check_in WHERE way NOT IN ('scan', 'hand_code', 'kept_scan', 'recorder')")
    op.execute("UPDATE member SET status = 'normal' WHERE status = 'under_observation'")
    _allow("member", "partystatus", OLD_STATUSES, column="status")
    _allow("check_in", "way", OLD_WAYS)
    with op.batch_alter_table("refused_check_in") as batch_op:
        batch_op.drop_column("settled_at")
    with op.batch_alter_table("meeting_expected") as batch_op:
        batch_op.add_column(sa.Column("votes", sa.Boolean(), nullable=True))
    op.execute("DELETE FROM meeting_expected WHERE standing IN ('not_counted', 'invited')")
    op.execute("UPDATE meeting_expected SET votes = (standing = 'voting')")
    with op.batch_alter_table("meeting_expected") as batch_op:
        batch_op.alter_column("votes", existing_type=sa.Boolean(), nullable=False)
        batch_op.drop_constraint(op.f("fk_meeting_expected_organization_id"), type_="foreignkey")
        for check in ("approved", "ground", "standing"):
            batch_op.drop_constraint(op.f(f"ck_meeting_expected_{check}"), type_="check")
        for column in ("approval_no", "ground", "standing", "organization_id"):
            batch_op.drop_column(column)
    _give_hand_codes_back()
    with op.batch_alter_table("meeting") as batch_op:
        batch_op.drop_constraint(op.f("fk_meeting_plan_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_meeting_merged_into_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("uq_meeting_plan_id_planned_on"), type_="unique")
        batch_op.drop_constraint(op.f("uq_meeting_organization_id_record_year_record_number"), type_="unique")
        batch_op.drop_constraint(op.f("uq_meeting_hand_code"), type_="unique")
        batch_op.create_index(op.f("ix_meeting_hand_code"), ["hand_code"], unique=False)
        batch_op.alter_column("hand_code", existing_type=sa.String(6), nullable=False)
        for column in reversed(COLUMNS):
            batch_op.drop_column(column)
    op.drop_table("calendar_feed")
    op.drop_table("hand_code_tries")
    op.drop_table("meeting_organization")
