"""A committee with two branches and their accounts, a column, and items written there with little ado."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Barrier

from app.core.db import Session, Sessions, in_turn
from app.core.errors import DomainError
from app.members.models import Member
from app.organizations.models import Organization, OrganizationKind
from app.organizations.scope import Scope
from app.staff.models import Role, StaffAccount, StaffRole
from app.study.library import columns, service
from app.study.library.content import Content
from app.study.library.models import (
    ItemKind,
    ReviewVerdict,
    Rights,
    StudyColumn,
    StudyItem,
    StudyReach,
    StudyVersion,
)
from tests import factories
from tests.factories import NOW

WRITER, FIRST, SECOND, THIRD = "wang.li", "li.si", "zhao.liu", "sun.qi"
CONTENT = Content(
    title="学习党章第一章",
    source_name="集团党委党群工作部",
    rights=Rights.OWN_WORK,
    body="<p>党员必须履行下列义务。</p>",
    summary="党员的义务和权利",
    tags=("党章", "党员义务"),
)


@dataclass(frozen=True)
class Shelf:
    """The committee, its two branches, a committee beside it, and the committee's column."""

    root: Organization
    first: Organization
    second: Organization
    foreign: Organization
    column: StudyColumn

    @property
    def scope(self) -> Scope:
        return Scope.of([self.root.path])


def shelf(session: Session) -> Shelf:
    root = factories.organization(session, name="集团党委", kind=OrganizationKind.COMMITTEE)
    first = factories.organization(session, name="第一支部", parent=root)
    second = factories.organization(session, name="第二支部", parent=root)
    foreign = factories.organization(session, name="外单位党委", kind=OrganizationKind.COMMITTEE)
    account(session, WRITER, root)
    return Shelf(root, first, second, foreign, column(session, root))


def account(
    session: Session,
    username: str,
    organization: Organization,
    *,
    role: Role = Role.OFFICE,
    member: Member | None = None,
    active: bool = True,
) -> StaffAccount:
    made = StaffAccount(
        username=username,
        display_name=username,
        member_id=member.id if member else None,
        password_hash="x",
        totp_sealed="x",
        active=active,
        created_at=NOW,
    )
    session.add(made)
    session.flush()
    session.add(StaffRole(account_id=made.id, role=role, organization_id=organization.id))
    session.flush()
    return made


def column(
    session: Session,
    organization: Organization,
    name: str = "党章学习",
    *,
    owner: str = WRITER,
    now: datetime = NOW,
) -> StudyColumn:
    return columns.add_column(
        session, organization=organization, name=name, about="", owner=owner, by=owner, now=now
    )


def draft(
    session: Session,
    made: Shelf,
    content: Content = CONTENT,
    *,
    kind: ItemKind = ItemKind.ARTICLE,
    reach: StudyReach = StudyReach.EVERYBODY,
    organization: Organization | None = None,
    column: StudyColumn | None = None,
    now: datetime = NOW,
) -> StudyVersion:
    return service.draft(
        session,
        organization_id=(organization or made.root).id,
        column_id=(column or made.column).id,
        kind=kind,
        reach=reach,
        content=content,
        author=WRITER,
        author_name="王丽",
        now=now,
    )


def titled(title: str) -> Content:
    return replace(CONTENT, title=title)


def submitted(session: Session, version: StudyVersion, *, now: datetime = NOW) -> StudyVersion:
    service.submit(session, version=version, revision=version.revision, now=now)
    return version


def say(
    session: Session,
    version: StudyVersion,
    stage: int,
    reviewer: str,
    verdict: ReviewVerdict = ReviewVerdict.PASSED,
    *,
    note: str = "",
    revision: int | None = None,
    now: datetime = NOW,
) -> None:
    service.review(
        session,
        version=version,
        revision=version.revision if revision is None else revision,
        stage=stage,
        verdict=verdict,
        note=note,
        reviewer=reviewer,
        reviewer_name=reviewer,
        now=now,
    )


def passed(session: Session, version: StudyVersion, *, now: datetime = NOW) -> StudyVersion:
    """Submitted and passed by three."""
    submitted(session, version, now=now)
    for stage, reviewer in enumerate((FIRST, SECOND, THIRD), start=1):
        say(session, version, stage, reviewer, now=now)
    return version


def again(session: Session, version: StudyVersion, *, author: str = WRITER) -> StudyVersion:
    """The item's next version."""
    return service.new_version(
        session, item=item_of(session, version), author=author, author_name="王丽", now=NOW
    )


def item_of(session: Session, version: StudyVersion) -> StudyItem:
    return session.get_one(StudyItem, version.item_id)


def at_once(sessions: Sessions, *acts: Callable[[Session], object]) -> list[str]:
    """Every act in a thread and a transaction of its own, none before all are ready: 'done', or the refusal's code."""
    ready = Barrier(len(acts))

    def run(act: Callable[[Session], object]) -> str:
        ready.wait()

        def transact() -> str:
            with sessions.begin() as session:
                act(session)
            return "done"

        try:
            return in_turn(transact)
        except DomainError as refusal:
            return refusal.code

    with ThreadPoolExecutor(len(acts)) as threads:
        return sorted(threads.map(run, acts))
