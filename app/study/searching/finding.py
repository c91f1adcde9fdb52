"""What a member finds. Of the words they looked for nothing is kept, counted or logged (design §2).

The engine says which items hold all of the terms, or else some; SQL orders them by title and day, and among the
first fifty a closer look decides. So the order is the same on every engine (docs/adr/0023).
"""

from dataclasses import dataclass
from math import log

from sqlalchemy import Case, Select, case, func, literal, or_, select, union_all

from app.core.db import Session
from app.study.library.models import StudyItem, StudyVersion
from app.study.library.readers import readable
from app.study.searching import ranking
from app.study.searching.matching import holding
from app.study.searching.models import SearchText
from app.study.searching.terms import Term, Wanted, wanted

QUERY_SIGNS = 100
"""Of what a person wrote; the rest is not looked at."""
MOST = 50
"""How many items are looked at closely, and shown at most, whatever else holds the terms."""
LEADING = 24
"""Of the terms, where each is a question of its own to the engine."""
RAREST = 6
"""Where no item holds everything: how many of the terms count."""
COMMON = 1_000
"""Items; once the rarest terms are in that many, the more common ones say nothing."""


@dataclass(frozen=True, slots=True)
class Found:
    """`whole`: the item holds all that was asked for. `extract` is plain text of at most 60 signs, on one line."""

    item: StudyItem
    version: StudyVersion
    extract: str
    whole: bool


def find(session: Session, *, path: str, query: str, limit: int = 5) -> list[Found]:
    """The `limit` (at most 50) nearest of what a member of the organisation with this `path` may read.

    Only the first 100 signs of the query count; nothing to look for in them is nothing found.
    """
    asked = wanted(query[:QUERY_SIGNS])
    if not asked.terms:
        return []
    nearest = _with_all(session, path, asked)
    whole = bool(nearest)
    if not whole:
        nearest = _with_some(session, path, asked)
    return _shown(session, _ranked(session, asked, nearest)[: max(0, min(limit, MOST))], asked, whole=whole)


def _with_all(session: Session, path: str, asked: Wanted) -> dict[int, float]:
    """Items that hold every term, those with most of them in the title first, then the newest."""
    # The words of a copied title are all in one; to look for the first of them is enough.
    title, first = SearchText.title, asked.runs[0]
    exactly = or_(title == first, title.startswith(f"{first} "))  # what follows the blank are tags
    begins = case((exactly, 2), (title.startswith(first), 1), else_=0)
    in_title = sum((_in_title(term) for term in asked.terms[:LEADING]), start=begins)
    held = holding(session, asked.terms).subquery()
    statement = (
        select(SearchText.item_id)
        .join(held, held.c.item_id == SearchText.item_id)
        .join(StudyItem, StudyItem.id == SearchText.item_id)
        .where(readable(path))
        .order_by(in_title.desc(), StudyItem.published_at.desc(), StudyItem.id.desc())
        .limit(MOST)
    )
    return dict.fromkeys(session.scalars(statement), 0.0)


def _with_some(session: Session, path: str, asked: Wanted) -> dict[int, float]:
    """Items that hold some of the rarer terms, with their weight: each term by its rarity, three times in a title."""
    weights = _weights(session, asked)
    if not weights:
        return {}
    hits = union_all(*(_hits(session, term, weight) for term, weight in weights.items())).subquery()
    weight = func.sum(hits.c.weight)
    statement = (
        select(hits.c.item_id, weight)
        .join(StudyItem, StudyItem.id == hits.c.item_id)
        .where(readable(path))
        .group_by(hits.c.item_id, StudyItem.published_at)
        .order_by(weight.desc(), StudyItem.published_at.desc(), hits.c.item_id.desc())
        .limit(MOST)
    )
    return {item_id: round(float(sum_), 3) for item_id, sum_ in session.execute(statement)}


def _hits(session: Session, term: Term, weight: float) -> Select[int, float]:
    weighed = (literal(weight) * (1 + 2 * _in_title(term))).label("weight")
    held = holding(session, [term]).subquery()
    return select(SearchText.item_id, weighed).join(held, held.c.item_id == SearchText.item_id)


def _weights(session: Session, asked: Wanted) -> dict[Term, float]:
    """The rarest terms that are held at all. A word that asks or binds is common, and falls out by itself."""
    counts = union_all(*(_count(session, number, term) for number, term in enumerate(asked.terms[:LEADING])))
    rarest = sorted((count, number) for number, count in session.execute(counts) if count)[:RAREST]
    items = session.scalar(select(func.count()).select_from(StudyItem)) or 1
    kept: dict[Term, float] = {}
    seen = 0
    for count, number in rarest:
        if seen < COMMON:
            kept[asked.terms[number]] = log(1 + items / count)
        seen += count
    return kept


def _count(session: Session, number: int, term: Term) -> Select[int, int]:
    """In how many items a term is; of a common one it is enough to know that."""
    some = holding(session, [term], most=COMMON).subquery()
    return select(literal(number), func.count()).select_from(some)


def _in_title(term: Term) -> Case[int]:
    return case((SearchText.title.contains(term.text), 1), else_=0)


def _ranked(session: Session, asked: Wanted, nearest: dict[int, float]) -> list[tuple[int, str]]:
    """The same items with their texts, the nearest first; equal ones as they came."""
    columns = select(SearchText.item_id, SearchText.title, SearchText.plain)
    texts = {row.item_id: row for row in session.execute(columns.where(SearchText.item_id.in_(nearest)))}
    near = {
        item_id: (weight, ranking.score(asked, title=texts[item_id].title, plain=texts[item_id].plain))
        for item_id, weight in nearest.items()
        if item_id in texts
    }
    return [(item_id, texts[item_id].plain) for item_id in sorted(near, key=near.__getitem__, reverse=True)]


def _shown(session: Session, ranked: list[tuple[int, str]], asked: Wanted, *, whole: bool) -> list[Found]:
    statement = (
        select(StudyItem, StudyVersion)
        .join(StudyVersion, StudyVersion.published_item_id == StudyItem.id)
        .where(StudyItem.id.in_([item_id for item_id, _ in ranked]))
    )
    read = {item.id: (item, version) for item, version in session.execute(statement)}
    return [
        Found(*read[item_id], ranking.extract(asked, plain), whole)
        for item_id, plain in ranked
        if item_id in read
    ]
