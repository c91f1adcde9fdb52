"""Count sheets of votes."""

import sqlalchemy as sa
from alembic import op

from app.core.db import UTCDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meeting_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "matter",
            sa.Enum(
                "general",
                "admission",
                "conversion",
                "disposition",
                "committee",
                "election",
                name="matter",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "method",
            sa.Enum("ballot", "hands", name="method", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "counted",
                "confirmed",
                "void",
                name="votestate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("due_voting", sa.Integer(), nullable=True),
        sa.Column("present_voting", sa.Integer(), nullable=True),
        sa.Column("issued", sa.Integer(), nullable=True),
        sa.Column("returned", sa.Integer(), nullable=True),
        sa.Column("in_favour", sa.Integer(), nullable=True),
        sa.Column("against", sa.Integer(), nullable=True),
        sa.Column("abstained", sa.Integer(), nullable=True),
        sa.Column("spoiled", sa.Integer(), nullable=True),
        sa.Column("written_in_favour", sa.Integer(), nullable=False),
        sa.Column("written_against", sa.Integer(), nullable=False),
        sa.Column("written_abstained", sa.Integer(), nullable=False),
        sa.Column("count_number", sa.Integer(), nullable=False),
        sa.Column("opened_by", sa.String(length=64), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("counted_by", sa.String(length=64), nullable=False),
        sa.Column("counted_at", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("void_reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint("returned IS NULL OR returned >= 0", name=op.f("ck_meeting_vote_returned")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_vote_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_vote")),
        sa.UniqueConstraint("meeting_id", "number", name=op.f("uq_meeting_vote_meeting_id_number")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "meeting_candidate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vote_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("in_favour", sa.Integer(), nullable=True),
        sa.Column("written_in", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["vote_id"], ["meeting_vote.id"], name=op.f("fk_meeting_candidate_vote_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_candidate")),
        sa.UniqueConstraint("vote_id", "name", name=op.f("uq_meeting_candidate_vote_id_name")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "meeting_teller",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vote_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("confirmed_count", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("paper_reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_meeting_teller_member_id")),
        sa.ForeignKeyConstraint(["vote_id"], ["meeting_vote.id"], name=op.f("fk_meeting_teller_vote_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_teller")),
        sa.UniqueConstraint("vote_id", "member_id", name=op.f("uq_meeting_teller_vote_id_member_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_meeting_teller_member_id"), "meeting_teller", ["member_id"], unique=False)
    op.create_table(
        "written_opinion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vote_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_written_opinion_member_id")),
        sa.ForeignKeyConstraint(["vote_id"], ["meeting_vote.id"], name=op.f("fk_written_opinion_vote_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_written_opinion")),
        sa.UniqueConstraint("vote_id", "member_id", name=op.f("uq_written_opinion_vote_id_member_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_written_opinion_member_id"), "written_opinion", ["member_id"], unique=False)


def downgrade() -> None:
    op.drop_table("written_opinion")
    op.drop_table("meeting_teller")
    op.drop_table("meeting_candidate")
    op.drop_table("meeting_vote")
