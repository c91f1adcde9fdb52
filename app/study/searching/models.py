"""What can be found of each published item, in signs that every engine's full-text index takes (docs/adr/0023)."""

from typing import Any

from sqlalchemy import Connection, ForeignKey, Table, event, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, LongText


class SearchText(Base):
    """`title` and `body` are written by `terms.py`: single words of ASCII signs, in the order of the text."""

    __tablename__ = "study_search"

    item_id: Mapped[int] = mapped_column(
        ForeignKey("study_item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    title: Mapped[str] = mapped_column(LongText)
    body: Mapped[str] = mapped_column(LongText)


INDEXES = {
    "sqlite": (
        (
            "CREATE VIRTUAL TABLE study_search_index"
            " USING fts5(title, body, content='study_search', content_rowid='item_id')"
        ),
        (
            "CREATE TRIGGER study_search_added AFTER INSERT ON study_search BEGIN"
            " INSERT INTO study_search_index(rowid, title, body) VALUES (new.item_id, new.title, new.body); END"
        ),
        (
            "CREATE TRIGGER study_search_gone AFTER DELETE ON study_search BEGIN"
            " INSERT INTO study_search_index(study_search_index, rowid, title, body)"
            " VALUES ('delete', old.item_id, old.title, old.body); END"
        ),
        (
            "CREATE TRIGGER study_search_changed AFTER UPDATE ON study_search BEGIN"
            " INSERT INTO study_search_index(study_search_index, rowid, title, body)"
            " VALUES ('delete', old.item_id, old.title, old.body);"
            " INSERT INTO study_search_index(rowid, title, body) VALUES (new.item_id, new.title, new.body); END"
        ),
    ),
    "postgresql": (
        (
            "ALTER TABLE study_search ADD COLUMN found tsvector GENERATED ALWAYS AS"
            " (setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', body), 'D')) STORED"
        ),
        "CREATE INDEX ix_study_search_found ON study_search USING gin (found)",
    ),
    "mysql": (
        "CREATE FULLTEXT INDEX ix_study_search_title ON study_search (title)",
        "CREATE FULLTEXT INDEX ix_study_search_body ON study_search (body)",
    ),
}
"""Each engine's own full-text index over the two columns, which SQLAlchemy does not describe."""


@event.listens_for(SearchText.__table__, "after_create")
def _index(_table: Table, connection: Connection, **_: Any) -> None:
    for statement in INDEXES["mysql" if connection.dialect.name == "mariadb" else connection.dialect.name]:
        connection.execute(text(statement))
