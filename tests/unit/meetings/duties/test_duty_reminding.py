"""Secretaries hear of what nobody has planned: twice at most, and nobody else hears of it."""

import json
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.core.clock import from_local
from app.core.db import Session, Sessions
from app.meetings.duties import reminding
from app.meetings.duties.models import Duty, DutyStatement, Statement, Term
from app.meetings.models import MeetingKind
from app.members.models import Member
from app.notices.models import Delivery
from app.notices.states import DeliveryState
from app.organizations.models import Organization, OrganizationKind
from app.staff.models import Role, StaffAccount, StaffRole
from tests import factories
from tests.factories import NOW

DAY_60 = date(2026, 3, 1)
"""Of the first quarter; a Sunday."""


def at(day: date) -> datetime:
    return from_local(day, 9)


def secretary(
    session: Session,
    organization: Organization,
    name: str,
    *,
    role: Role = Role.SECRETARY,
    active: bool = True,
) -> Member:
    member = factories.member(session, organization, name=name)
    factories.identity(session, member=member)
    account = StaffAccount(
        username=f"u{member.id}",
        display_name=name,
        member_id=member.id,
        password_hash="x",
        totp_sealed="x",
        active=active,
        created_at=NOW,
    )
    session.add(account)
    session.flush()
    session.add(StaffRole(account_id=account.id, role=role, organization_id=organization.id))
    session.flush()
    return member


@pytest.fixture
def branch(session: Session) -> Organization:
    return with_secretary(session)


def with_secretary(session: Session) -> Organization:
    branch = factories.organization(session, name="第一党支部")
    secretary(session, branch, "书记")
    return branch


def remind(session: Session, day: date) -> int:
    return reminding.remind(session, reminding.wanted(session, now=at(day)), now=at(day))


def reminded(session: Session, duty: Duty) -> list[tuple[str, str]]:
    """(whom, the end of the subject) in order."""
    rows = session.execute(
        select(Member.name, Delivery.subject)
        .join(Member, Member.id == Delivery.member_id)
        .where(Delivery.subject.contains(f":{duty}:"))
        .order_by(Delivery.subject, Member.name)
    )
    return [(name, subject.partition(f":{duty}:")[2]) for name, subject in rows]


def test_reminded_on_the_day_and_once_more_a_week_later(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        with_secretary(session)
        for number in range(30):
            remind(session, DAY_60 + timedelta(days=number - 1))

        assert reminded(session, Duty.MEMBER_MEETING) == [
            ("书记", "2026-03-01:1"),
            ("书记", "2026-03-01:2"),
        ]


def test_notice_says_what_is_missing_until_when_and_waits_for_a_working_day(
    session: Session, branch: Organization
) -> None:
    remind(session, DAY_60)

    rows = session.scalars(select(Delivery).where(Delivery.subject.contains("member_meeting"))).all()
    assert [(row.kind, row.state, row.not_before) for row in rows] == [
        ("duty_reminder", DeliveryState.QUEUED, from_local(DAY_60 + timedelta(days=1), 8))
    ]
    assert json.loads(rows[0].fields) == {
        "duty": "member_meeting",
        "title": "支部党员大会",
        "organization": "第一党支部",
        "frequency": "quarterly",
        "until": "2026年3月31日",
    }


def test_what_is_announced_or_explained_reminds_nobody(session: Session, branch: Organization) -> None:
    for kind in (MeetingKind.MEMBER_MEETING, MeetingKind.THEME_DAY):
        factories.meeting(session, branch, starts_at=at(date(2026, 3, 25))).kind = kind
    for duty in (Duty.BRANCH_COMMITTEE, Duty.GROUP_MEETING):
        session.add(
            DutyStatement(
                organization_id=branch.id,
                duty=duty,
                period="2026-03",
                statement=Statement.NOT_APPLICABLE,
                text="没有设",
                stated_by="w",
                stated_at=NOW,
            )
        )
    session.flush()

    assert remind(session, date(2026, 3, 24)) == 0


def test_only_the_branch_s_own_secretaries_are_reminded(session: Session, branch: Organization) -> None:
    other = factories.organization(session, name="第二党支部")
    factories.member(session, branch, name="党员")
    secretary(session, branch, "组织委员", role=Role.ORGANIZER)
    secretary(session, branch, "停用", active=False)
    secretary(session, branch, "审计", role=Role.AUDITOR)
    secretary(session, other, "别的书记")

    remind(session, DAY_60)

    own = select(Member.name).join(Delivery, Delivery.member_id == Member.id)
    named = own.where(Delivery.subject == f"duty:{branch.id}:member_meeting:2026-03-01:1")
    assert set(session.scalars(named)) == {"书记", "组织委员"}


def test_renewal_is_said_to_branch_and_superior_at_each_of_its_days(session: Session) -> None:
    committee = factories.organization(session, name="党委", kind=OrganizationKind.COMMITTEE)
    branch = factories.organization(session, name="第一党支部", parent=committee)
    secretary(session, branch, "书记")
    secretary(session, committee, "党务办", role=Role.OFFICE)
    session.add(
        Term(
            organization_id=branch.id,
            elected_on=date(2023, 9, 1),
            ends_on=date(2026, 9, 1),
            entered_by="w",
            entered_at=NOW,
        )
    )
    session.flush()

    for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 9), date(2026, 6, 1), date(2026, 9, 1)):
        remind(session, day)

    assert reminded(session, Duty.RENEWAL) == [
        (name, f"{mark}:1")
        for mark in ("2026-03-01", "2026-06-01", "2026-09-01")
        for name in ("书记", "党务办")
    ]
