"""Questions, quizzes, contests and papers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

from app.core.db import UTCDateTime

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

LONG_TEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "study_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "single",
                "multiple",
                "true_false",
                "fill",
                name="questionkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("explanation", sa.String(length=500), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_study_question_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_question")),
        sa.UniqueConstraint(
            "organization_id", "digest", name=op.f("uq_study_question_organization_id_digest")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_study_question_subject"), "study_question", ["subject"], unique=False)
    op.create_table(
        "study_quiz",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("about", sa.String(length=500), nullable=False),
        sa.Column(
            "reach",
            sa.Enum(
                "everybody",
                "below",
                "own",
                name="studyreach",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("drawn", sa.Text(), nullable=False),
        sa.Column("contest", sa.Boolean(), nullable=False),
        sa.Column("opens_at", UTCDateTime(), nullable=False),
        sa.Column("closes_at", UTCDateTime(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "closed",
                "withdrawn",
                name="quizstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("results_by", sa.String(length=64), nullable=True),
        sa.Column("results_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_study_quiz_opening")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_study_quiz_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_quiz")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_study_quiz_organization_id"), "study_quiz", ["organization_id"], unique=False)
    op.create_index(op.f("ix_study_quiz_state"), "study_quiz", ["state"], unique=False)
    op.create_table(
        "study_contest_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("consents", sa.Boolean(), nullable=False),
        sa.Column("entered_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_study_contest_entry_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["quiz_id"], ["study_quiz.id"], name=op.f("fk_study_contest_entry_quiz_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_contest_entry")),
        sa.UniqueConstraint("quiz_id", "member_id", name=op.f("uq_study_contest_entry_quiz_id_member_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(
        op.f("ix_study_contest_entry_member_id"), "study_contest_entry", ["member_id"], unique=False
    )
    op.create_table(
        "study_quiz_paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("questions", LONG_TEXT, nullable=False),
        sa.Column("answers", LONG_TEXT, nullable=False),
        sa.Column("drawn_at", UTCDateTime(), nullable=False),
        sa.Column("submitted_at", UTCDateTime(), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("correct", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_study_quiz_paper_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["quiz_id"], ["study_quiz.id"], name=op.f("fk_study_quiz_paper_quiz_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_quiz_paper")),
        sa.UniqueConstraint("quiz_id", "member_id", name=op.f("uq_study_quiz_paper_quiz_id_member_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_study_quiz_paper_member_id"), "study_quiz_paper", ["member_id"], unique=False)


def downgrade() -> None:
    op.drop_table("study_quiz_paper")
    op.drop_table("study_contest_entry")
    op.drop_table("study_quiz")
    op.drop_table("study_question")
