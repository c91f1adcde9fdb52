"""What can be found of each published item, with each engine's own full-text index."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

LONG_TEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")
INDEXES = {
    "sqlite": (
        (
            "CREATE VIRTUAL TABLE study_search_index USING fts5(terms, content='study_search',"
            " content_rowid='item_id', tokenize='ascii', detail=none, columnsize=0)"
        ),
        (
            "CREATE TRIGGER study_search_added AFTER INSERT ON study_search BEGIN"
            " INSERT INTO study_search_index(rowid, terms) VALUES (new.item_id, new.terms); END"
        ),
        (
            "CREATE TRIGGER study_search_gone AFTER DELETE ON study_search BEGIN"
            " INSERT INTO study_search_index(study_search_index, rowid, terms)"
            " VALUES ('delete', old.item_id, old.terms); END"
        ),
        (
            "CREATE TRIGGER study_search_changed AFTER UPDATE ON study_search BEGIN"
            " INSERT INTO study_search_index(study_search_index, rowid, terms)"
            " VALUES ('delete', old.item_id, old.terms);"
            " INSERT INTO study_search_index(rowid, terms) VALUES (new.item_id, new.terms); END"
        ),
    ),
    "postgresql": (
        (
            "ALTER TABLE study_search ADD COLUMN found tsvector"
            " GENERATED ALWAYS AS (array_to_tsvector(string_to_array(terms, ' '))) STORED"
        ),
        "CREATE INDEX ix_study_search_found ON study_search USING gin (found)",
        # The planner does not count what it costs to read `found` itself, and for a common word would do so row by row.
        (
            "CREATE OR REPLACE FUNCTION study_search_holding(asked tsquery, most integer) RETURNS SETOF integer"
            " LANGUAGE sql STABLE ROWS 200 SET enable_seqscan = off"
            " AS 'SELECT item_id FROM study_search WHERE found @@ asked LIMIT most'"
        ),
    ),
    "mysql": ("CREATE FULLTEXT INDEX ix_study_search_terms ON study_search (terms)",),
}


def upgrade() -> None:
    op.create_table(
        "study_search",
        sa.Column("item_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", LONG_TEXT, nullable=False),
        sa.Column("terms", LONG_TEXT, nullable=False),
        sa.Column("plain", LONG_TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["study_item.id"], name=op.f("fk_study_search_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_study_search")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    dialect = op.get_bind().dialect.name
    for statement in INDEXES["mysql" if dialect == "mariadb" else dialect]:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE study_search_index")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION study_search_holding(tsquery, integer)")
    op.drop_table("study_search")
