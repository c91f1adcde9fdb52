"""Numbers for the branch and sums for those above it: never a name, and nothing of a handful of people."""

from datetime import date

import pytest

from app.core.clock import from_local
from app.core.db import Session, Sessions
from app.meetings.duties.models import Term
from app.meetings.models import MeetingKind
from app.members.models import Member, MemberKind, PartyStatus
from app.organizations.models import Organization, OrganizationKind
from app.organizations.queries import subtree
from app.staff.models import Role
from app.study.hours import declarations, service
from app.study.hours.counts import Counts, Hints, branch_counts, branch_hints, counts_below
from app.study.hours.models import HoursUnit
from app.study.hours.statements import YearWrong, own_statement
from tests import factories
from tests.factories import NOW
from tests.unit.meetings.counting import counted
from tests.unit.study.hours.hall import accepted, account, confirmed, declared, held, made

DAYS = [date(2026, 1, day) for day in range(5, 12)]


def people(session: Session, branch: Organization, number: int) -> list[Member]:
    return [factories.member(session, branch, name=f"党员{one}") for one in range(number)]


def studies(session: Session, member: Member, days: int) -> None:
    """So many whole days at the Party school: four make an ordinary year, seven a leader's."""
    for day in DAYS[:days]:
        accepted(session, member, held_on=day, unit=HoursUnit.FULL_DAY, minutes=None)


def counts(session: Session, branch: Organization, year: int = 2026) -> Counts:
    return branch_counts(session, organization=branch, year=year, now=NOW)


def test_branch_sees_how_many_still_need_an_offer(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch = factories.organization(session)
        group = factories.organization(session, parent=branch, kind=OrganizationKind.GROUP)
        members = [*people(session, branch, 4), *people(session, group, 2)]
        people(session, factories.organization(session, parent=branch), 3)
        for one in (members[0], members[5]):
            studies(session, one, 4)
        confirmed(session, held(session, branch, *members[:3], hours=8), unit=HoursUnit.FULL_DAY)
        studies(session, members[1], 3)
        studies(session, members[2], 2)

        assert counts(session, branch) == Counts(6, 3, 3)
        assert counts(session, branch, 2025) == Counts(6, 0, 6)


def test_what_nobody_has_confirmed_or_accepted_does_not_count(session: Session) -> None:
    branch = factories.organization(session)
    attends, declares, *_ = people(session, branch, 5)
    for day in DAYS[:4]:
        meeting = held(session, branch, attends, starts_at=from_local(day, 9), hours=8)
        row = made(session, meeting, unit=HoursUnit.FULL_DAY)
        waits = declared(session, declares, held_on=day, unit=HoursUnit.FULL_DAY, minutes=None)
    assert counts(session, branch).with_enough == 0

    service.confirm_session(session, study_session=row, revision=1, by="wang.li", now=NOW)
    declarations.decide(session, declaration=waits, revision=1, accept=True, by="wang.li", now=NOW)

    assert counts(session, branch).with_enough == 0


def test_leaders_year_is_longer_and_has_a_training(session: Session) -> None:
    branch = factories.organization(session)
    first, second, *_ = people(session, branch, 5)
    for number, one in enumerate((first, second)):
        account(session, f"z{number}", member=one, role=Role.SECRETARY, organization=branch)
        studies(session, one, 4)
    assert counts(session, branch) == Counts(5, 0, 5)

    studies_more = DAYS[4:]
    for day in studies_more:
        accepted(session, first, held_on=day, unit=HoursUnit.FULL_DAY, minutes=None)
        accepted(session, second, held_on=day, minutes=480)

    assert counts(session, branch) == Counts(5, 2, 3)


def test_counts_agree_with_what_each_member_reads(session: Session) -> None:
    branch = factories.organization(session)
    members = people(session, branch, 6)
    for number, one in enumerate(members):
        studies(session, one, number)
    account(session, "z", member=members[5], role=Role.ORGANIZER, organization=branch)
    own = [own_statement(session, member_id=one.id, year=2026, now=NOW) for one in members]

    assert counts(session, branch).with_enough == sum(one.missing == 0 for one in own) == 1


def test_fewer_than_five_are_not_counted_up(session: Session) -> None:
    branch = factories.organization(session)
    members = people(session, branch, 4)
    studies(session, members[0], 4)
    assert counts(session, branch) == Counts(4, None, None)

    people(session, branch, 1)

    assert counts(session, branch) == Counts(5, 1, 4)


def test_who_is_no_member_has_gone_or_joined_later_is_not_counted(session: Session) -> None:
    branch = factories.organization(session)
    people(session, branch, 5)
    factories.member(session, branch, kind=MemberKind.ACTIVIST)
    factories.member(session, branch, status=PartyStatus.TRANSFERRED)
    later = factories.member(session, branch, kind=MemberKind.PROBATIONARY)
    later.joined_on = date(2026, 1, 1)
    session.flush()

    assert counts(session, branch).people == 6
    assert counts(session, branch, 2025).people == 5


def test_empty_organisation_has_no_counts(session: Session) -> None:
    assert counts(session, factories.organization(session)) == Counts(0, None, None)


@pytest.mark.parametrize("year", [0, 1, 2027, 9999])
def test_year_that_is_none_is_refused(session: Session, year: int) -> None:
    with pytest.raises(YearWrong):
        counts(session, factories.organization(session), year)


def test_superiors_sum_leaves_out_what_is_hidden_so_that_nothing_can_be_taken_away(
    any_sessions: Sessions,
) -> None:
    with any_sessions.begin() as session:
        committee = factories.organization(session, name="公司党委", kind=OrganizationKind.COMMITTEE)
        large, small, middle = (factories.organization(session, parent=committee) for _ in range(3))
        members = {
            one.id: people(session, one, number) for one, number in ((large, 7), (small, 3), (middle, 5))
        }
        people(session, factories.organization(session), 9)
        for branch in (large, small):
            studies(session, members[branch.id][0], 4)

        below = counts_below(session, scope=subtree(committee), year=2026, now=NOW)

    assert below.branches == {
        large.id: Counts(7, 1, 6),
        small.id: Counts(3, None, None),
        middle.id: Counts(5, 0, 5),
    }
    assert (below.total, below.hidden) == (Counts(12, 1, 11), 1)


def test_counts_of_any_number_of_branches_take_the_same_statements(session: Session) -> None:
    committee = factories.organization(session, kind=OrganizationKind.COMMITTEE)
    taken = []
    for _ in range(2):
        branch = factories.organization(session, parent=committee)
        members = people(session, branch, 6)
        held(session, branch, *members[:3], kind=MeetingKind.BRANCH_COMMITTEE)
        with counted(session) as statements:
            counts_below(session, scope=subtree(committee), year=2026, now=NOW)
        taken.append(len(statements))

    assert taken[0] == taken[1] <= 5


def test_hints_name_whom_a_training_is_for_and_not_who_had_it(session: Session) -> None:
    branch = factories.organization(session)
    converted = {
        "去年": date(2025, 3, 3),
        "太早": date(2025, 3, 2),
        "刚": date(2026, 3, 2),
        "以后": date(2026, 3, 3),
    }
    for name, day in converted.items():
        factories.member(session, branch, name=name).converted_on = day
    factories.member(session, branch, kind=MemberKind.PROBATIONARY)
    factories.member(session, branch, kind=MemberKind.PROBATIONARY, status=PartyStatus.LEFT)
    session.flush()

    assert branch_hints(session, organization=branch, now=NOW) == Hints(None, 1, 2)


@pytest.mark.parametrize(
    ("elected_on", "until"),
    [
        (date(2026, 3, 2), date(2026, 9, 2)),
        (date(2025, 9, 2), date(2026, 3, 2)),
        (date(2025, 9, 1), None),
        (date(2026, 3, 3), None),
        (date.max, None),
        (date.min, None),
    ],
)
def test_new_secretary_is_trained_within_six_months(
    session: Session, elected_on: date, until: date | None
) -> None:
    branch = factories.organization(session)
    session.add(
        Term(
            organization_id=branch.id,
            elected_on=elected_on,
            ends_on=date(2029, 1, 1),
            entered_by="wang.li",
            entered_at=from_local(date(2026, 1, 1)),
        )
    )
    session.flush()

    assert branch_hints(session, organization=branch, now=NOW).secretary_by == until
