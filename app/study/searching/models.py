"""What can be found of each published item, in signs that every engine's full-text index takes (docs/adr/0023)."""

from typing import Any

from sqlalchemy import Connection, ForeignKey, Table, event, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, LongText


class SearchText(Base):
    """`terms` as `terms.encoded` makes them; `title` is normalised and has the tags; `plain` the rest, tidied."""

    __tablename__ = "study_search"

    item_id: Mapped[int] = mapped_column(
        ForeignKey("study_item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    title: Mapped[str] = mapped_column(LongText)
    terms: Mapped[str] = mapped_column(LongText)
    plain: Mapped[str] = mapped_column(LongText)


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
"""Each engine's own full-text index over `terms`, which SQLAlchemy does not describe."""


@event.listens_for(SearchText.__table__, "after_create")
def _index(_table: Table, connection: Connection, **_: Any) -> None:
    for statement in INDEXES["mysql" if connection.dialect.name == "mariadb" else connection.dialect.name]:
        connection.execute(text(statement))
