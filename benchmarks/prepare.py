"""Making 100,000 deliveries in one statement, and reading what became of them."""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from sqlalchemy import event, insert, text

from app import migrate
from app.core.db import Session, Sessions, new_engine
from app.members.models import Member, MemberKind, PartyStatus, WeChatIdentity
from app.notices.announcements import reach, results, sending, service
from app.notices.announcements.audience import Audience, Target
from app.notices.announcements.content import Content
from app.notices.declarations import load
from app.notices.models import Urgency
from app.notices.setup import Setup, TemplateIds
from app.organizations import service as organizations
from app.organizations.models import Organization, OrganizationKind
from app.organizations.scope import Scope
from benchmarks.scene import APP_ID
from benchmarks.scratch import postgresql

PEOPLE = 100_000
BRANCHES = 300
AT_ONCE = 5_000
ROUNDS = 3
SETUP = Setup(APP_ID, "wxmini", load(), {"announcement": TemplateIds("t", "s", "m")})


@dataclass(frozen=True)
class House:
    """A committee, its branches and their people: one in seven not bound, one in ten of the others not following."""

    sessions: Sessions
    root: Organization

    @property
    def scope(self) -> Scope:
        return Scope.of([self.root.path])

    @property
    def everybody(self) -> Audience:
        return Audience((Target(self.root.id),))


def main() -> None:
    figures = {"sqlite": _on_sqlite(), "postgresql": _on_postgresql()}
    print(json.dumps({"benchmark": "prepare", "people": PEOPLE, "rounds": ROUNDS, "figures": figures}))


def _on_sqlite() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        return _measured("sqlite", f"sqlite:///{Path(folder) / 'bench.db'}")


def _on_postgresql() -> dict[str, float]:
    with postgresql() as url:
        return _measured("postgresql", url)


def _measured(name: str, url: str) -> dict[str, float]:
    engine = new_engine(url, pool_size=2)
    migrate.upgrade(engine)
    house = _founded(Sessions(engine))
    rounds = [_round(house) for _ in range(ROUNDS)]
    engine.dispose()
    figures = {key: round(median(one[key] for one in rounds), 2) for key in rounds[0]}
    print(name, figures, flush=True)
    return figures


def _round(house: House) -> dict[str, float]:
    now = datetime.now(UTC)
    with house.sessions.begin() as session:
        announcement_id = _approved(session, house, now)
    with house.sessions.begin() as session:
        made, seconds = _timed(
            lambda: sending.prepare(session, announcement_id=announcement_id, setup=SETUP, now=now)
        )
        _, committing = _timed(session.commit)
    if made != PEOPLE:
        raise RuntimeError(f"{made} deliveries")
    with house.sessions.read() as session, _counted(house.sessions) as statements:
        _, reaching = _timed(lambda: _reach(session, house, now))
        before = len(statements)
        _, reading = _timed(lambda: _result_page(session, house, announcement_id))
    return {
        "prepare_s": seconds + committing,
        "reach_s": reaching,
        "results_s": reading,
        "results_statements": len(statements) - before,
    }


def _reach(session: Session, house: House, now: datetime) -> reach.Reach:
    urgency = Urgency.OWN_PUSH
    return reach.reach(session, house.scope, audience=house.everybody, urgency=urgency, setup=SETUP, now=now)


def _result_page(session: Session, house: House, announcement_id: int) -> None:
    """What the console asks for it: counts, reasons, organisations, and one page of people."""
    results.progress(session, announcement_id)
    results.reasons(session, house.scope, announcement_id)
    results.by_organization(session, house.scope, announcement_id)
    results.total(session, house.scope, announcement_id)
    results.people(session, house.scope, announcement_id, offset=0, limit=50)


def _timed(act: Callable[[], object]) -> tuple[object, float]:
    started = time.perf_counter()
    return act(), time.perf_counter() - started


@contextmanager
def _counted(sessions: Sessions) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(sessions.engine, "before_cursor_execute", note)
    yield seen
    event.remove(sessions.engine, "before_cursor_execute", note)


def _approved(session: Session, house: House, now: datetime) -> int:
    content = Content("标题", "<p>正文</p>", house.everybody, Urgency.OWN_PUSH)
    made = service.draft(
        session, organization=house.root, content=content, author="a", author_name="甲", now=now
    )
    service.schedule(session, announcement=made, revision=1, send_at=None, by="a", now=now)
    return made.id


def _founded(sessions: Sessions) -> House:
    with sessions.begin() as session:
        root = _organization(session, 0, None)
        branches = [_organization(session, number, root) for number in range(1, BRANCHES + 1)]
        for start in range(1, PEOPLE + 1, AT_ONCE):
            _join(session, branches, range(start, min(start + AT_ONCE, PEOPLE + 1)))
    if sessions.engine.dialect.name == "postgresql":
        with sessions.begin() as session:
            session.execute(text("ANALYZE"))
    return House(sessions, root)


def _organization(session: Session, number: int, parent: Organization | None) -> Organization:
    kind = OrganizationKind.BRANCH if parent else OrganizationKind.COMMITTEE
    name = f"组织{number}"
    return organizations.found(
        session, code=f"{number:012d}", name=name, short_name=name, kind=kind, parent=parent
    )


def _join(session: Session, branches: list[Organization], numbers: range) -> None:
    now = datetime.now(UTC)
    member = {"kind": MemberKind.FULL, "status": PartyStatus.NORMAL, "created_at": now}
    session.execute(
        insert(Member),
        [
            member | {"id": one, "name": f"党员{one}", "organization_id": branches[one % BRANCHES].id}
            for one in numbers
        ],
    )
    session.execute(
        insert(WeChatIdentity),
        [
            {
                "app_id": APP_ID,
                "openid": f"oBench{one:022d}",
                "member_id": one,
                "followed_at": now if one % 10 else None,
            }
            for one in numbers
            if one % 7
        ],
    )


if __name__ == "__main__":
    main()
