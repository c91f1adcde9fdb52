"""Counting: whatever the recorder and the people do, the numbers add up and nobody counts twice."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.core.db import AnyRow, Session, Sessions, driver_of, new_engine
from app.core.errors import DomainError
from app.meetings import changes, check_in, expecting, leave, make_up, queries, rosters
from app.meetings.attendance import Listed, Tally, tallied
from app.meetings.models import CheckIn, Expected, Ground, LeaveKind, Meeting, Standing
from app.members.models import Member, MemberKind
from app.organizations.models import Organization
from tests import factories, tables
from tests.factories import NOW
from tests.unit.meetings.gatherings import HOUR, announce, branch_of

PEOPLE, GUESTS = 3, 1
LATER = NOW + timedelta(days=1)
ACTS = (
    "scan",
    "early_scan",
    "by_recorder",
    "attend_instead",
    "sit_in",
    "ask",
    "grant",
    "refuse",
    "enter_leave",
    "withdraw",
    "admit",
    "invite",
    "exclude",
    "include",
    "remove",
    "make_up",
    "move_away",
    "come_back",
    "take_due",
    "merge",
)
steps = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, PEOPLE + GUESTS - 1)), min_size=10, max_size=40
)


def test_everybody_counts_in_one_place() -> None:
    listed = [
        Listed(Standing.VOTING, present=True, on_leave=False, made_up=False, people=4),
        Listed(Standing.VOTING, present=False, on_leave=True, made_up=True, people=2),
        Listed(Standing.NON_VOTING, present=False, on_leave=False, made_up=False, people=1),
        Listed(Standing.NON_VOTING, present=True, on_leave=True, made_up=True, people=1),
        Listed(Standing.NOT_COUNTED, present=True, on_leave=True, made_up=True, people=3),
        Listed(Standing.INVITED, present=True, on_leave=False, made_up=False, people=5),
        Listed(Standing.INVITED, present=False, on_leave=False, made_up=False, people=6),
    ]

    assert tallied(listed) == Tally(
        expected=8,
        present=5,
        voting_expected=6,
        voting_present=4,
        on_leave=2,
        absent=1,
        not_counted=3,
        invited=11,
        invited_present=5,
        made_up=2,
    )


def test_nobody_is_nothing() -> None:
    assert tallied([]) == Tally()


class Gathering:
    """One meeting that is on now, its people, two of elsewhere, and whatever befalls them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.branch, people = branch_of(session, PEOPLE - 1)
        people.append(factories.member(session, self.branch, kind=MemberKind.PROBATIONARY))
        self.elsewhere, guests = branch_of(session, GUESTS, "第二党支部")
        self.people = [*people, *guests]
        self.meeting = announce(session, self.branch, starts_at=NOW + HOUR / 4)
        self.meeting.roster_at = self.meeting.check_in_from - HOUR

    def act(self, name: str, who: int) -> None:
        """What is refused leaves everything as it was."""
        with suppress(DomainError), self.session.begin_nested():
            getattr(self, name)(self.people[who])

    def scan(self, one: Member) -> None:
        driver = driver_of(self.session)
        check_in.by_scene(driver, scene=self.meeting.scene, member_id=one.id, now=NOW)

    def early_scan(self, one: Member) -> None:
        driver = driver_of(self.session)
        check_in.by_scene(driver, scene=self.meeting.scene, member_id=one.id, now=NOW - HOUR)

    def by_recorder(self, one: Member) -> None:
        driver = driver_of(self.session)
        check_in.by_recorder(driver, meeting_id=self.meeting.id, member_id=one.id, now=LATER)

    def attend_instead(self, one: Member) -> None:
        driver = driver_of(self.session)
        check_in.attend_instead(driver, meeting_id=self.meeting.id, member_id=one.id, now=NOW)

    def sit_in(self, one: Member) -> None:
        driver = driver_of(self.session)
        check_in.ask_to_sit_in(driver, meeting_id=self.meeting.id, member_id=one.id, now=NOW)

    def ask(self, one: Member) -> None:
        leave.ask(
            self.session,
            meeting_id=self.meeting.id,
            member_id=one.id,
            kind=LeaveKind.SHIFT,
            reason="夜班",
            now=NOW,
        )

    def grant(self, one: Member) -> None:
        self._answer(one, granted=True)

    def refuse(self, one: Member) -> None:
        self._answer(one, granted=False)

    def _answer(self, one: Member, *, granted: bool) -> None:
        asked = leave.of_member(self.session, meeting_id=self.meeting.id, member_id=one.id)
        if asked is not None:
            leave.answer(self.session, leave=asked, granted=granted, answer="知道了", by="wang.li", now=NOW)

    def enter_leave(self, one: Member) -> None:
        leave.record(
            self.session,
            meeting=self.meeting,
            member_id=one.id,
            kind=LeaveKind.SICK,
            reason="",
            by="wang.li",
            now=NOW,
        )

    def withdraw(self, one: Member) -> None:
        leave.withdraw(self.session, meeting_id=self.meeting.id, member_id=one.id, now=NOW)

    def admit(self, one: Member) -> None:
        standing = Standing.VOTING if one.id % 2 else Standing.NON_VOTING
        expecting.admit(
            self.session,
            meeting=self.meeting,
            member_id=one.id,
            standing=standing,
            by="wang.li",
            now=NOW + HOUR,
        )

    def invite(self, one: Member) -> None:
        expecting.invite(self.session, meeting=self.meeting, member_id=one.id)

    def exclude(self, one: Member) -> None:
        expecting.exclude(
            self.session,
            meeting=self.meeting,
            member_id=one.id,
            ground=Ground.ABROAD,
            approval_no="〔2026〕3号",
        )

    def include(self, one: Member) -> None:
        expecting.include(self.session, meeting=self.meeting, member_id=one.id)

    def remove(self, one: Member) -> None:
        expecting.remove(self.session, meeting=self.meeting, member_id=one.id)

    def make_up(self, one: Member) -> None:
        make_up.record(
            self.session,
            meeting=self.meeting,
            member_id=one.id,
            done_on=NOW.date(),
            way="自学",
            by="wang.li",
            now=LATER,
        )

    def move_away(self, one: Member) -> None:
        self._to(one, self.elsewhere)

    def come_back(self, one: Member) -> None:
        self._to(one, self.branch)

    def _to(self, one: Member, organization: Organization) -> None:
        one.organization_id = organization.id
        self.session.flush()

    def take_due(self, _one: Member) -> None:
        self.meeting.roster_at = self.meeting.check_in_from - HOUR
        rosters.take_due(self.session, now=NOW)

    def merge(self, one: Member) -> None:
        """Into a new meeting, or a new one into this."""
        host = self.session.get_one(Organization, one.organization_id)
        other = announce(self.session, host, starts_at=NOW + HOUR / 4)
        source, target = (self.meeting, other) if one.id % 2 else (other, self.meeting)
        changes.merge(self.session, meeting=source, into=target, now=NOW)
        self.meeting = target


@pytest.fixture(scope="module")
def one_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sessions]:
    engine = new_engine(f"sqlite:///{tmp_path_factory.mktemp('tallies')}/zhibu.db")
    tables.empty(engine)
    yield Sessions(engine)
    engine.dispose()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_numbers_add_up_whatever_happens(one_file: Sessions, happened: list[tuple[str, int]]) -> None:
    with one_file.begin() as session:
        gathering = Gathering(session)
        for name, who in happened:
            gathering.act(name, who)
        holds(session, gathering.meeting)
        session.rollback()


def holds(session: Session, meeting: Meeting) -> None:
    counts = queries.tally(session, meeting.id)
    seen = queries.attendance(session, meeting)
    assert counts == seen.tally == tallied(_one(row) for row in seen.rows)
    assert counts.expected == counts.present + counts.on_leave + counts.absent
    assert counts.voting_expected <= counts.expected
    assert counts.voting_present <= min(counts.present, counts.voting_expected)
    assert counts.made_up <= counts.on_leave + counts.absent
    assert counts.invited_present <= counts.invited
    assert counts.expected + counts.not_counted + counts.invited == len(seen.rows)
    assert len({row.member_id for row in seen.rows}) == len(seen.rows)
    listed = set(session.scalars(select(Expected.member_id).where(Expected.meeting_id == meeting.id)))
    came = session.scalars(select(CheckIn.member_id).where(CheckIn.meeting_id == meeting.id)).all()
    assert (len(came), set(came) - listed) == (len(set(came)), set())
    assert not [row for row in seen.rows if row.checked_in_at and row.leave_state in ("asked", "granted")]
    assert all((row.standing == "not_counted") is (row.approval_no is not None) for row in seen.rows)


def _one(row: AnyRow) -> Listed:
    return Listed(
        row.standing,
        present=row.checked_in_at is not None,
        on_leave=row.leave_state == "granted",
        made_up=row.made_up_on is not None,
    )
