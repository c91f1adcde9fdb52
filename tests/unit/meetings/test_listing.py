"""The lists that a branch works from, and what a new meeting of each kind starts from."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from app.core.db import Session, Sessions
from app.meetings import kinds, listing
from app.meetings.duties.models import Term
from app.meetings.listing import Filter, Stage
from app.meetings.models import (
    Expected,
    Leave,
    LeaveKind,
    Meeting,
    MeetingKind,
    MeetingOrganization,
    Standing,
)
from app.meetings.states import LeaveState
from app.organizations.models import Organization, OrganizationKind
from app.organizations.queries import subtree
from tests import factories
from tests.factories import NOW

DAY = timedelta(days=1)


@dataclass(frozen=True)
class House:
    root: Organization
    branch: Organization
    other: Organization


def house(session: Session) -> House:
    root = factories.organization(session, name="公司党委", kind=OrganizationKind.COMMITTEE)
    return House(
        root,
        factories.organization(session, name="一支部", parent=root),
        factories.organization(session, name="二支部", parent=root),
    )


def held(session: Session, of: Organization, title: str, days: int, **more: object) -> Meeting:
    made = factories.meeting(session, of, starts_at=NOW + days * DAY)
    made.title = title
    for name, value in more.items():
        setattr(made, name, value)
    session.flush()
    return made


def titles(session: Session, of: Organization, wanted: Filter) -> list[str]:
    found = listing.rows(session, subtree(of), wanted, now=NOW, offset=0, limit=9)
    assert listing.total(session, subtree(of), wanted, now=NOW) == len(found)
    return [meeting.title for meeting, _ in found]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(), ["下月", "撤", "党课", "补", "旧"]),
        (Filter(stage=Stage.COMING), ["党课", "下月"]),
        (Filter(stage=Stage.PAST), ["补", "旧"]),
        (Filter(stage=Stage.LATE_ENTRY), ["补"]),
        (Filter(stage=Stage.CANCELLED), ["撤"]),
        (Filter(kind=MeetingKind.PARTY_LECTURE), ["党课"]),
        (Filter(since=NOW - 5 * DAY, until=NOW + 4 * DAY), ["党课", "补"]),
        (Filter(text="下"), ["下月"]),
        (Filter(text="%"), []),
    ],
)
def test_filter_gives_what_was_asked_for(any_sessions: Sessions, wanted: Filter, expected: list[str]) -> None:
    with any_sessions.begin() as session:
        branch = house(session).branch
        held(session, branch, "旧", -20)
        held(session, branch, "补", -5, late_reason="当时没有网络")
        held(session, branch, "党课", 3, kind=MeetingKind.PARTY_LECTURE)
        held(session, branch, "撤", 4, cancelled_at=NOW)
        held(session, branch, "下月", 30)

        assert titles(session, branch, wanted) == expected


def test_meeting_of_a_partner_is_on_the_list_of_each_that_takes_part(sessions: Sessions) -> None:
    with sessions.begin() as session:
        place = house(session)
        joint = held(session, place.branch, "联合", 1)
        held(session, place.branch, "自己的", 2)
        session.add(MeetingOrganization(meeting_id=joint.id, organization_id=place.other.id))

        found = [
            titles(session, place.other, Filter()),
            titles(session, place.root, Filter(organization_path=place.other.path)),
        ]

    assert found == [["联合"], ["联合"]]


def test_own_meetings_are_told_from_those_below(sessions: Sessions) -> None:
    with sessions.begin() as session:
        place = house(session)
        held(session, place.branch, "支部的", 1)
        held(session, place.root, "党委的", 2)

        assert titles(session, place.root, Filter(organization_ids=(place.root.id,))) == ["党委的"]


def test_term_of_an_organisation_is_none_until_it_is_entered(sessions: Sessions) -> None:
    with sessions.begin() as session:
        place, elected = house(session), date(2024, 5, 1)
        term = Term(organization_id=place.branch.id, elected_on=elected, ends_on=date(2027, 5, 1))
        term.entered_by, term.entered_at, term.has_committee = "test", NOW, True
        session.add(term)
        session.flush()

        assert listing.sitting_term(session, place.branch.id) is term
        assert listing.sitting_term(session, place.other.id) is None


def test_leave_that_waits_is_listed_until_it_is_answered_or_the_meeting_is_over(
    any_sessions: Sessions,
) -> None:
    with any_sessions.begin() as session:
        branch = house(session).branch
        person = factories.member(session, branch)
        states = (LeaveState.ASKED, LeaveState.GRANTED, LeaveState.ASKED, LeaveState.ASKED)
        meetings = [
            held(session, branch, "等答复", 2),
            held(session, branch, "已答复", 3),
            held(session, branch, "过去了", -9),
            held(session, branch, "取消了", 4, cancelled_at=NOW),
        ]
        for meeting, state in zip(meetings, states, strict=True):
            leave = Leave(meeting_id=meeting.id, member_id=person.id, kind=LeaveKind.SICK, state=state)
            leave.asked_at = NOW
            session.add(leave)
        session.flush()

        rows = listing.leaves_asked(session, [branch.id], since=NOW, limit=9)

        assert [(meeting.title, name) for _, meeting, name in rows] == [("等答复", "张三")]
        assert listing.leaves_asked_count(session, [branch.id], since=NOW) == 1
        assert listing.leaves_asked_count(session, [], since=NOW) == 0


def test_people_of_the_last_meeting_of_the_kind_are_offered_again(sessions: Sessions) -> None:
    with sessions.begin() as session:
        branch = house(session).branch
        people = [factories.member(session, branch, name=name) for name in ("甲", "乙", "丙")]
        committee = MeetingKind.BRANCH_COMMITTEE
        for days, expected in ((-60, people), (-30, people[:2])):
            made = factories.meeting(session, branch, starts_at=NOW + days * DAY, expected=tuple(expected))
            made.kind = committee
        session.add(
            Expected(
                meeting_id=made.id,
                member_id=people[2].id,
                organization_id=branch.id,
                standing=Standing.INVITED,
            )
        )
        session.flush()

        assert listing.last_expected(session, branch.id, committee) == [one.id for one in people[:2]]
        assert listing.last_expected(session, branch.id, MeetingKind.ELECTION) == []


def test_only_what_is_still_to_come_takes_another_meeting_in(sessions: Sessions) -> None:
    with sessions.begin() as session:
        place = house(session)
        source = held(session, place.branch, "本次", 1)
        held(session, place.branch, "可以", 2)
        held(session, place.branch, "开过了", -2)
        held(session, place.branch, "撤了", 3, cancelled_at=NOW)
        held(session, place.other, "别人的", 2)

        found = listing.may_take_in(session, source, now=NOW, limit=9)

        assert [one.title for one in found] == ["可以"]


@pytest.mark.parametrize("kind", MeetingKind)
def test_every_kind_has_a_template_that_can_be_filled_in(kind: MeetingKind) -> None:
    found = kinds.template(kind)

    assert "{" not in found.title.format(year=2026, quarter="一", month=3)
    assert (found.who != "", 0 < found.minutes <= 240) == (True, True)
    assert found.lines.count("\n") == max(len(found.agenda) - 1, 0)
