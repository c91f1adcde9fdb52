"""The group in a database: loaded once, and what expires is made anew at every start."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import func, select

from app.core.clock import local_day
from app.core.crypto import KeyRing, Vault
from app.core.db import Sessions
from app.feedback import queries as feedback
from app.meetings import listing
from app.meetings.models import Expected, Meeting
from app.members import binding, identities
from app.members.models import PARTY_MEMBERS, Member, MemberKind, WeChatIdentity
from app.members.registry import phone_of
from app.notices import workdays
from app.notices.announcements.models import Announcement, Confirmation
from app.notices.models import Delivery
from app.notices.states import OPEN, DeliveryState
from app.organizations import queries as organizations
from app.organizations.models import Enterprise, Organization, OrganizationKind
from app.organizations.queries import subtree
from app.organizations.scope import Scope
from app.staff import sign_in
from app.staff.models import StaffRole
from demo.cast import ACCOUNTS, BOUND, MEMBER, PASSWORD, STAFF, Account
from demo.load import NotOurs, Target, ensure
from demo.reference_group import ReferenceGroup, build
from demo.renewal import Stage, renew
from tests import factories
from tests.conftest import NOW
from tests.unit.demo.conftest import APP_ID

RULES = binding.BindingRules(attempts=5, lock=timedelta(hours=1))


@pytest.fixture
def stage(of_group: Target, group: ReferenceGroup) -> Stage:
    return renew(of_group, group, now=NOW)


def counted(sessions: Sessions, *tables: type) -> list[int]:
    with sessions.read() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_load_on_every_engine_loads_all_and_a_second_time_nothing(
    any_sessions: Sessions, vault: Vault, group: ReferenceGroup
) -> None:
    target = Target(any_sessions, vault, APP_ID)
    tables = (Enterprise, Organization, Member, StaffRole)

    loaded = [ensure(target, group, now=NOW), ensure(target, group, now=NOW + timedelta(days=1))]

    assert loaded == [True, False]
    assert counted(any_sessions, *tables) == [14, 76, 512, len(ACCOUNTS)]
    with any_sessions.read() as session:
        root = session.scalars(select(Organization).where(Organization.parent_id.is_(None))).one()
        assert len(organizations.in_scope(session, subtree(root))) == 76


def test_load_of_the_whole_group_has_the_reference_counts(target: Target) -> None:
    ensure(target, build(), now=NOW)

    with target.sessions.read() as session:
        by_kind = select(Organization.kind, func.count()).group_by(Organization.kind)
        kinds = {row.kind: row[1] for row in session.execute(by_kind)}
        members = session.scalar(select(func.count()).where(Member.kind.in_(PARTY_MEMBERS)))
        bound = session.scalar(select(func.count()).where(WeChatIdentity.member_id.is_not(None)))
    assert kinds == {
        OrganizationKind.COMMITTEE: 21,
        OrganizationKind.GENERAL_BRANCH: 15,
        OrganizationKind.BRANCH: 286,
    }
    assert members == 4179
    assert bound is not None
    assert bound >= 200


def test_load_seals_phones_and_spells_names(target: Target, group: ReferenceGroup, stage: Stage) -> None:
    first = group.people[0]

    with target.sessions.read() as session:
        kept = session.scalars(select(Member).order_by(Member.id).limit(1)).one()

    assert (kept.name, phone_of(kept, target.vault)) == (first.name, first.phone)
    assert first.phone not in str(kept.phone_sealed)
    assert kept.id_number_tail == first.id_number[-4:]
    assert kept.name_pinyin != ""


def test_load_into_somebody_elses_database_is_refused(target: Target, group: ReferenceGroup) -> None:
    with target.sessions.begin() as session:
        factories.organization(session, name="别家党委")

    with pytest.raises(NotOurs, match="already holds another organisation"):
        ensure(target, group, now=NOW)

    assert counted(target.sessions, Organization, Member) == [1, 0]


def test_load_with_lost_keys_is_refused(target: Target, group: ReferenceGroup, stage: Stage) -> None:
    others = Vault(KeyRing(keys={"k1": bytes(32)}, current="k1"), index_key=b"x" * 32)

    with pytest.raises(NotOurs, match="other field keys"):
        ensure(Target(target.sessions, others, APP_ID), group, now=NOW)


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.username)
def test_load_console_accounts_can_sign_in(target: Target, stage: Stage, account: Account) -> None:

    code = pyotp.TOTP(account.totp_secret).at(NOW)
    claim = sign_in.Claim(account.username, PASSWORD, code)
    policy = sign_in.LockPolicy(attempts=5, pause=timedelta(minutes=15))

    account_id = sign_in.sign_in(target.sessions, claim, vault=target.vault, policy=policy, now=NOW)

    with target.sessions.read() as session:
        roles = session.scalars(select(StaffRole.role).where(StaffRole.account_id == account_id)).all()
    assert roles == [account.role]


def test_load_guests_are_bound_and_the_staff_member_is_no_party_member(target: Target, stage: Stage) -> None:
    with target.sessions.read() as session:
        found = [identities.find(session, app_id=APP_ID, openid=guest.openid) for guest in BOUND]
        staff = identities.find(session, app_id=APP_ID, openid=STAFF.openid)

    assert all(one is not None and one.organization_id == stage.branch.id for one in found)
    assert staff is not None
    assert staff.kind is MemberKind.MASSES


def test_load_meetings_are_held_and_planned_on_working_days_only(target: Target, stage: Stage) -> None:
    with target.sessions.read() as session:
        others = session.scalars(select(Meeting).where(Meeting.id != stage.meeting.id)).all()
        works = workdays.known_to(session)

        assert all(works(local_day(one.starts_at)) for one in others)
    assert len(others) >= 40
    assert all(one.hand_code is None for one in others if one.ends_at < NOW)
    assert all(one.ends_at < NOW or one.starts_at > NOW for one in others)


def test_load_letters_are_open_overdue_and_answered(target: Target, stage: Stage) -> None:
    scope = Scope.of([stage.branch.path])

    with target.sessions.read() as session:
        counts = feedback.counts(session, scope, now=NOW)
        total = feedback.total(session, scope, state=None)

    assert (total, counts.open, counts.overdue) == (5, 3, 1)


def test_renewal_follower_binds_with_the_code_and_is_expected_at_the_open_meeting(
    target: Target, stage: Stage
) -> None:
    with target.sessions.begin() as session:
        person = identities.follow(session, app_id=APP_ID, openid=stage.follower.openid, now=NOW)
        bound = binding.bind(
            session,
            identity_id=person.identity_id,
            name=stage.follower_name,
            code=stage.code,
            vault=target.vault,
            now=NOW,
            rules=RULES,
        )
        assert isinstance(bound, binding.Bound)
        expected = select(Expected.member_id).where(Expected.meeting_id == stage.meeting.id)
        assert bound.member_id in session.scalars(expected).all()

    assert stage.meeting.check_in_from <= NOW
    assert stage.meeting.check_in_until == NOW + timedelta(hours=12)


def test_renewal_on_the_same_day_keeps_the_meeting_and_opens_it_for_12_hours_more(
    target: Target, group: ReferenceGroup, stage: Stage
) -> None:
    later = NOW + timedelta(hours=5)

    again = renew(target, group, now=later)

    assert (again.meeting.id, again.meeting.scene) == (stage.meeting.id, stage.meeting.scene)
    assert again.meeting.check_in_until == later + timedelta(hours=12)
    assert again.code != stage.code


def test_renewal_meeting_to_come_has_a_leave_that_waits_for_an_answer(target: Target, stage: Stage) -> None:
    with target.sessions.read() as session:
        waiting = listing.leaves_asked(session, [stage.branch.id], since=NOW, limit=5)

    assert [row[1].starts_at > NOW for row in waiting] == [True]


def test_renewal_on_another_day_announces_a_new_meeting_with_the_whole_branch(
    target: Target, group: ReferenceGroup, stage: Stage
) -> None:
    later = NOW + timedelta(days=30)

    again = renew(target, group, now=later)

    assert again.meeting.id != stage.meeting.id
    assert again.meeting.check_in_from <= later <= again.meeting.check_in_until - timedelta(hours=12)
    with target.sessions.read() as session:
        expected = session.scalar(select(func.count()).where(Expected.meeting_id == again.meeting.id))
        to_come = session.scalar(select(func.count()).where(Meeting.starts_at > later))
    assert (expected, to_come) == (50, 1)


def test_renewal_after_the_follower_was_bound_takes_the_next_one(
    target: Target, group: ReferenceGroup, stage: Stage
) -> None:
    with target.sessions.begin() as session:
        person = identities.follow(session, app_id=APP_ID, openid=stage.follower.openid, now=NOW)
        binding.bind(
            session,
            identity_id=person.identity_id,
            name=stage.follower_name,
            code=stage.code,
            vault=target.vault,
            now=NOW,
            rules=RULES,
        )

    again = renew(target, group, now=NOW + timedelta(hours=1))

    assert again.follower.place == stage.follower.place + 1
    assert again.follower.openid not in {stage.follower.openid, MEMBER.openid}


def test_renewal_for_another_account_binds_the_same_people_there(
    target: Target, group: ReferenceGroup, stage: Stage
) -> None:
    other = Target(target.sessions, target.vault, "wx00000000000de399")

    renew(other, group, now=NOW)
    renew(other, group, now=NOW)

    with target.sessions.read() as session:
        here = identities.find(session, app_id=APP_ID, openid=MEMBER.openid)
        there = identities.find(session, app_id=other.app_id, openid=MEMBER.openid)
    assert here is not None
    assert there is not None
    assert there.member_id == here.member_id


def test_load_announcements_are_over_and_none_goes_out_again(
    target: Target, stage: Stage, sessions: Sessions
) -> None:
    with sessions.read() as session:
        states = session.scalars(select(Announcement.state).order_by(Announcement.id)).all()
        open_ = session.scalar(select(func.count()).where(Delivery.state.in_((*OPEN, DeliveryState.HELD))))
        asking = session.scalars(select(Announcement).where(Announcement.confirmation_basis != "")).one()
        confirmed = session.scalar(select(func.count()).select_from(Confirmation))

    assert states == ["sent", "sent", "in_review", "draft"]
    assert open_ == 0
    assert asking.confirm_until is not None
    assert asking.confirm_until > NOW
    assert confirmed


def test_load_everybody_has_the_announcement_to_all(target: Target, stage: Stage, sessions: Sessions) -> None:
    with sessions.read() as session:
        people = session.scalar(select(func.count()).where(Member.kind.in_(PARTY_MEMBERS)))
        first = session.scalar(select(func.min(Announcement.id)))
        ended = dict(
            session.execute(
                select(Delivery.state, func.count())
                .where(Delivery.announcement_id == first)
                .group_by(Delivery.state)
            ).all()
        )
        without = session.scalar(
            select(func.count()).where(
                Delivery.announcement_id == first,
                Delivery.state != DeliveryState.DELIVERED,
                Delivery.reason.is_(None),
            )
        )

    assert sum(ended.values()) == people
    assert set(ended) == {DeliveryState.DELIVERED, DeliveryState.REJECTED, DeliveryState.LISTED}
    assert without == 0
