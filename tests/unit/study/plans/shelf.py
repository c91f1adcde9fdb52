"""A committee with branches, and a library with a few things to read, with little ado."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from app.core.db import Session
from app.members.models import Member
from app.organizations.models import Organization, OrganizationKind
from app.organizations.scope import Scope
from app.staff.models import Role, StaffAccount, StaffRole
from app.study.library.models import ItemKind, Rights, StudyColumn, StudyItem, StudyReach, StudyVersion
from app.study.library.states import VersionState
from app.study.plans import service
from app.study.plans.models import Learner, Slot, StudyPlan
from app.study.plans.rules import Entry
from tests import factories
from tests.factories import NOW

EARLIEST = date(2026, 3, 5)
"""Three working days after NOW, a Monday."""


@dataclass(frozen=True)
class House:
    root: Organization
    first: Organization
    second: Organization
    foreign: Organization

    @property
    def scope(self) -> Scope:
        return Scope.of([self.root.path])


def house(session: Session) -> House:
    root = factories.organization(session, name="集团党委", kind=OrganizationKind.COMMITTEE)
    return House(
        root,
        factories.organization(session, name="第一支部", parent=root),
        factories.organization(session, name="第二支部", parent=root),
        factories.organization(session, name="外单位党委", kind=OrganizationKind.COMMITTEE),
    )


def column(
    session: Session, organization: Organization, *, name: str = "政策导读", position: int = 0
) -> StudyColumn:
    made = StudyColumn(
        organization_id=organization.id,
        name=name,
        owner="wang.li",
        position=position,
        created_by="wang.li",
        created_at=NOW,
    )
    session.add(made)
    session.flush()
    return made


def item(
    session: Session,
    kept_in: StudyColumn,
    *,
    title: str = "党支部工作条例要点",
    reach: StudyReach = StudyReach.BELOW,
    organization: Organization | None = None,
    published_at: datetime | None = NOW,
) -> StudyItem:
    """Published, as after three reviews; or a draft where it has no day."""
    made = StudyItem(
        organization_id=organization.id if organization else kept_in.organization_id,
        column_id=kept_in.id,
        kind=ItemKind.ARTICLE,
        reach=reach,
        published_at=published_at,
        created_by="wang.li",
        created_at=NOW,
    )
    session.add(made)
    session.flush()
    out = published_at is not None
    session.add(
        StudyVersion(
            item_id=made.id,
            number=1,
            open_item_id=None if out else made.id,
            published_item_id=made.id if out else None,
            state=VersionState.PUBLISHED if out else VersionState.DRAFT,
            title=title,
            body="<p>正文</p>",
            source_name="本单位",
            rights=Rights.OWN_WORK,
            author="wang.li",
            author_name="王丽",
            created_at=NOW,
        )
    )
    session.flush()
    return made


def entry(
    *,
    month: int = 3,
    slot: Slot = Slot.COURSE,
    title: str = "第一季度党课",
    item_id: int | None = None,
    day: date | None = date(2026, 3, 31),
) -> Entry:
    return Entry(month, slot, title, item_id, day)


def plan(
    session: Session,
    organization: Organization,
    *,
    year: int = 2026,
    learner: Learner = Learner.EVERYBODY,
    title: str = "2026年学习计划",
    entries: Iterable[Entry] = (),
    now: datetime = NOW,
) -> StudyPlan:
    made = service.make_plan(
        session, organization=organization, year=year, learner=learner, title=title, by="wang.li", now=now
    )
    for one in entries:
        service.add_entry(session, plan=made, revision=made.revision, entry=one, now=now)
    return made


def published(
    session: Session,
    organization: Organization,
    *entries: Entry,
    learner: Learner = Learner.EVERYBODY,
    title: str = "2026年学习计划",
) -> StudyPlan:
    made = plan(session, organization, learner=learner, title=title, entries=entries or (entry(),))
    service.publish_plan(session, plan=made, revision=made.revision, now=NOW)
    return made


def leads(session: Session, member: Member, organization: Organization, role: Role = Role.SECRETARY) -> None:
    account = StaffAccount(
        username=f"leader{member.id}",
        display_name=member.name,
        member_id=member.id,
        password_hash="x",
        totp_sealed="x",
        created_at=NOW,
    )
    session.add(account)
    session.flush()
    session.add(StaffRole(account_id=account.id, role=role, organization_id=organization.id))
    session.flush()
