"""Looking for a study item among 10,000 on each engine, and the same with LIKE."""

import json
import os
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy import insert, or_, select, text

from app import migrate
from app.core.db import Session, Sessions, new_engine
from app.organizations import service as organizations
from app.organizations.models import Organization, OrganizationKind
from app.study.library.models import (
    ItemKind,
    Rights,
    StudyColumn,
    StudyItem,
    StudyReach,
    StudyTag,
    StudyVersion,
)
from app.study.library.readers import readable
from app.study.library.states import VersionState
from app.study.searching import indexing
from app.study.searching.finding import find
from benchmarks.scratch import mariadb, postgresql
from benchmarks.search_texts import Text, queries, texts

ITEMS = int(os.environ.get("ZHIBU_BENCH_ITEMS", "10000"))
"""Fewer are for a quick look; the figures of docs/benchmarks.md are of 10,000."""
EACH = 25
"""Queries of every kind."""
ROUNDS = 3
PEER = 5
"""One query in so many is asked with LIKE, too."""
AT_ONCE = 500
AIM_P95_MS = 100
BEGUN = datetime(2019, 1, 1, tzinfo=UTC)
Look = Callable[[Session, str, str], object]


def main() -> None:
    library = list(texts(ITEMS))
    asked = queries(ITEMS, EACH)
    figures = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        urls = {"sqlite": f"sqlite:///{folder / 'bench.db'}", "postgresql": stack.enter_context(postgresql())}
        if url := stack.enter_context(mariadb()):
            urls["mariadb"] = url
        for name, url in urls.items():
            figures[name] = _measured(name, url, library, asked)
    reached = {name: one["find"]["p95_ms"] < AIM_P95_MS for name, one in figures.items()}
    summary = {"items": ITEMS, "queries": len(asked) * EACH, "rounds": ROUNDS, "figures": figures}
    print(json.dumps({"benchmark": "search", **summary, "aim": {"p95_ms": AIM_P95_MS}, "reached": reached}))


def _measured(
    name: str, url: str, library: list[Text], asked: dict[str, list[str]]
) -> dict[str, dict[str, float]]:
    engine = new_engine(url, pool_size=2)
    migrate.upgrade(engine)
    sessions = Sessions(engine)
    path = _filled(sessions, library)
    started = time.perf_counter()
    _index(sessions)
    figures = {"index": {"seconds": round(time.perf_counter() - started, 1)}}
    everything = [query for some in asked.values() for query in some]
    _times(sessions, path, everything, _find)  # to warm up
    rounds = [
        {kind: _times(sessions, path, some, _find) for kind, some in asked.items()} for _ in range(ROUNDS)
    ]
    figures["find"] = _middle([[one for some in each.values() for one in some] for each in rounds])
    for kind in asked:
        figures[kind] = _middle([each[kind] for each in rounds])
    figures["like"] = _middle([_times(sessions, path, everything[::PEER], _like)])
    figures["find to like"] = {
        key: round(figures["find"][key] / figures["like"][key], 3) for key in ("p50_ms", "p95_ms")
    }
    engine.dispose()
    for kind, one in figures.items():
        print(f"{name:11} {kind:18}", "  ".join(f"{key} {value:8}" for key, value in one.items()), flush=True)
    return figures


def _find(session: Session, path: str, query: str) -> object:
    return find(session, path=path, query=query)


def _like(session: Session, path: str, query: str) -> object:
    """What one would write without an index: each word anywhere in title, summary or text, the newest first."""
    words = re.findall(r"\w+", query)
    columns = (StudyVersion.title, StudyVersion.summary, StudyVersion.body)
    statement = (
        select(StudyItem, StudyVersion)
        .join(StudyVersion, StudyVersion.published_item_id == StudyItem.id)
        .where(readable(path), *(or_(*(column.contains(word) for column in columns)) for word in words))
        .order_by(StudyItem.published_at.desc())
        .limit(5)
    )
    return session.execute(statement).all()


def _times(sessions: Sessions, path: str, asked: Sequence[str], look: Look) -> list[float]:
    """Milliseconds of each query, a transaction of its own with it."""
    seen = []
    for query in asked:
        started = time.perf_counter()
        with sessions.read() as session:
            look(session, path, query)
        seen.append((time.perf_counter() - started) * 1000)
    return seen


def _middle(rounds: list[list[float]]) -> dict[str, float]:
    """Of each figure the median of the rounds."""
    cuts = [quantiles(one, n=100, method="inclusive") for one in rounds]
    return {f"p{part}_ms": round(median(cut[part - 1] for cut in cuts), 1) for part in (50, 95, 99)}


def _filled(sessions: Sessions, library: list[Text]) -> str:
    """Published items of a committee and two branches below it. Returns a reader's path."""
    with sessions.begin() as session:
        root = _organization(session, 1, None)
        own, beside = _organization(session, 2, root), _organization(session, 3, root)
        column = StudyColumn(
            organization_id=root.id, name="栏目", owner="a", created_by="a", created_at=BEGUN, position=1
        )
        session.add(column)
        session.flush()
        owners = [root.id] * 8 + [own.id, beside.id]
        for start in range(0, len(library), AT_ONCE):
            _publish(session, column.id, owners, list(enumerate(library, 1))[start : start + AT_ONCE])
        return own.path


def _publish(session: Session, column_id: int, owners: list[int], some: list[tuple[int, Text]]) -> None:
    session.execute(insert(StudyItem), [_item(number, column_id, owners) for number, _ in some])
    session.execute(insert(StudyVersion), [_version(number, one) for number, one in some])
    session.execute(
        insert(StudyTag), [{"version_id": number, "name": tag} for number, one in some for tag in one.tags]
    )


def _item(number: int, column_id: int, owners: list[int]) -> dict[str, object]:
    owner = owners[number % len(owners)]
    return {
        "id": number,
        "organization_id": owner,
        "column_id": column_id,
        "kind": ItemKind.ARTICLE,
        "reach": StudyReach.BELOW,
        "published_at": BEGUN + timedelta(hours=6 * number),
        "created_by": "a",
        "created_at": BEGUN,
    }


def _version(number: int, one: Text) -> dict[str, object]:
    return {
        "id": number,
        "item_id": number,
        "number": 1,
        "published_item_id": number,
        "state": VersionState.PUBLISHED,
        "title": one.title,
        "summary": one.summary,
        "body": one.body,
        "source_name": "本单位",
        "rights": Rights.OWN_WORK,
        "author": "a",
        "author_name": "甲",
        "created_at": BEGUN,
    }


def _index(sessions: Sessions) -> None:
    """As publishing does it, and what PostgreSQL and SQLite learn of a table by themselves after a while."""
    for start in range(1, ITEMS + 1, AT_ONCE):
        with sessions.begin() as session:
            some = StudyVersion.item_id.between(start, start + AT_ONCE - 1)
            for version in session.scalars(select(StudyVersion).where(some)).all():
                indexing.index(session, version=version)
    if sessions.engine.dialect.name == "postgresql":
        with sessions.begin() as session:
            session.execute(text("ANALYZE"))


def _organization(session: Session, number: int, parent: Organization | None) -> Organization:
    kind = OrganizationKind.BRANCH if parent else OrganizationKind.COMMITTEE
    name = f"组织{number}"
    return organizations.found(
        session, code=f"{number:012d}", name=name, short_name=name, kind=kind, parent=parent
    )


if __name__ == "__main__":
    main()
