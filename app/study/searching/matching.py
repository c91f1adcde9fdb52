"""Asks each engine's own index which items hold which terms; nothing else of a search depends on the engine."""

from collections.abc import Sequence

from sqlalchemy import Select, cast, column, func, literal, select, table
from sqlalchemy.dialects import mysql, postgresql

from app.core.db import Session
from app.study.searching.models import SearchText
from app.study.searching.terms import Term

INDEX = table("study_search_index", column("rowid"), column("study_search_index"))


def holding(session: Session, terms: Sequence[Term], *, most: int | None = None) -> Select[int]:
    """The ids of items, `most` of them at most, that hold every one of the terms, as `item_id`."""
    codes = [term.code for term in terms]
    match session.get_bind().dialect.name:
        case "sqlite":
            asked = INDEX.c.study_search_index.op("MATCH")(" ".join(codes))
            return select(INDEX.c.rowid.label("item_id")).where(asked).limit(most)
        case "postgresql":
            query = cast(literal(" & ".join(code.replace("*", ":*") for code in codes)), postgresql.TSQUERY)
            return select(func.study_search_holding(query, most).column_valued("item_id"))
        case _:
            against = " ".join(f"+{code}" for code in codes)
            match = mysql.match(SearchText.__table__.c.terms, against=against).in_boolean_mode()
            return select(SearchText.item_id).where(match).limit(most)
