"""Asks each engine's own index which items hold which terms; nothing else of a search depends on the engine."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, cast, column, literal, literal_column, select, table
from sqlalchemy.dialects import mysql, postgresql

from app.core.db import Session
from app.study.searching.models import SearchText
from app.study.searching.terms import Term

INDEX = table("study_search_index", column("rowid"), column("study_search_index"))


def holding(session: Session, terms: Sequence[Term]) -> ColumnElement[bool]:
    """WHERE over `SearchText`: every one of the terms is in it."""
    codes = [term.code for term in terms]
    match session.get_bind().dialect.name:
        case "sqlite":
            found = INDEX.c.study_search_index.op("MATCH")(" ".join(codes))
            return SearchText.item_id.in_(select(INDEX.c.rowid).where(found))
        case "postgresql":
            asked = " & ".join(code.replace("*", ":*") for code in codes)
            return literal_column("study_search.found").bool_op("@@")(
                cast(literal(asked), postgresql.TSQUERY)
            )
        case _:
            asked = " ".join(f"+{code}" for code in codes)
            return mysql.match(SearchText.__table__.c.terms, against=asked).in_boolean_mode()
