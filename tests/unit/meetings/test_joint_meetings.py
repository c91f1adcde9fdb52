"""Several branches in one meeting: each person once, in their own organisation, and who may see it."""

import pytest

from app.core.db import Session, Sessions
from app.meetings import queries
from app.meetings.models import MeetingKind
from app.meetings.rosters import NotOnRoster
from app.meetings.service import EverybodyExpected
from app.organizations import queries as organizations
from app.organizations.models import OrganizationKind
from tests import factories
from tests.factories import NOW
from tests.unit.meetings.gatherings import HOUR, announce, branch_of, counted_in, listed, refuse, sign


def test_people_of_every_branch_are_expected_in_their_own(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        host, ours = branch_of(session, 2)
        partner, theirs = branch_of(session, 1, "第二党支部")
        group = factories.organization(session, name="一组", parent=partner, kind=OrganizationKind.GROUP)
        in_group = factories.member(session, group)
        branch_of(session, 1, "第三党支部")

        meeting = announce(session, host, partners=[partner])

        assert counted_in(session, meeting) == {
            **{one.id: host.id for one in ours},
            theirs[0].id: partner.id,
            in_group.id: group.id,
        }


def test_partner_named_twice_or_inside_another_counts_nobody_twice(session: Session) -> None:
    committee = factories.organization(session, name="一厂党委", kind=OrganizationKind.COMMITTEE)
    inside = factories.organization(session, name="一支部", parent=committee)
    person = factories.member(session, inside)

    meeting = announce(session, committee, partners=[inside, inside, committee])

    assert list(listed(session, meeting)) == [person.id]
    assert [one.id for one in queries.partners(session, meeting.id)] == [inside.id]


def test_partner_sees_the_meeting_and_does_not_manage_it(session: Session) -> None:
    host, _ = branch_of(session, 1)
    partner, _ = branch_of(session, 1, "第二党支部")
    beside, _ = branch_of(session, 1, "第三党支部")
    meeting = announce(session, host, partners=[partner])
    of_host, of_partner, outside = (organizations.subtree(one) for one in (host, partner, beside))

    seen = [queries.by_id(session, scope, meeting.id) for scope in (of_host, of_partner, outside)]
    managed = [queries.managed(session, scope, meeting.id) for scope in (of_host, of_partner, outside)]

    assert seen == [meeting, meeting, None]
    assert managed == [meeting, None, None]
    assert [queries.total(session, scope) for scope in (of_host, of_partner, outside)] == [1, 1, 0]
    for listing in (
        queries.upcoming(session, of_partner, now=NOW, limit=9),
        queries.recent(session, of_partner, offset=0, limit=9),
        queries.of_period(session, of_partner, meeting.starts_at, meeting.starts_at + HOUR),
    ):
        assert [(row[0].id, row[1]) for row in listing] == [(meeting.id, host.short_name)]
    assert [one.id for one in queries.partners(session, meeting.id)] == [partner.id]


def test_partner_reads_the_names_of_its_own_people_alone(session: Session) -> None:
    host, ours = branch_of(session, 2)
    partner, theirs = branch_of(session, 1, "第二党支部")
    stranger = factories.member(session, host, name="后来")
    meeting = announce(session, host, partners=[partner])
    sign(session, meeting, theirs[0])
    sign(session, meeting, ours[0])

    whole = queries.attendance(session, meeting)
    own = queries.attendance(session, meeting, within=organizations.subtree(partner))

    assert {row.member_id for row in whole.rows} == {*(one.id for one in (*ours, *theirs)), stranger.id}
    assert [row.member_id for row in own.rows] == [theirs[0].id]
    assert own.tally == whole.tally == queries.Tally(4, 2, 4, 2, absent=2)
    assert [(part.organization.id, part.expected, part.present) for part in whole.organizations] == [
        (host.id, 3, 1),
        (partner.id, 1, 1),
    ]
    assert [part.organization.id for part in own.organizations] == [partner.id]


def test_attempts_of_others_are_not_shown_to_a_partner(session: Session) -> None:
    host, _ = branch_of(session, 1)
    partner, theirs = branch_of(session, 1, "第二党支部")
    _, others = branch_of(session, 1, "第三党支部")
    meeting = announce(session, host, partners=[partner])
    refuse(session, meeting, theirs[0], "too_early", NOW)
    refuse(session, meeting, others[0], "not_expected", NOW)

    own = queries.attendance(session, meeting, within=organizations.subtree(partner))

    assert [row.member_id for row in own.refused] == [theirs[0].id]


def test_chosen_people_alone_are_expected(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        host, ours = branch_of(session, 3)
        partner, theirs = branch_of(session, 2, "第二党支部")
        chosen = [ours[0].id, theirs[1].id, ours[0].id]

        meeting = announce(session, host, partners=[partner], kind=MeetingKind.BRANCH_COMMITTEE, only=chosen)

        assert set(listed(session, meeting)) == set(chosen)
        assert meeting.roster_at is None


def test_person_who_is_not_of_the_organisations_cannot_be_chosen(session: Session) -> None:
    host, ours = branch_of(session, 1)
    _, others = branch_of(session, 1, "第二党支部")

    with pytest.raises(NotOnRoster):
        announce(session, host, kind=MeetingKind.BRANCH_COMMITTEE, only=[ours[0].id, others[0].id])


@pytest.mark.parametrize("kind", [MeetingKind.MEMBER_MEETING, MeetingKind.ELECTION, MeetingKind.APPRAISAL])
def test_nobody_is_left_out_of_a_meeting_of_all_members(kind: MeetingKind, session: Session) -> None:
    host, ours = branch_of(session, 2)

    with pytest.raises(EverybodyExpected):
        announce(session, host, kind=kind, only=[ours[0].id])
